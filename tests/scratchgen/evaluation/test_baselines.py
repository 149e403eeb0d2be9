"""Baselines agree with numbers computed by hand."""

import numpy as np
import pytest

from scratchgen.evaluation import grey_entropy, independent_bernoulli_log_prob


@pytest.mark.equation("vae.baseline")
def test_independent_pixels_are_fitted_to_the_training_images_and_scored_on_the_test_images(measured):
    train, test = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 1.0]])
    # Laplace's rule: p = (1 + 2)/(2 + 2) and (1 + 0)/(2 + 2)
    expected = np.log(3 / 4) + np.log(1 / 4)
    measured(abs(independent_bernoulli_log_prob(train, test) - expected), 1e-14)


@pytest.mark.equation("vae.baseline")
def test_the_claim_above_rejects_plain_frequencies_for_which_a_pixel_is_impossible():
    with np.errstate(divide="ignore"):
        assert np.log(np.array([[1.0, 0.0], [1.0, 0.0]]).mean(axis=0))[1] == -np.inf
    never_white, white = np.zeros((2, 1)), np.ones((1, 1))
    assert independent_bernoulli_log_prob(never_white, white) == pytest.approx(np.log(1 / 4))


def test_a_grey_pixel_costs_its_entropy_and_a_black_or_white_pixel_zero():
    assert grey_entropy(np.array([[0.5, 0.25, 0.0, 1.0]])) == pytest.approx(
        np.log(0.5) + 0.25 * np.log(0.25) + 0.75 * np.log(0.75)
    )
