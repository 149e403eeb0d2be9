"""Means and their errors, entropies, shares of the prior, against sums over all cases and quadrature."""

import itertools
import math

import numpy as np
import pytest

from scratchgen.distributions import Bernoulli, Normal
from scratchgen.evaluation import mean_over_examples
from scratchgen.evaluation.latents import prior_radius
from scratchgen.evaluation.likelihood import Weights
from scratchgen.vae.interpolate import straight

pytestmark = pytest.mark.fast

# --- means ------------------------------------------------------------------------------------------------


@pytest.mark.equation("evaluation.standard_error")
def test_the_square_of_the_standard_error_is_the_variance_of_the_mean_without_bias(measured):
    """Over every sample of two from (0, 1, 5), drawn with replacement: exact, not by chance."""
    values = np.array([0.0, 1.0, 5.0])
    found = [mean_over_examples(values[list(pair)]) for pair in itertools.product(range(3), repeat=2)]
    variance = np.var([m.mean for m in found])
    measured(abs(np.mean([m.standard_error**2 for m in found]) - variance), 1e-12)


@pytest.mark.equation("evaluation.standard_error")
def test_the_claim_above_rejects_a_deviation_over_n():
    values = np.array([0.0, 1.0, 5.0])
    pairs = [values[list(pair)] for pair in itertools.product(range(3), repeat=2)]
    assert abs(np.mean([p.var() / 2 for p in pairs]) - np.var([p.mean() for p in pairs])) > 0.5


def weighed(w):
    weights = Weights()
    for piece in np.array_split(np.log(w), 3):
        weights.add(piece)
    return weights.estimate()


@pytest.mark.equation("vae.effective_samples")
def test_the_error_of_a_log_is_that_of_the_mean_over_the_mean_and_samples_count_by_their_weights(
    rng, measured
):
    w = rng.exponential(size=(9, 4))
    found = weighed(w)
    mean, error = mean_over_examples(w)
    measured(np.abs(found.standard_error - error / mean), 1e-12)
    measured(np.abs(found.effective_samples - w.sum(axis=0) ** 2 / (w * w).sum(axis=0)), 1e-12)
    measured(np.abs(weighed(np.repeat([[1.0], [0.0]], [3, 6], axis=0) + 1e-300).effective_samples - 3), 1e-12)


@pytest.mark.equation("vae.effective_samples")
def test_the_claim_above_rejects_an_error_that_is_not_divided_by_the_mean(rng):
    w = 3 + rng.exponential(size=(9, 4))
    assert np.abs(weighed(w).standard_error - mean_over_examples(w).standard_error).min() > 0.05


# --- distributions ----------------------------------------------------------------------------------------


@pytest.mark.equation("distributions.normal_entropy")
def test_the_entropy_of_a_normal_is_the_integral_of_minus_p_log_p(measured):
    x, variance = np.linspace(-30, 30, 60_001), math.exp(0.4)
    log_p = -0.5 * (np.log(2 * np.pi * variance) + (x - 1) ** 2 / variance)
    integral = -np.sum(np.exp(log_p) * log_p) * (x[1] - x[0])
    measured(abs(Normal(np.ones((1, 2)), np.full((1, 2), 0.4)).entropy()[0] - 2 * integral), 1e-10)


@pytest.mark.equation("distributions.normal_entropy")
def test_the_claim_above_rejects_log_sigma_instead_of_log_sigma_squared():
    entropy = Normal(np.ones((1, 1)), np.full((1, 1), 0.4)).entropy()[0]
    assert abs(0.5 * (math.log(2 * math.pi) + 1 + 0.2) - entropy) == pytest.approx(0.1)


@pytest.mark.equation("distributions.bernoulli_entropy")
def test_the_entropy_of_pixels_is_the_mean_of_minus_log_p_over_all_images(rng, measured):
    a = rng.standard_normal((1, 4))
    p, x = 1 / (1 + np.exp(-a)), np.array(list(np.ndindex(2, 2, 2, 2)))
    of_image = np.prod(np.where(x == 1, p, 1 - p), axis=1)
    measured(abs(Bernoulli(a).entropy()[0] + np.sum(of_image * np.log(of_image))), 1e-12)


@pytest.mark.equation("distributions.bernoulli_entropy")
def test_the_claim_above_rejects_the_entropy_of_ones_alone(rng):
    p = 1 / (1 + np.exp(-rng.standard_normal((1, 4))))
    assert abs(Bernoulli(np.log(p / (1 - p))).entropy()[0] + np.sum(p * np.log(p))) > 0.1


@pytest.mark.equation("vae.prior_radius")
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_the_share_inside_the_circle_is_the_integral_of_the_normal_density(share, measured):
    r = (np.arange(20_000) + 0.5) / 20_000 * prior_radius(share)
    inside = np.sum(np.exp(-(r**2) / 2) * r) * prior_radius(share) / 20_000
    measured(abs(inside - share), 1e-8)


@pytest.mark.equation("vae.prior_radius")
def test_the_claim_above_rejects_the_interval_that_holds_the_share_of_one_latent():
    within = lambda r: 1 - math.exp(-(r**2) / 2)
    assert abs(within(1.6449) - 0.9) > 0.1  # 90 % of one normal number lie within 1.6449


@pytest.mark.equation("vae.straight")
def test_linear_interpolation_has_equal_steps_and_a_midpoint_shorter_by_root_two(rng, measured):
    a, b = rng.standard_normal((2, 3, 10_000))
    path = straight(a, b, 5)
    measured(np.abs(np.diff(path, axis=0) - (b - a) / 4), 1e-14)
    lengths = np.linalg.norm(path, axis=-1)
    measured(np.abs(lengths[2] / lengths[0] - math.sqrt(1 / 2)), 0.05)  # a and b are nearly at right angles


@pytest.mark.equation("vae.straight")
def test_the_claim_above_rejects_weights_that_grow_as_squares(rng):
    a, b = rng.standard_normal((2, 3, 10))
    t = np.linspace(0, 1, 5)[:, None, None] ** 2
    assert np.abs(np.diff((1 - t) * a + t * b, axis=0) - (b - a) / 4).max() > 0.1
