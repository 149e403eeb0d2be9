"""Divergences KL(p ‖ q): against the integral of p log(p/q), 0 for equal distributions, and their direction."""

import mpmath as mp
import numpy as np
import pytest

from scratchgen import check_grads
from scratchgen.distributions import Laplace, MultivariateNormal, Normal, Poisson
from scratchgen.random import Generator

from .cases import CASES, DIGITS

pytestmark = pytest.mark.fast

WITH_KL = ["normal", "laplace", "poisson", "gamma"]
every = pytest.mark.parametrize("name", WITH_KL)


def two(name, rng, shape):
    case = CASES[name]
    return case, case.draw(rng, shape), case.draw(rng, shape)


def integral(name, p, q):
    """E_p[log p(x)/q(x)] of one dimension, by mpmath."""
    case = CASES[name]
    b = [mp.mpf(float(v)) for v in q]
    kinks = b[:1] if name == "laplace" else []
    log_ratio = lambda x, density: mp.log(density / case.density(x, *b)) if density else mp.mpf(0)
    return case.mean_of(log_ratio, *p, kinks=kinks)


@pytest.mark.equation("distributions.normal_kl")
@pytest.mark.equation("distributions.laplace_kl")
@pytest.mark.equation("distributions.poisson_kl")
@pytest.mark.equation("distributions.gamma_kl")
@every
def test_the_divergence_is_the_integral_of_p_log_p_over_q(name, rng, measured):
    case, p, q = two(name, rng, (1, 2))
    expected = sum(integral(name, [a[0, i] for a in p], [b[0, i] for b in q]) for i in range(2))
    measured(np.abs(case.make(*p).kl(case.make(*q)) - expected), 1e-7)


@pytest.mark.equation("distributions.normal_kl")
@pytest.mark.equation("distributions.laplace_kl")
@pytest.mark.equation("distributions.poisson_kl")
@pytest.mark.equation("distributions.gamma_kl")
@every
def test_the_claim_above_rejects_the_divergence_in_the_other_direction(name, rng):
    case, p, _ = two(name, rng, (1, 1))
    q = [a + 1 for a in p]
    expected = integral(name, [a[0, 0] for a in p], [b[0, 0] for b in q])
    assert abs(case.make(*q).kl(case.make(*p)) - expected)[0] > 1e-3


@every
def test_a_divergence_is_0_from_itself_and_never_negative(name, rng):
    case, p, q = two(name, rng, (200, 1))
    assert np.all(np.abs(case.make(*p).kl(case.make(*p))) < 1e-12)
    assert np.all(case.make(*p).kl(case.make(*q)) > 0)


def test_near_distributions_have_no_negative_divergence_after_rounding(rng):
    mu, logvar = np.float32(0.3), rng.uniform(-1e-3, 1e-3, (100_000, 1)).astype(np.float32)
    q = Normal(np.full_like(logvar, mu), np.zeros_like(logvar))
    assert Normal(np.full_like(logvar, mu), logvar).kl(q).min() >= 0


@every
def test_derivatives_of_the_divergence_by_all_parameters(name, rng):
    case, p, q = two(name, rng, (3, 2))
    n = len(p)
    check_grads(lambda *a: case.make(*a[:n]).kl(case.make(*a[n:])), *p, *q, order=2)


def test_the_divergence_from_the_standard_normal_is_that_of_the_vae(rng):
    p = Normal(*rng.standard_normal((2, 5, 3)))
    standard = Normal(np.zeros((5, 3)), np.zeros((5, 3)))
    np.testing.assert_allclose(p.kl(standard), p.kl_to_standard_normal(), rtol=1e-13)


# --- full covariances -------------------------------------------------------------------------------------


def full(rng, D=3, front=()):
    mu, A = rng.standard_normal((*front, D)), rng.standard_normal((*front, D, D))
    return mu, np.linalg.cholesky(A @ np.swapaxes(A, -1, -2) + 0.5 * np.eye(D))


def exact_log_density(x, mu, L):
    """−½ log det(2π C) − ½ dᵀ C⁻¹ d by mpmath, from the covariance."""
    with mp.workdps(DIGITS):
        L, d = mp.matrix(L.tolist()), mp.matrix((x - mu).tolist())
        C = L * L.T
        return float(-mp.log(mp.det(2 * mp.pi * C)) / 2 - (d.T * mp.inverse(C) * d)[0] / 2)


@pytest.mark.equation("distributions.full_normal")
def test_the_full_normal_density_is_that_of_its_covariance(rng, measured):
    (mu, L), x = full(rng), rng.standard_normal((4, 3))
    expected = [exact_log_density(row, mu, L) for row in x]
    measured(np.abs(MultivariateNormal(mu, L).log_prob(x) - expected), 1e-12)


@pytest.mark.equation("distributions.full_normal")
def test_the_claim_above_rejects_a_covariance_in_place_of_its_factor(rng):
    (mu, L), x = full(rng), rng.standard_normal((4, 3))
    wrong = MultivariateNormal(mu, np.linalg.cholesky(L @ L.T @ (L @ L.T))).log_prob(x)
    assert np.abs(wrong - [exact_log_density(row, mu, L) for row in x]).max() > 0.1


@pytest.mark.equation("distributions.full_normal")
@pytest.mark.equation("distributions.full_entropy")
@pytest.mark.equation("distributions.full_kl")
def test_a_diagonal_factor_is_the_normal_with_independent_dimensions(rng, measured):
    (mu, logvar, x), (nu, other) = rng.standard_normal((3, 4, 3)), rng.standard_normal((2, 4, 3))
    diagonal = lambda v: np.exp(0.5 * v)[..., None] * np.eye(3)
    p, q = MultivariateNormal(mu, diagonal(logvar)), MultivariateNormal(nu, diagonal(other))
    measured(np.abs(p.log_prob(x) - Normal(mu, logvar).log_prob(x)), 1e-12)
    measured(np.abs(p.entropy() - Normal(mu, logvar).entropy()), 1e-12)
    measured(np.abs(p.kl(q) - Normal(mu, logvar).kl(Normal(nu, other))), 1e-11)
    np.testing.assert_allclose(p.variance, Normal(mu, logvar).variance)


@pytest.mark.equation("distributions.full_entropy")
@pytest.mark.equation("distributions.full_kl")
def test_entropy_and_divergence_of_full_normals_are_those_of_their_covariances(rng, measured):
    (mu, L), (nu, M) = full(rng), full(rng)
    C, S, d = L @ L.T, M @ M.T, mu - nu
    p, q = MultivariateNormal(mu, L), MultivariateNormal(nu, M)
    measured(np.abs(p.entropy() - 0.5 * np.linalg.slogdet(2 * np.pi * np.e * C)[1]), 1e-12)
    inverse = np.linalg.inv(S)
    expected = 0.5 * (
        np.trace(inverse @ C) + d @ inverse @ d - 3 + np.linalg.slogdet(S @ np.linalg.inv(C))[1]
    )
    measured(np.abs(p.kl(q) - expected), 1e-10)


@pytest.mark.equation("distributions.full_entropy")
@pytest.mark.equation("distributions.full_kl")
def test_the_claim_above_rejects_dimensions_taken_for_independent(rng):
    (mu, L), (nu, M) = full(rng), full(rng)
    p, q = MultivariateNormal(mu, L), MultivariateNormal(nu, M)
    alone = [Normal(m, np.log(d.variance)) for m, d in ((mu, p), (nu, q))]
    assert abs(p.entropy() - alone[0].entropy()) > 0.01
    assert abs(p.kl(q) - alone[0].kl(alone[1])) > 0.01


@pytest.mark.equation("distributions.full_sample")
def test_samples_of_a_full_normal_have_its_covariance(rng, measured):
    mu, L = full(rng)
    n = 100_000
    x = MultivariateNormal(mu, L).sample(Generator(1), shape=n)
    C = L @ L.T
    error = 5 * np.sqrt((C**2 + np.outer(np.diag(C), np.diag(C))) / n)
    measured(np.abs(np.cov(x.T) - C), error)
    measured(np.abs(x.mean(0) - mu), 5 * np.sqrt(np.diag(C) / n))
    np.testing.assert_allclose(MultivariateNormal(mu, L).covariance, C)


@pytest.mark.equation("distributions.full_sample")
def test_the_claim_above_rejects_the_transposed_factor(rng):
    mu, L = full(rng)
    wrong = np.cov((mu + rng.standard_normal((100_000, 3)) @ L).T)  # ε L for ε Lᵀ
    assert np.abs(wrong - L @ L.T).max() > 0.1


def test_derivatives_of_the_full_normal(rng):
    (mu, L), (nu, M), x = full(rng, 2, (3,)), full(rng, 2), rng.standard_normal((3, 2))
    low = lambda L: np.tril(L)  # a network computes the triangle
    check_grads(lambda m, L, x: MultivariateNormal(m, low(L)).log_prob(x), mu, L, x, order=2)
    check_grads(lambda L: MultivariateNormal(mu, low(L)).entropy(), L, order=2)
    check_grads(
        lambda m, L, n, M: MultivariateNormal(m, low(L)).kl(MultivariateNormal(n, low(M))),
        mu,
        L,
        nu,
        M,
        order=2,
    )


def test_a_divergence_from_another_kind_is_refused():
    z = np.zeros((1, 2))
    with pytest.raises(
        TypeError, match="kl is the divergence from another Normal, not from an object of type Laplace"
    ):
        Normal(z, z).kl(Laplace(z, z))
    with pytest.raises(TypeError, match="from another Poisson"):
        Poisson(z).kl(0.0)
