"""The Parzen log-likelihood against loops, and why it misleads."""

import math

import numpy as np
import pytest

from scratchgen.data import load_images
from scratchgen.errors import BadInput
from scratchgen.evaluation import distances, kmeans_centroids, mean_over_examples, parzen_log_likelihood
from scratchgen.random import Generator


def by_loops(samples, x, sigma):
    """log p̂(x) for each row of x."""
    result = []
    for row in x:
        total = -math.inf
        for s in samples:
            exponent = -sum((a - b) ** 2 for a, b in zip(row, s, strict=True)) / (2 * sigma**2)
            total = np.logaddexp(total, exponent - len(row) * math.log(sigma * math.sqrt(2 * math.pi)))
        result.append(total - math.log(len(samples)))
    return np.array(result)


@pytest.fixture
def sets(rng):
    return rng.standard_normal((40, 3)), rng.standard_normal((30, 3)), rng.standard_normal((20, 3)) + 0.3


@pytest.mark.equation("gan.parzen")
def test_it_is_the_mean_log_density_of_the_test_examples_and_its_error_over_them(sets, measured):
    samples, validation, test = sets
    ours = parzen_log_likelihood(samples, validation, test, sigmas=[0.5])
    expected = np.array(mean_over_examples(by_loops(samples, test, 0.5)))
    measured(np.abs(ours.log_likelihood - expected), 1e-12 * np.abs(expected))
    assert ours.sigma == 0.5


@pytest.mark.equation("gan.parzen")
def test_the_claim_above_rejects_a_normaliser_that_forgets_the_dimension(sets):
    samples, validation, test = sets
    wrong = by_loops(samples, test, 0.5) + 2 * math.log(0.5 * math.sqrt(2 * math.pi))
    ours = parzen_log_likelihood(samples, validation, test, sigmas=[0.5])
    assert abs(wrong.mean() - ours.log_likelihood.mean) > 0.1


@pytest.mark.equation("gan.parzen")
def test_the_width_is_the_best_on_the_validation_examples_and_does_not_look_at_the_test(sets):
    """Two passes of 12 leave an error of at most 1/11 of a coarse step; the loss is quadratic in this error."""
    samples, validation, test = sets
    dense = [by_loops(samples, validation, sigma).mean() for sigma in np.geomspace(0.2, 2, 40)]
    sigma = parzen_log_likelihood(samples, validation, test).sigma
    assert by_loops(samples, validation, sigma).mean() > max(dense) - 1e-3
    assert parzen_log_likelihood(samples, validation, test + 5).sigma == sigma
    assert parzen_log_likelihood(samples, validation, test, sigmas=[0.01, 0.5, 9]).sigma == 0.5


@pytest.mark.equation("gan.parzen")
def test_the_claim_above_rejects_the_end_of_the_grid(sets):
    samples, validation, _ = sets
    for sigma in (0.1, 2):
        assert by_loops(samples, validation, sigma).mean() < by_loops(samples, validation, 0.5).mean() - 0.1


def test_a_single_window_has_the_width_of_maximum_likelihood():
    x = np.array([[3.0, 4.0], [0.0, 1.0]])
    assert parzen_log_likelihood([[0.0, 0.0]], x, x).sigma == pytest.approx(math.sqrt((25 + 1) / (2 * 2)))


def test_an_example_a_thousand_widths_away_has_a_finite_log_likelihood():
    ours = parzen_log_likelihood([[0.0], [1.0]], [[0.0]], [[1000.0]], sigmas=[1.0])
    exact = -(999**2) / 2 - math.log(2) - 0.5 * math.log(2 * math.pi)  # the other window is e^−999 of it
    assert ours.log_likelihood.mean == pytest.approx(exact, rel=1e-12)
    with np.errstate(divide="ignore"):
        assert np.log(np.mean(np.exp([-(999.0**2) / 2, -(1000.0**2) / 2]))) == -np.inf  # without the shift


def test_slices_change_the_result_by_rounding_only(sets, monkeypatch):
    whole = parzen_log_likelihood(*sets)
    monkeypatch.setattr(distances, "CELLS", 100)  # two rows at a time
    np.testing.assert_allclose(parzen_log_likelihood(*sets).log_likelihood, whole.log_likelihood, rtol=1e-12)


# --- why it misleads --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits():
    return load_images("digits")


def test_centroids_of_k_means_beat_the_same_number_of_real_images(digits):
    """Theis et al. (2016), table 1, on the small digits: 28.4 against 18.0 nats."""
    rest = digits.validation, digits.test
    real = parzen_log_likelihood(digits.train[::6], *rest).log_likelihood
    averages = parzen_log_likelihood(kmeans_centroids(digits.train, 217, Generator(0)), *rest).log_likelihood
    assert averages.mean - real.mean > 5 * math.hypot(averages.standard_error, real.standard_error)


def test_other_real_images_do_not_beat_real_images(digits):
    """The difference of the claim above, 10 nats, is not the difference between two sets of real images."""
    rest = digits.validation, digits.test
    a, b = (parzen_log_likelihood(digits.train[i::6], *rest).log_likelihood for i in (0, 1))
    assert abs(a.mean - b.mean) < 5


def test_centroids_are_the_means_of_the_examples_nearest_to_them(rng):
    x = rng.standard_normal((300, 2))
    c = kmeans_centroids(x, 5, Generator(1))
    nearest = np.argmin(((x[:, None] - c) ** 2).sum(axis=2), axis=1)
    for k in range(5):
        np.testing.assert_allclose(c[k], x[nearest == k].mean(axis=0), atol=0.02)  # stopped at 1e-4 of a move


# --- bad input --------------------------------------------------------------------------------------------


def test_bad_input_is_refused_in_one_line(sets):
    samples, validation, test = sets
    for arguments, words in [
        ((samples, validation[:, :2], test), "samples has 3 numbers per example and validation has 2"),
        ((samples, validation, np.where(np.arange(20)[:, None] == 7, np.nan, test)), "row 7"),
        ((samples[:0], validation, test), "at least one"),
        ((samples, samples[:5], test), "among the samples"),
    ]:
        with pytest.raises(BadInput, match=words) as caught:
            parzen_log_likelihood(*arguments)
        assert "\n" not in str(caught.value)
    for sigmas in ([0.0], [], [np.nan, 1.0]):
        with pytest.raises(BadInput, match="width"):
            parzen_log_likelihood(*sets, sigmas=sigmas)
    for k in (0, 41):
        with pytest.raises(BadInput, match="from 1 to 40 centroids"):
            kmeans_centroids(samples, k, Generator(0))
