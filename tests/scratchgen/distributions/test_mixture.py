"""Mixtures of any distribution: the weighted sum of the densities, moments, samples."""

import numpy as np
import pytest

from scratchgen import check_grads
from scratchgen import distributions as D
from scratchgen.random import Generator

from .cases import CASES

pytestmark = pytest.mark.fast

K = 4


def mixture(name, rng, front=(5,), dims=2):
    case = CASES[name]
    parameters = case.draw(rng, (*front, K, dims))
    x = case.data(rng, (*front, dims), *(p[..., 0, :] for p in parameters))
    return rng.standard_normal((*front, K)), case, parameters, x


def weighted_sum(logits, case, parameters, x):
    """Σ_k π_k p_k(x), of the densities written out in mpmath."""
    pi = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    p = np.stack([np.exp(case.log_prob(x, [a[..., k, :] for a in parameters])) for k in range(K)], -1)
    return np.sum(pi * p, -1)


@pytest.mark.equation("distributions.mixture")
@pytest.mark.filterwarnings("ignore:divide by zero")  # of uniform components that do not hold x
@pytest.mark.parametrize("name", CASES)
def test_the_density_is_the_weighted_sum_of_those_of_the_components(name, rng, measured):
    logits, case, parameters, x = mixture(name, rng)
    found = D.Mixture(logits, case.make(*parameters)).log_prob(x)
    measured(np.abs(np.exp(found) / weighted_sum(logits, case, parameters, x) - 1), 1e-12)


@pytest.mark.equation("distributions.mixture")
def test_the_claim_above_rejects_the_mean_of_the_log_densities(rng):
    logits, case, parameters, x = mixture("normal", rng)
    pi = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    wrong = np.sum(pi * case.make(*parameters).log_prob(x[:, None]), -1)
    assert np.abs(np.exp(wrong) / weighted_sum(logits, case, parameters, x) - 1).max() > 0.1


@pytest.mark.equation("distributions.mixture_variance")
def test_mean_and_variance_are_those_of_many_samples(rng, measured):
    logits, case, parameters, _ = mixture("laplace", rng)
    d, n = D.Mixture(logits, case.make(*parameters)), 40_000
    x = d.sample(Generator(1), shape=n)
    measured(np.abs(x.mean(0) - d.mean) / np.sqrt(d.variance / n), 5)
    spread = np.sqrt(np.var((x - d.mean) ** 2, axis=0) / n)
    measured(np.abs(x.var(0) - d.variance) / spread, 5)


@pytest.mark.equation("distributions.mixture_variance")
def test_the_claim_above_rejects_the_mean_of_the_variances(rng):
    logits, case, parameters, _ = mixture("laplace", rng)
    d, n = D.Mixture(logits, case.make(*parameters)), 40_000
    x = d.sample(Generator(1), shape=n)
    pi = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    wrong = np.sum(pi[..., None] * d.components.variance, axis=-2)
    assert (np.abs(x.var(0) - wrong) / np.sqrt(np.var((x - d.mean) ** 2, axis=0) / n)).max() > 10


@pytest.mark.equation("distributions.mixture_variance")
def test_a_mixture_of_bernoullis_has_the_moments_of_one_with_the_mean_probability(rng, measured):
    logits, a = rng.standard_normal((5, K)), rng.standard_normal((5, K, 3))
    d = D.Mixture(logits, D.Bernoulli(a))
    pi = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    p = np.einsum("bk,bkd->bd", pi, 1 / (1 + np.exp(-a)))
    measured(np.abs(d.mean - p), 1e-14)
    measured(np.abs(d.variance - p * (1 - p)), 1e-14)


def test_the_dimensions_of_a_sample_come_from_one_component():
    far = D.Normal(np.array([[-50.0, -50.0], [50.0, 50.0]]), np.zeros((2, 2)))
    x = D.Mixture(np.zeros(2), far).sample(Generator(0), shape=1000)
    assert np.all(np.sign(x[:, 0]) == np.sign(x[:, 1]))
    assert abs(np.mean(x[:, 0] > 0) - 0.5) < 5 * 0.5 / np.sqrt(1000)


def test_full_normals_classes_and_mixtures_are_components_too(rng):
    logits, mu, x = rng.standard_normal((5, K)), rng.standard_normal((5, K, 2)), rng.standard_normal((5, 2))
    full = D.Mixture(logits, D.MultivariateNormal(mu, np.broadcast_to(np.eye(2), (5, K, 2, 2))))
    diagonal = D.Mixture(logits, D.Normal(mu, np.zeros_like(mu)))
    np.testing.assert_allclose(full.log_prob(x), diagonal.log_prob(x), rtol=1e-12)
    np.testing.assert_allclose(full.variance, diagonal.variance, rtol=1e-12)
    nested = D.Mixture(
        np.zeros((5, 1)), D.Mixture(logits[:, None], D.Normal(mu[:, None], np.zeros((5, 1, K, 2))))
    )
    np.testing.assert_allclose(nested.log_prob(x), diagonal.log_prob(x), rtol=1e-12)
    a = rng.standard_normal((5, K, 3))
    classes = D.Mixture(logits, D.Categorical(a))
    total = sum(np.exp(classes.log_prob(np.full(5, k))) for k in range(3))
    np.testing.assert_allclose(total, 1, rtol=1e-12)


def test_derivatives_by_weights_and_parameters_to_second_order(rng):
    for name in ("normal", "student_t", "discretised_logistic", "poisson"):
        logits, case, parameters, x = mixture(name, rng, (3,), 2)
        check_grads(
            lambda a, *p, c=case, x=x: D.Mixture(a, c.make(*p)).log_prob(x), logits, *parameters, order=2
        )


@pytest.mark.parametrize(
    ("logits", "parts"), [((3,), (2, 4, 2)), ((2, 4), (4, 2)), ((), (4, 2)), ((1,), (4, 2))], ids=str
)
def test_weights_that_do_not_match_the_components_are_refused(logits, parts):
    with pytest.raises(ValueError, match="need components"):
        D.Mixture(np.zeros(logits), D.Normal(np.zeros(parts), np.zeros(parts)))
