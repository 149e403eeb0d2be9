"""The reparameterised sample on every backend: formula, gradients, and the variance that logvar names."""

import math

import numpy as np
import pytest

from scratchgen_kernels import reparameterize, reparameterize_backward, standard_normal

pytestmark = pytest.mark.fast

KEY, COUNTER = 0xFEED_0000_0001, 3
SHAPES = [(4, 3), (), (1,), (1, 1), (2, 3, 5), (0, 3), (4, 0), (0,)]
N = 40_000


def draw(rng, dtype, shape):
    return rng.normal(size=shape).astype(dtype), rng.normal(size=shape).astype(dtype)


def oracle(mu, logvar):
    """In float64, with the scale written as the square root of the variance."""
    eps = standard_normal(KEY, COUNTER, mu.shape, np.float64, backend="loops")
    return mu.astype(float) + np.sqrt(np.exp(logvar.astype(float))) * eps


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sample_is_mu_plus_sigma_times_the_noise_of_its_place(backend, dtype, rng, assert_close, shape):
    mu, logvar = draw(rng, dtype, shape)
    assert_close(reparameterize(mu, logvar, KEY, COUNTER, backend=backend), oracle(mu, logvar), roundings=20)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_gradients_are_those_of_finite_differences(backend, dtype, rng, shape, step=1e-6):
    """Every z depends on its own mu and logvar alone, so one difference of each shows all derivatives."""
    mu, logvar = (a.astype(float) for a in draw(rng, dtype, shape))
    g = rng.normal(size=shape).astype(dtype)
    slope_mu = (oracle(mu + step, logvar) - oracle(mu - step, logvar)) / (2 * step)
    slope_logvar = (oracle(mu, logvar + step) - oracle(mu, logvar - step)) / (2 * step)
    g_mu, g_logvar = reparameterize_backward(g, logvar.astype(dtype), KEY, COUNTER, backend=backend)
    tolerance = 1e-7 if dtype == np.float64 else 1e-5
    for actual, expected in [(g_mu, g * slope_mu), (g_logvar, g * slope_logvar)]:
        assert actual.dtype == dtype
        assert actual.shape == shape
        np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def test_the_claim_above_rejects_a_gradient_without_the_half(rng):
    mu, logvar = draw(rng, np.float64, (4, 3))
    slope = (oracle(mu, logvar + 1e-6) - oracle(mu, logvar - 1e-6)) / 2e-6
    _, g_logvar = reparameterize_backward(np.ones((4, 3)), logvar, KEY, COUNTER)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(2 * g_logvar, slope, rtol=1e-7)


def assert_variance_is_the_one_named(z, logvar):
    """The variance of n normals errs by σ² √(2/n); 5 such errors."""
    assert abs(z.var() / math.exp(logvar) - 1) < 5 * math.sqrt(2 / z.size)


@pytest.mark.equation("vae.reparameterisation")
@pytest.mark.parametrize("logvar", [-2.0, 0.7, 3.0])
def test_samples_have_the_variance_that_logvar_names(backend, dtype, logvar):
    n = 4_000 if backend == "loops" else N
    z = reparameterize(np.full(n, 2, dtype), np.full(n, logvar, dtype), KEY, COUNTER, backend=backend)
    assert_variance_is_the_one_named(z.astype(float), logvar)


@pytest.mark.equation("vae.reparameterisation")
@pytest.mark.parametrize("logvar", [-2.0, 0.7, 3.0])
def test_the_claim_above_rejects_a_sampler_that_uses_sigma_squared(logvar):
    z = 2 + math.exp(logvar) * standard_normal(KEY, COUNTER, N)
    with pytest.raises(AssertionError):
        assert_variance_is_the_one_named(z, logvar)


def test_workers_that_share_a_batch_draw_what_one_would(backend, dtype, rng):
    mu, logvar = draw(rng, dtype, (6, 5))
    whole = reparameterize(mu, logvar, KEY, COUNTER, backend=backend)
    rows = reparameterize(mu[2:4], logvar[2:4], KEY, COUNTER + 2 * 5, backend=backend)
    np.testing.assert_array_equal(rows, whole[2:4])


def test_memory_layout_does_not_matter_and_inputs_stay_untouched(backend, dtype, rng, assert_close, relaid):
    mu, logvar = draw(rng, dtype, (4, 3))
    mu_, logvar_ = relaid(mu), relaid(logvar)
    assert_close(
        reparameterize(mu_, logvar_, KEY, COUNTER, backend=backend), oracle(mu, logvar), roundings=20
    )
    expected = reparameterize_backward(mu, logvar, KEY, COUNTER, backend=backend)
    actual = reparameterize_backward(mu_, logvar_, KEY, COUNTER, backend=backend)
    np.testing.assert_array_equal(actual, expected)
    np.testing.assert_array_equal(mu_, mu)
    np.testing.assert_array_equal(logvar_, logvar)


def test_gradient_of_mu_is_a_copy_not_the_cotangent_itself(backend, dtype, rng):
    g, logvar = draw(rng, dtype, (4, 3))
    g_mu, g_logvar = reparameterize_backward(g, logvar, KEY, COUNTER, backend=backend)
    np.testing.assert_array_equal(g_mu, g)
    assert not np.may_share_memory(g_mu, g)
    assert not np.may_share_memory(g_logvar, g)


def test_nan_stays_in_its_place(backend, dtype):
    mu, logvar = np.zeros(5, dtype), np.zeros(5, dtype)
    mu[1], logvar[3] = np.nan, np.nan
    z = reparameterize(mu, logvar, KEY, COUNTER, backend=backend)
    np.testing.assert_array_equal(np.isnan(z), [False, True, False, True, False])
    g_mu, g_logvar = reparameterize_backward(mu, logvar, KEY, COUNTER, backend=backend)
    np.testing.assert_array_equal(np.isnan(g_mu), [False, True, False, False, False])
    np.testing.assert_array_equal(np.isnan(g_logvar), [False, True, False, True, False])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_variance_of_zero_gives_mu_and_one_that_overflows_gives_infinity(backend, dtype):
    mu, logvar = np.array([1.5, 1.5, np.inf], dtype), np.array([-np.inf, 1e4, 0], dtype)
    z = reparameterize(mu, logvar, KEY, COUNTER, backend=backend)
    sign = np.sign(standard_normal(KEY, COUNTER, 3)[1])
    np.testing.assert_array_equal(z, np.array([1.5, sign * np.inf, np.inf]))
