"""Parameters and data that make no sense are refused in one line that names them."""

import numpy as np
import pytest

from scratchgen import BadInput
from scratchgen import distributions as D

pytestmark = pytest.mark.fast

Z = np.zeros((3, 2))
PARAMETERS = {
    "concentration": (
        lambda: D.Gamma(np.array([1.0, -1.0]), 0.0),
        r"concentration must be a finite number above 0, not -1",
    ),
    "degrees of freedom": (lambda: D.StudentT(Z, Z, np.nan), "nu must be a finite number above 0, not nan"),
    "total count": (lambda: D.NegativeBinomial(0.0, Z), "total_count must be a finite number above 0, not 0"),
    "ends of an interval": (lambda: D.Uniform(Z, Z), "high must be above low, not 0"),
    "an infinite end": (lambda: D.Uniform(-np.inf, Z), "low must be a finite number, not -inf"),
    "a covariance for its factor": (
        lambda: D.MultivariateNormal(Z, np.array([[2.0, 1.0], [1.0, 2.0]])),
        r"L must be lower triangular, .* give np\.linalg\.cholesky\(C\)",
    ),
    "a singular factor": (
        lambda: D.MultivariateNormal(Z, np.zeros((2, 2))),
        "L must be positive on the diagonal, not 0",
    ),
    "a factor that is not finite": (
        lambda: D.MultivariateNormal(Z, np.diag([1.0, np.nan])),
        "L must be positive on the diagonal, not nan",
    ),
    "one level": (
        lambda: D.DiscretisedLogistic(Z, Z, 1),
        "levels must be a whole number of at least 2, not 1",
    ),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_of_no_sense_are_refused_by_name(name):
    make, message = PARAMETERS[name]
    with pytest.raises(BadInput, match=message) as refusal:
        make()
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("k", [-1.0, 0.5, np.nan, np.inf])
def test_data_that_are_no_counts_are_refused(k):
    for d in (D.Poisson(Z), D.NegativeBinomial(1.0, Z)):
        with pytest.raises(BadInput, match=rf"is over counts 0, 1, 2, …, and these data hold {k}"):
            d.log_prob(np.array([[0.0, k]]))


@pytest.mark.parametrize("x", [0.0, -1.0, np.nan, np.inf])
def test_data_that_are_not_positive_are_refused_by_a_gamma_distribution(x):
    with pytest.raises(BadInput, match="a gamma distribution is over finite numbers above 0"):
        D.Gamma(1.0, Z).log_prob(np.array([[1.0, x]]))


def test_outside_of_its_interval_a_uniform_density_is_0_and_nan_stays_nan():
    d = D.Uniform(np.zeros(2), 1.0)
    x = np.array([[0.0, 1.0], [0.5, 1.5], [-0.1, 0.5], [np.nan, 0.5]])
    np.testing.assert_array_equal(d.log_prob(x), [0, -np.inf, -np.inf, np.nan])


def test_shapes_that_do_not_match_are_refused_with_both():
    with pytest.raises(ValueError, match=r"do not broadcast: mu \(3, 2\), log_scale \(3,\)"):
        D.Laplace(Z, np.zeros(3))
    with pytest.raises(
        ValueError, match=r"mu \(..., D\) and L \(..., D, D\) do not match: \(3, 2\) and \(3, 3\)"
    ):
        D.MultivariateNormal(Z, np.eye(3))
    with pytest.raises(ValueError, match="do not match"):
        D.MultivariateNormal(0.0, np.eye(1))


def test_a_name_of_the_class_and_its_parameters_are_shown():
    assert repr(D.Poisson(np.zeros(1))) == "Poisson(log_rate=array([0.]))"
    assert repr(D.DiscretisedLogistic(np.zeros(1), np.ones(1), 4)) == (
        "DiscretisedLogistic(mu=array([0.]), log_scale=array([1.]), levels=4)"
    )
    assert repr(D.Mixture(np.zeros(1), D.Poisson(np.zeros((1, 1))))) == (
        "Mixture(logits=array([0.]), components=Poisson(log_rate=array([[0.]])))"
    )
