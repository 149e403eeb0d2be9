"""The discretised logistic of 8-bit pixels: right in the tails, in single precision, and a distribution."""

import mpmath as mp
import numpy as np
import pytest

from scratchgen import BadInput, Tensor, check_grads, grad
from scratchgen.distributions import DiscretisedLogistic, Mixture

from .cases import logistic_bin

pytestmark = pytest.mark.fast

SINGLE = np.finfo(np.float32).eps
EDGES = [0, 1, 2, 100, 127, 128, 253, 254, 255]
PLACES = [
    (-0.5, -3.0),
    (0.0, -1.0),
    (0.1, -7.0),
    (0.5, 2.0),
    (0.5, 9.0),
    (0.7, -4.0),
    (1.0, -6.0),
    (3.0, -2.5),
]


def exact(k, mu, log_scale):
    """log P(k) by mpmath, of the numbers as they are in single precision."""
    with mp.workdps(2000):
        mu, log_scale = (mp.mpf(float(np.float32(v))) for v in (mu, log_scale))
        return float(mp.log(logistic_bin(mp.mpf(int(k)) / 255, mu, log_scale, 256)))


def worst(log_p, dtype=np.float32):
    """The largest error of log P(k), relative to its size or absolute where it is below 1."""
    errors = []
    for mu, log_scale in PLACES:
        k = np.array(EDGES)
        x = (k / 255).astype(dtype)[:, None]
        parameters = [np.full((len(k), 1), v, dtype) for v in (np.float32(mu), np.float32(log_scale))]
        found = np.asarray(log_p(*parameters, x), np.float64)
        assert log_p(*parameters, x).dtype == dtype
        expected = np.array([exact(i, mu, log_scale) for i in k])
        errors.append(np.abs(found - expected) / np.maximum(1, np.abs(expected)))
    return np.max(errors)


def ours(mu, log_scale, x):
    return DiscretisedLogistic(mu, log_scale).log_prob(x)


@pytest.mark.equation("distributions.discretised")
def test_single_precision_is_exact_to_rounding_in_the_centre_and_in_both_tails(measured):
    """A pixel 0.5 from mu has exp(−550) of the mass at s = e⁻⁷; the argument of σ is rounded, by 1/s times as much."""
    measured(worst(ours), 8 * SINGLE)


@pytest.mark.equation("distributions.discretised")
def test_double_precision_is_exact_to_rounding(measured):
    measured(worst(ours, np.float64), 1e-14)


def naive(mu, log_scale, x):
    """The logarithm of the difference of two sigmoids, kept above 0 by the usual 1e−12."""
    s, half = np.exp(log_scale), np.float32(0.5 / 255)
    right, left = (1 / (1 + np.exp(-(x + sign * half - mu) / s)) for sign in (1, -1))
    right, left = np.where(x > 0.999, np.float32(1), right), np.where(x < 0.001, np.float32(0), left)
    return np.log(np.maximum(right - left, np.float32(1e-12))).sum(axis=-1)


def density_in_the_middle(mu, log_scale, x):
    """The density in the middle of the bin times its width, without open ends."""
    t = (x - mu) / np.exp(log_scale)
    return (-t - log_scale - 2 * np.logaddexp(0, -t) - np.float32(np.log(255))).sum(axis=-1)


@pytest.mark.equation("distributions.discretised")
@pytest.mark.parametrize("wrong", [naive, density_in_the_middle], ids=lambda f: f.__name__)
def test_the_claims_above_reject_a_difference_that_cancels_and_bins_without_open_ends(wrong):
    with np.errstate(over="ignore", divide="ignore"):
        assert worst(wrong) > 0.1


@pytest.mark.equation("distributions.discretised")
@pytest.mark.parametrize("levels", [2, 3, 256])
def test_the_probabilities_of_all_levels_add_up_to_1(levels, measured):
    mu, log_scale = np.array([[-0.5, 0.2, 1.0, 4.0]]), np.array([[-5.0, 1.0, -2.0, 0.5]])
    d = DiscretisedLogistic(mu, log_scale, levels)
    measured(np.abs(d.probabilities.sum(axis=-1) - 1), 1e-12)
    x = np.arange(levels) / (levels - 1)
    one_by_one = [
        DiscretisedLogistic(mu[:, :1], log_scale[:, :1], levels).log_prob(v)[0] for v in x[:, None, None]
    ]
    np.testing.assert_allclose(d.probabilities[0, 0], np.exp(one_by_one), rtol=1e-12)


@pytest.mark.equation("distributions.discretised")
def test_the_claim_above_rejects_closed_ends():
    d = DiscretisedLogistic(np.array([[0.0]]), np.array([[-1.0]]))
    closed = DiscretisedLogistic(np.array([[0.4]]), np.array([[-1.0]])).probabilities[0, 0, 1:-1].sum()
    assert closed < 0.9 and d.probabilities.sum() == pytest.approx(1)


def test_gradients_far_from_the_centre_are_finite_and_point_to_the_pixel():
    mu, log_scale = (Tensor(np.full((1, 3), v, np.float32), requires_grad=True) for v in (0.5, -7.0))
    x = np.array([[0.0, 128 / 255, 1.0]], np.float32)
    DiscretisedLogistic(mu, log_scale).log_prob(x).sum().backward()
    assert np.all(np.isfinite(mu.grad)) and np.all(np.isfinite(log_scale.grad))
    assert mu.grad[0, 0] < -1000 and mu.grad[0, 2] > 1000


def test_derivatives_to_second_order_at_every_kind_of_level(rng):
    mu, log_scale = rng.random((4, 3)), rng.uniform(-5, 1, (4, 3))
    for k in (0, 1, 128, 255):
        x = np.full((4, 3), k / 255)
        check_grads(lambda m, s, x=x: DiscretisedLogistic(m, s).log_prob(x), mu, log_scale, order=2)


def test_a_wide_density_gives_half_to_each_end():
    d = DiscretisedLogistic(np.array([[0.5]]), np.array([[12.0]]))
    np.testing.assert_allclose(d.probabilities[0, 0, [0, -1]], 0.5, atol=1e-5)
    assert grad(lambda s: DiscretisedLogistic(np.zeros((1, 1)), s).log_prob(np.full((1, 1), 0.2)))(
        np.full((1, 1), 30.0)
    ).item() == pytest.approx(-1)  # P ∝ 1/s


def test_a_mixture_per_pixel_is_that_of_pixelcnn(rng):
    """logits (B, D, K), parameters (B, D, K, 1), x (B, D, 1): log_prob of each pixel, by a sum of exponentials."""
    logits, mu, log_scale = rng.standard_normal((3, 2, 4, 5))
    mu, log_scale = mu[..., None] * 0.2 + 0.5, log_scale[..., None] - 3
    x = rng.integers(0, 256, (2, 4, 1)) / 255
    found = Mixture(logits, DiscretisedLogistic(mu, log_scale)).log_prob(x)
    pi = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    p = [np.exp(DiscretisedLogistic(mu[..., k, :], log_scale[..., k, :]).log_prob(x)) for k in range(5)]
    assert found.shape == (2, 4)
    np.testing.assert_allclose(found, np.log(np.sum(pi * np.stack(p, -1), -1)), rtol=1e-12)


@pytest.mark.parametrize("value", [0.5, -1 / 255, 256 / 255, 128.0, np.nan, np.inf])
def test_values_between_the_levels_are_refused_in_one_line(value):
    d = DiscretisedLogistic(np.zeros((1, 2)), np.zeros((1, 2)))
    with pytest.raises(BadInput, match=r"is over k/255, k = 0 … 255, and these data hold"):
        d.log_prob(np.array([[0.0, value]]))
