"""Special functions: against mpmath over their whole range, at their ends, and their derivatives."""

import mpmath as mp
import numpy as np
import pytest

from scratchgen import BadInput, check_grads
from scratchgen import functional as F

pytestmark = pytest.mark.fast

WIDE = np.concatenate(
    [np.logspace(-280, 280, 60), np.linspace(0.01, 30, 200), [1, 2, 1.4616321449683622, 1e5]]
)
NARROW = WIDE[(WIDE > 1e-60) & (WIDE < 1e60)]  # where ψ⁽⁴⁾ is a number of float64


def error(f, oracle, xs, at_least=1.0):
    """The largest error, relative to the value or to `at_least`."""
    with mp.workdps(60):
        exact = [oracle(mp.mpf(float(x))) for x in xs]
        return np.array(
            [
                float(abs(mp.mpf(float(y)) - e) / max(abs(e), at_least))
                for y, e in zip(f(xs), exact, strict=True)
            ]
        )


@pytest.mark.equation("distributions.log_gamma")
def test_log_gamma_is_that_of_mpmath(measured):
    measured(error(F.log_gamma, mp.loggamma, WIDE), 1e-14)


@pytest.mark.equation("distributions.log_gamma")
def test_the_claim_above_rejects_stirlings_series_for_small_numbers():
    stirling = lambda x: (x - 0.5) * np.log(x) - x + 0.5 * np.log(2 * np.pi) + 1 / (12 * x)
    assert error(stirling, mp.loggamma, np.linspace(0.5, 3, 20)).max() > 1e-4


@pytest.mark.equation("distributions.digamma")
def test_digamma_and_its_derivatives_are_those_of_mpmath(measured):
    measured(error(F.digamma, mp.digamma, WIDE), 1e-14)
    for n in (1, 2, 3, 4):
        measured(error(lambda x, n=n: F.polygamma(n, x), lambda x, n=n: mp.polygamma(n, x), NARROW), 1e-14)


@pytest.mark.equation("distributions.digamma")
def test_the_claim_above_rejects_a_derivative_of_another_order_and_sign():
    for wrong in (lambda x: F.polygamma(2, x), lambda x: -F.polygamma(1, x)):
        assert error(wrong, lambda x: mp.polygamma(1, x), NARROW).max() > 0.5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_special_values_are_the_limits_without_a_warning(dtype):
    x = np.array([0, -1, np.inf, np.nan], dtype)
    with np.errstate(all="raise"):
        found = {f: f(x) for f in (F.log_gamma, F.digamma)}
        trigamma = F.polygamma(1, x)
    np.testing.assert_array_equal(found[F.log_gamma], np.array([np.inf, np.nan, np.inf, np.nan], dtype))
    np.testing.assert_array_equal(found[F.digamma], np.array([-np.inf, np.nan, np.inf, np.nan], dtype))
    np.testing.assert_array_equal(trigamma[[0, 1, 3]], np.array([np.inf, np.nan, np.nan], dtype))
    assert {y.dtype for y in (*found.values(), trigamma)} == {np.dtype(dtype)}


def test_whole_numbers_and_scalars_are_arguments_too():
    assert (
        F.log_gamma(4) == pytest.approx(np.log(6), rel=1e-14) and F.log_gamma(np.array(4)).dtype == np.float64
    )
    assert F.log_gamma(np.float32(4)).dtype == np.float32


def test_a_polygamma_of_order_0_is_refused():
    with pytest.raises(BadInput, match="n must be a whole number of at least 1, not 0"):
        F.polygamma(0, np.ones(2))


@pytest.mark.parametrize("shape", [(3,), (2, 1, 3), (0, 2)], ids=str)
def test_derivatives_to_third_order(shape, rng):
    x = rng.uniform(0.3, 15, shape)
    for f in (F.log_gamma, F.digamma, F.log1mexp):
        check_grads(f, x, order=3)
    check_grads(F.normal_cdf, x - 7, order=3)


@pytest.mark.equation("distributions.discretised")
def test_log1mexp_is_exact_for_small_and_for_large_numbers(measured):
    x = np.logspace(-300, 2.8, 400)
    with mp.workdps(600):
        exact = [mp.log(-mp.expm1(-mp.mpf(float(v)))) for v in x]
        errors = [float(abs(mp.mpf(float(y)) / e - 1)) for y, e in zip(F.log1mexp(x), exact, strict=True)]
    measured(errors, 1e-15)
    assert F.log1mexp(np.array([0.0, np.inf])).tolist() == [-np.inf, 0]


@pytest.mark.equation("distributions.discretised")
def test_the_claim_above_rejects_each_of_the_two_forms_alone():
    with np.errstate(divide="ignore"):
        assert np.log1p(-np.exp(-1e-20)) == -np.inf  # it is log 1e−20 = −46
        assert np.log(-np.expm1(-50.0)) == 0  # it is −exp(−50)
    assert F.log1mexp(np.array(1e-20)) == pytest.approx(-46.0517) and F.log1mexp(np.array(50.0)) < 0


def test_the_normal_distribution_function_is_that_of_mpmath_also_far_to_the_left():
    x = np.linspace(-37, 9, 1500)
    with mp.workdps(60):
        exact = [mp.ncdf(mp.mpf(float(v))) for v in x]
        errors = [float(abs(mp.mpf(float(y)) / e - 1)) for y, e in zip(F.normal_cdf(x), exact, strict=True)]
    assert max(errors) < 3e-13  # exp(−½ x²) rounds its argument
    np.testing.assert_array_equal(F.normal_cdf(np.array([-np.inf, 0, np.inf, np.nan])), [0, 0.5, 1, np.nan])
    assert F.normal_cdf(np.float32(1)).dtype == np.float32
