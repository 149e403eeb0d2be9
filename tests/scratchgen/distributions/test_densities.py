"""Densities, moments and entropies: against the formulas in mpmath, which are summed and integrated there."""

import math

import mpmath as mp
import numpy as np
import pytest

from scratchgen import Tensor, check_grads
from scratchgen import distributions as D

from .cases import CASES, LEVELS

pytestmark = pytest.mark.fast

ROUNDING = 1e-13  # of sums of a few terms up to about 30, in float64
every = pytest.mark.parametrize("name", CASES)


def example(name, rng, shape=(5, 3)):
    case = CASES[name]
    parameters = case.draw(rng, shape)
    return case, parameters, case.data(rng, shape, *parameters)


def error(found, case, x, parameters):
    return np.abs(np.asarray(found) - case.log_prob(x, parameters))


@pytest.mark.equation("distributions.normal")
@pytest.mark.equation("distributions.laplace")
@pytest.mark.equation("distributions.student_t")
@pytest.mark.equation("distributions.poisson")
@pytest.mark.equation("distributions.negative_binomial")
@pytest.mark.equation("distributions.gamma")
@pytest.mark.equation("distributions.uniform")
@pytest.mark.equation("distributions.discretised")
@every
def test_log_prob_is_the_sum_of_the_logarithms_of_the_density_written_out(name, rng, measured):
    case, parameters, x = example(name, rng)
    measured(error(case.make(*parameters).log_prob(x), case, x, parameters), ROUNDING)


MISTAKES = {  # parameters, x → another log p than the density's
    "laplace": lambda mu, s, x: D.Laplace(mu, s).log_prob(x) + x.shape[-1] * math.log(2),  # without the ½
    "student_t": lambda mu, s, nu, x: D.StudentT(mu, 2 * s, nu).log_prob(x),  # s² for s
    "poisson": lambda a, x: np.sum(x * a - np.exp(a), axis=-1),  # without k!
    "negative_binomial": lambda r, a, x: D.NegativeBinomial(r, -a).log_prob(x),  # p for 1 − p
    "gamma": lambda a, b, x: D.Gamma(a, -b).log_prob(x),  # a scale for a rate
    "uniform": lambda low, high, x: -D.Uniform(low, high).log_prob(x),
    "discretised_logistic": lambda mu, s, x: np.sum(  # the density times the width of the bin
        -(x - mu) / np.exp(s) - s - 2 * np.log1p(np.exp(-(x - mu) / np.exp(s))) - math.log(LEVELS - 1),
        axis=-1,
    ),
}


@pytest.mark.equation("distributions.laplace")
@pytest.mark.equation("distributions.student_t")
@pytest.mark.equation("distributions.poisson")
@pytest.mark.equation("distributions.negative_binomial")
@pytest.mark.equation("distributions.gamma")
@pytest.mark.equation("distributions.uniform")
@pytest.mark.equation("distributions.discretised")
@pytest.mark.parametrize("name", MISTAKES)
def test_the_claim_above_rejects_a_constant_left_out_and_a_parameter_mistaken(name, rng):
    case, parameters, x = example(name, rng)
    assert error(MISTAKES[name](*parameters, x), case, x, parameters).max() > 0.01


@every
def test_the_density_written_out_has_the_total_1(name, rng):
    """An oracle that is no distribution judges nothing."""
    case, parameters, _ = example(name, rng, (1, 2))
    for p in zip(*(a[0] for a in parameters), strict=True):
        assert case.mean_of(lambda x, q: 1, *p) == pytest.approx(1, abs=1e-8)


@every
def test_mean_and_variance_are_those_of_the_density(name, rng):
    case, parameters, _ = example(name, rng, (1, 2))
    d = case.make(*parameters)
    for i, p in enumerate(zip(*(a[0] for a in parameters), strict=True)):
        mean = case.mean_of(lambda x, q: x, *p)
        variance = case.mean_of(lambda x, q, m=mean: (x - m) ** 2, *p)
        assert np.asarray(d.mean)[0, i] == pytest.approx(mean, rel=1e-6, abs=1e-9)
        assert np.asarray(d.variance)[0, i] == pytest.approx(variance, rel=1e-4)


def test_a_student_t_without_a_mean_or_a_variance_says_so():
    d = D.StudentT(np.zeros(4), np.zeros(4), np.array([0.5, 1.0, 1.5, 4.0]))
    np.testing.assert_array_equal(d.mean, [np.nan, np.nan, 0, 0])
    np.testing.assert_array_equal(d.variance, [np.nan, np.nan, np.inf, 2])


# --- entropies --------------------------------------------------------------------------------------------

WITH_ENTROPY = ["normal", "laplace", "student_t", "gamma", "uniform"]


def entropy_error(found, name, parameters):
    p = [a[0, 0] for a in parameters]
    return np.abs(np.asarray(found)[0] - CASES[name].mean_of(lambda x, q: -mp.log(q) if q else mp.mpf(0), *p))


@pytest.mark.equation("distributions.normal_entropy")
@pytest.mark.equation("distributions.laplace_entropy")
@pytest.mark.equation("distributions.student_t_entropy")
@pytest.mark.equation("distributions.gamma_entropy")
@pytest.mark.equation("distributions.uniform")
@pytest.mark.parametrize("name", WITH_ENTROPY)
def test_the_entropy_is_the_integral_of_minus_p_log_p(name, rng, measured):
    case, parameters, _ = example(name, rng, (1, 1))
    measured(entropy_error(case.make(*parameters).entropy(), name, parameters), 1e-7)


@pytest.mark.equation("distributions.laplace_entropy")
@pytest.mark.equation("distributions.student_t_entropy")
@pytest.mark.equation("distributions.gamma_entropy")
@pytest.mark.parametrize("name", ["laplace", "student_t", "gamma"])
def test_the_claim_above_rejects_a_scale_whose_logarithm_is_counted_with_the_wrong_sign(name, rng):
    case, parameters, _ = example(name, rng, (1, 1))
    wrong = [parameters[0], -parameters[1], *parameters[2:]]
    assert entropy_error(case.make(*wrong).entropy(), name, parameters) > 0.01


def test_entropies_add_up_over_dimensions(rng):
    for name in WITH_ENTROPY:
        case, parameters, _ = example(name, rng)
        whole = case.make(*parameters).entropy()
        parts = sum(np.asarray(case.make(*(p[:, i : i + 1] for p in parameters)).entropy()) for i in range(3))
        np.testing.assert_allclose(whole, parts, rtol=1e-13)


# --- derivatives ------------------------------------------------------------------------------------------


@every
@pytest.mark.parametrize("shape", [(2, 3), (3,), (0, 2), (2, 0)], ids=str)
def test_derivatives_of_log_prob_by_the_parameters_to_second_order(name, shape, rng):
    case, parameters, x = example(name, rng, shape)
    check_grads(lambda *p: case.make(*p).log_prob(x), *parameters, order=2)


@pytest.mark.parametrize("name", ["normal", "laplace", "student_t", "gamma"])
def test_derivatives_of_log_prob_by_the_data(name, rng):
    case, parameters, x = example(name, rng)
    check_grads(lambda x: case.make(*parameters).log_prob(x), x, order=2)


@pytest.mark.parametrize("name", WITH_ENTROPY)
def test_derivatives_of_the_entropy(name, rng):
    case, parameters, _ = example(name, rng)
    check_grads(lambda *p: case.make(*p).entropy(), *parameters, order=2)


@pytest.mark.parametrize("name", [name for name in CASES if name != "normal"])
def test_parameters_broadcast_against_one_another_and_gradients_add_up(name, rng):
    case, parameters, x = example(name, rng, (4, 3))
    first, *others = parameters
    shared = [p[0, :1] for p in others]
    if name == "uniform":
        shared = [np.full(1, 9.0)]
    full = [np.broadcast_to(p, (4, 3)).copy() for p in shared]
    d = case.make(first, *shared)
    assert d.batch_shape == (4,)
    np.testing.assert_allclose(d.log_prob(x), case.make(first, *full).log_prob(x), rtol=1e-14)
    check_grads(lambda *p: case.make(*p).log_prob(x), first, *shared, order=2)
    if name in WITH_ENTROPY:
        assert d.entropy().shape == (4,)


@every
def test_single_precision_stays_single(name, rng):
    case, parameters, x = example(name, rng)
    single = [Tensor(p.astype(np.float32), requires_grad=True) for p in parameters]
    d = case.make(*single)
    y = d.log_prob(x.astype(np.float32))
    y.sum().backward()
    assert {y.dtype, *(p.grad.dtype for p in single), d.mean.dtype, d.variance.dtype} == {
        np.dtype(np.float32)
    }
    np.testing.assert_allclose(y.numpy(), case.log_prob(x, parameters), rtol=2e-3, atol=2e-4)


def test_a_number_as_a_parameter_does_not_widen_single_precision():
    mu = np.zeros((2, 3), np.float32)
    for d in (D.StudentT(mu, 0.0, 4), D.Laplace(mu, 0), D.Gamma(2.0, mu), D.NegativeBinomial(3, mu)):
        assert d.log_prob(np.ones((2, 3), np.float32)).dtype == d.sample().dtype == np.float32
