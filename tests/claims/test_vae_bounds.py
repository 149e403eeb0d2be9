"""Every form of the bound: its order, its gap, its gradients, and values that are no bound."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, stop_gradient
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.random import Generator
from scratchgen.vae import beta_elbo, elbo, iwae_bound, lagrangian
from scratchgen.vae.objectives import distortion_and_rate

pytestmark = pytest.mark.fast

LOG_2PI = np.log(2 * np.pi)
X = np.array([1.0, 0.0, 1.0])
DIMENSIONS = pytest.mark.parametrize("Z", [1, 2])


class Toy:
    """p(x|z) = Bernoulli(σ(z W + b)) of three pixels, with a latent so small that integrals are sums."""

    def __init__(self, Z):
        self.W = np.array([[1.5, -2.0, 0.7], [0.4, 1.2, -0.9]])[:Z]
        self.b = np.array([0.2, -0.1, 0.4])
        self.mu, self.logvar = np.array([0.2, -0.3])[:Z], np.array([-0.2, 0.6])[:Z]
        axis = np.linspace(-12, 12, {1: 4001, 2: 481}[Z])
        self.z = np.stack(np.meshgrid(*[axis] * Z, indexing="ij"), axis=-1).reshape(-1, Z)
        self.cell = (axis[1] - axis[0]) ** Z

    def decode(self, z):
        return Bernoulli(z @ self.W + self.b)

    def q(self, n):
        """q(z|x), n times over; it is not the true posterior."""
        return Normal(np.tile(self.mu, (n, 1)), np.tile(self.logvar, (n, 1)))

    def log_joint(self):
        """log p(x|z) p(z) on the grid, from the formulas and not from the library."""
        a = self.z @ self.W + self.b
        log_p = np.sum(X * a - np.logaddexp(0, a), axis=-1)
        return log_p - 0.5 * np.sum(self.z**2 + LOG_2PI, axis=-1)

    def log_q(self):
        square = (self.z - self.mu) ** 2 / np.exp(self.logvar)
        return -0.5 * np.sum(square + self.logvar + LOG_2PI, axis=-1)

    def log_evidence(self):
        return np.log(np.sum(np.exp(self.log_joint())) * self.cell)

    def log_posterior(self):
        return self.log_joint() - self.log_evidence()

    def under_q(self, values):
        """E_q of values on the grid."""
        return np.sum(np.exp(self.log_q()) * values) * self.cell

    def exact(self, objective):
        """The expectation of an objective of the library over its noise: ε on the grid in place of draws."""
        weights = np.exp(-0.5 * np.sum(self.z**2 + LOG_2PI, axis=-1)) * self.cell
        return np.sum(weights * objective(X, self.q(len(self.z)), self.decode, self.z))


# --- the order ----------------------------------------------------------------------------------------------


def five_errors(values):
    return 5 * values.std() / np.sqrt(len(values))


@pytest.mark.equation("vae.iwae")
@DIMENSIONS
def test_the_bounds_rise_with_k_up_to_the_log_evidence(Z, measured):
    toy, n = Toy(Z), 20_000
    L = {k: iwae_bound(X, toy.q(n), toy.decode, k, Generator(k)) for k in (1, 5, 50)}
    measured(abs(L[1].mean() - toy.exact(elbo)), five_errors(L[1]))
    for lower, higher in ((1, 5), (5, 50)):
        assert L[higher].mean() - L[lower].mean() > five_errors(L[higher]) + five_errors(L[lower])
    assert 0 < toy.log_evidence() - L[50].mean() < 0.02


@pytest.mark.equation("vae.iwae")
@DIMENSIONS
def test_the_claim_above_rejects_a_sum_of_weights_that_is_not_divided_by_k(Z):
    toy = Toy(Z)
    wrong = iwae_bound(X, toy.q(20_000), toy.decode, 5, Generator(5)) + np.log(5)
    assert wrong.mean() > toy.log_evidence() + 1


@pytest.mark.equation("vae.elbo")
@DIMENSIONS
def test_the_gap_of_the_bound_is_the_divergence_of_q_from_the_true_posterior(Z, measured):
    """Sums of smooth functions that end at nought, on a grid: they are right to rounding."""
    toy = Toy(Z)
    divergence = toy.under_q(toy.log_q() - toy.log_posterior())
    assert divergence > 0.05
    measured(abs(toy.log_evidence() - toy.exact(elbo) - divergence), 1e-9)


@pytest.mark.equation("vae.elbo")
@DIMENSIONS
def test_the_claim_above_rejects_the_divergence_of_the_posterior_from_q(Z):
    toy = Toy(Z)
    p = np.exp(toy.log_posterior())
    other_way = np.sum(p * (toy.log_posterior() - toy.log_q())) * toy.cell
    assert abs(toy.log_evidence() - toy.exact(elbo) - other_way) > 0.01


# --- one sample, and its gradient ---------------------------------------------------------------------------


@pytest.mark.equation("vae.iwae")
@DIMENSIONS
def test_with_one_sample_it_is_the_bound_whose_divergence_the_same_noise_estimates(Z, measured):
    toy, eps = Toy(Z), Generator(1).standard_normal((1, 100, Z), np.float64)
    q = toy.q(100)
    z = q.mu + np.exp(0.5 * q.logvar) * eps[0]
    log_q = -0.5 * np.sum(LOG_2PI + q.logvar + (z - q.mu) ** 2 / np.exp(q.logvar), axis=-1)
    log_prior = -0.5 * np.sum(LOG_2PI + z**2, axis=-1)
    found = iwae_bound(X, q, toy.decode, 1, eps)
    measured(np.abs(found - (toy.decode(z).log_prob(X) + log_prior - log_q)), 1e-12)
    in_closed_form = elbo(X, q, toy.decode, eps[0])
    np.testing.assert_allclose(
        found - in_closed_form, q.kl_to_standard_normal() - (log_q - log_prior), atol=1e-12
    )
    assert np.std(found - in_closed_form) > 0.1  # the same mean (above), but not the same numbers


@pytest.mark.equation("vae.iwae")
@pytest.mark.parametrize("k", [1, 4])
def test_the_gradient_of_the_importance_weighted_bound_and_its_derivative_are_those_of_differences(
    k, rng, measured
):
    x, eps = rng.random((3, 4)), rng.standard_normal((k, 3, 2))

    def bound(W_mu, W_logvar, W_out):
        return iwae_bound(x, Normal(x @ W_mu, x @ W_logvar), lambda z: Bernoulli(z @ W_out), k, eps)

    parameters = (rng.standard_normal(s) for s in ((4, 2), (4, 2), (2, 4)))
    measured(check_grads(bound, *parameters, order=2), 1e-6)


@pytest.mark.equation("vae.iwae")
def test_the_claim_above_rejects_weights_that_are_held_constant(rng):
    """Their gradient is Σ_i w̃_i ∇ log w_i; with all weights equal it is another one."""
    toy, eps = Toy(1), rng.standard_normal((4, 10, 1))

    def gradient(bound):
        mu = Tensor(np.full((10, 1), 0.9), requires_grad=True)
        bound(Normal(mu, np.full((10, 1), -0.7))).sum().backward()
        return mu.grad

    right = gradient(lambda q: iwae_bound(X, q, toy.decode, 4, eps))
    equal = gradient(lambda q: sum(iwae_bound(X, q, toy.decode, 1, e[None]) for e in eps) / 4)
    assert np.abs(right - equal).max() > 0.1


# --- two ways to the gradient -------------------------------------------------------------------------------

S = 100_000


def gradients(surrogate):
    """(S, 2): one sample of the gradient by mu and logvar of q for each draw."""
    toy = Toy(1)
    mu = Tensor(np.tile(toy.mu, (S, 1)), requires_grad=True)
    logvar = Tensor(np.tile(toy.logvar, (S, 1)), requires_grad=True)
    surrogate(toy, Normal(mu, logvar)).sum().backward()
    return np.concatenate([mu.grad, logvar.grad], axis=1)


def pathwise(toy, q):
    return elbo(X, q, toy.decode, Generator(11))


def score_function(toy, q, log_density_gradient=1.0, keep_the_ratio=True):
    """∇ E_q[f] = E_q[f ∇ log q(z)],  f = log p(x|z) p(z) / q(z): what does not differentiate z."""
    z = stop_gradient(q.rsample(Generator(12)))
    log_prior = -0.5 * np.sum(z**2 + LOG_2PI, axis=-1)
    f = toy.decode(z).log_prob(X) + (log_prior - q.log_prob(z) if keep_the_ratio else 0)
    return stop_gradient(f) * log_density_gradient * q.log_prob(z)


def agree(a, b):
    error = np.sqrt(a.var(axis=0) + b.var(axis=0)) / np.sqrt(S)
    return np.all(np.abs(a.mean(axis=0) - b.mean(axis=0)) < 5 * error)


@pytest.mark.equation("vae.reparameterisation")
def test_the_pathwise_and_the_score_function_gradient_have_the_same_mean(measured):
    a, b = gradients(pathwise), gradients(score_function)
    assert agree(a, b)
    assert np.all(a.std(axis=0) < b.std(axis=0))  # which is why the first is taken
    toy, h = Toy(1), 1e-5
    for i, name in enumerate(("mu", "logvar")):
        ends = []
        for step in (h, -h):
            moved = Toy(1)
            setattr(moved, name, getattr(toy, name) + step)
            ends.append(moved.exact(elbo))
        exact = (ends[0] - ends[1]) / (2 * h)
        measured(abs(a[:, i].mean() - exact), 5 * a[:, i].std() / np.sqrt(S))


@pytest.mark.equation("vae.reparameterisation")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda toy, q: (
            elbo(X, Normal(stop_gradient(q.mu), stop_gradient(q.logvar)), toy.decode, Generator(1))
            - q.kl_to_standard_normal()
        ),
        lambda toy, q: score_function(toy, q, log_density_gradient=-1.0),
        lambda toy, q: score_function(toy, q, keep_the_ratio=False),
    ],
    ids=["z is held constant", "the sign is wrong", "f is the likelihood alone"],
)
def test_the_claim_above_rejects(wrong):
    assert not agree(gradients(pathwise), gradients(wrong))


# --- the weighted bound -------------------------------------------------------------------------------------


@pytest.mark.equation("vae.beta")
def test_the_weighted_bound_is_the_bound_at_one_and_falls_by_the_rate_for_every_unit_of_beta(measured):
    toy, eps = Toy(2), Generator(2).standard_normal((50, 2), np.float64)
    q = toy.q(50)
    at = lambda beta: beta_elbo(X, q, toy.decode, eps, beta)
    np.testing.assert_allclose(at(1), elbo(X, q, toy.decode, eps), rtol=1e-14)
    rate = q.kl_to_standard_normal()
    measured(np.abs(at(3) - at(1) + 2 * rate), 1e-12 * 2 * rate)
    D, R = distortion_and_rate(X, q, toy.decode, eps)
    np.testing.assert_allclose(at(0.3), -(D + 0.3 * R), rtol=1e-14)


def weighted(toy, beta):
    return toy.exact(lambda x, q, decode, eps: beta_elbo(x, q, decode, eps, beta))


def sure_of_the_best(Z):
    """A toy whose q sits where the likelihood is greatest, far from the prior."""
    toy = Toy(Z)
    toy.mu, toy.logvar = np.array([2.5, -1.5])[:Z], np.array([-2.0, -2.0])[:Z]
    return toy


@pytest.mark.equation("vae.beta")
@DIMENSIONS
def test_for_beta_of_one_and_more_the_weighted_value_is_a_bound(Z):
    for toy in (Toy(Z), sure_of_the_best(Z)):
        values = [weighted(toy, beta) for beta in (4, 2, 1)]
        assert values[0] < values[1] < values[2] <= toy.log_evidence()


@pytest.mark.equation("vae.beta")
@DIMENSIONS
def test_the_claim_above_rejects_a_beta_below_one(Z):
    toy = sure_of_the_best(Z)
    assert weighted(toy, 0.1) > toy.log_evidence() + 0.1


@pytest.mark.equation("vae.constrained")
def test_the_lagrangian_is_the_weighted_bound_with_beta_of_one_over_lambda(measured):
    """R + λ(D − D₀) = λ(D + R/λ) − λ D₀: for a fixed λ the minima are the same."""
    D, R = np.random.default_rng(1).uniform(0, 100, (2, 50))
    for lam in (0.25, 1.0, 3.0):
        weighted = D + R / lam
        measured(np.abs(lagrangian(D, R, 40.0, lam) / lam + 40 - weighted), 1e-13 * weighted)
    assert lagrangian(40.0, 7.0, 40.0, 3.0) == 7.0  # where the constraint holds with equality


@pytest.mark.equation("vae.constrained")
def test_the_claim_above_rejects_a_beta_of_lambda_itself():
    D, R = np.random.default_rng(1).uniform(0, 100, (2, 50))
    assert np.abs(lagrangian(D, R, 40.0, 3.0) / 3 + 40 - (D + 3 * R)).max() > 1
