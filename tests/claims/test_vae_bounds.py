"""Every form of the bound: its order, its gap, its gradients, and what is a bound no longer."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, stop_gradient
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.random import Generator
from scratchgen.vae import (
    VAE,
    BetaLoss,
    ConstrainedLoss,
    ImportanceLoss,
    LinearVAE,
    beta_elbo,
    elbo,
    free_bits_rate,
    iwae_bound,
    lagrangian,
    warm_up,
)
from scratchgen.vae.objectives import distortion_and_rate

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
def test_the_bounds_rise_with_k_up_to_the_log_evidence(Z):
    toy, n = Toy(Z), 20_000
    L = {k: iwae_bound(X, toy.q(n), toy.decode, k, Generator(k)) for k in (1, 5, 50)}
    assert abs(L[1].mean() - toy.exact(elbo)) < five_errors(L[1])
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
def test_the_gap_of_the_bound_is_the_divergence_of_q_from_the_true_posterior(Z):
    """Sums of smooth functions that end at nought, on a grid: they are right to rounding."""
    toy = Toy(Z)
    divergence = toy.under_q(toy.log_q() - toy.log_posterior())
    assert divergence > 0.05
    assert toy.log_evidence() - toy.exact(elbo) == pytest.approx(divergence, abs=1e-9)


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
def test_with_one_sample_it_is_the_bound_whose_divergence_the_same_noise_estimates(Z):
    toy, eps = Toy(Z), Generator(1).standard_normal((1, 100, Z), np.float64)
    q = toy.q(100)
    z = q.mu + np.exp(0.5 * q.logvar) * eps[0]
    log_q = -0.5 * np.sum(LOG_2PI + q.logvar + (z - q.mu) ** 2 / np.exp(q.logvar), axis=-1)
    log_prior = -0.5 * np.sum(LOG_2PI + z**2, axis=-1)
    found = iwae_bound(X, q, toy.decode, 1, eps)
    np.testing.assert_allclose(found, toy.decode(z).log_prob(X) + log_prior - log_q, rtol=0, atol=1e-12)
    in_closed_form = elbo(X, q, toy.decode, eps[0])
    np.testing.assert_allclose(
        found - in_closed_form, q.kl_to_standard_normal() - (log_q - log_prior), atol=1e-12
    )
    assert np.std(found - in_closed_form) > 0.1  # the same mean (above), but not the same numbers


@pytest.mark.equation("vae.iwae")
@pytest.mark.parametrize("k", [1, 4])
def test_the_gradient_of_the_importance_weighted_bound_and_its_derivative_are_those_of_differences(k, rng):
    x, eps = rng.random((3, 4)), rng.standard_normal((k, 3, 2))

    def bound(W_mu, W_logvar, W_out):
        return iwae_bound(x, Normal(x @ W_mu, x @ W_logvar), lambda z: Bernoulli(z @ W_out), k, eps)

    check_grads(bound, *(rng.standard_normal(s) for s in ((4, 2), (4, 2), (2, 4))), order=2)


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
def test_the_pathwise_and_the_score_function_gradient_have_the_same_mean():
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
        assert abs(a[:, i].mean() - exact) < 5 * a[:, i].std() / np.sqrt(S)


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
def test_the_weighted_bound_is_the_bound_at_one_and_falls_by_the_rate_for_every_unit_of_beta():
    toy, eps = Toy(2), Generator(2).standard_normal((50, 2), np.float64)
    q = toy.q(50)
    at = lambda beta: beta_elbo(X, q, toy.decode, eps, beta)
    np.testing.assert_allclose(at(1), elbo(X, q, toy.decode, eps), rtol=1e-14)
    np.testing.assert_allclose(at(3) - at(1), -2 * q.kl_to_standard_normal(), rtol=1e-12)
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
def test_the_lagrangian_is_the_weighted_bound_with_beta_of_one_over_lambda():
    """R + λ(D − D₀) = λ(D + R/λ) − λ D₀: for a fixed λ the minima are the same."""
    D, R = np.random.default_rng(1).uniform(0, 100, (2, 50))
    for lam in (0.25, 1.0, 3.0):
        np.testing.assert_allclose(lagrangian(D, R, 40.0, lam) / lam + 40, D + R / lam, rtol=1e-13)
    assert lagrangian(40.0, 7.0, 40.0, 3.0) == 7.0  # where the constraint holds with equality
    wrong = lagrangian(D, R, 40.0, 3.0) / 3 + 40
    assert np.abs(wrong - (D + 3 * R)).max() > 1  # β = λ


# --- free bits ----------------------------------------------------------------------------------------------


@pytest.fixture
def posteriors(rng):
    """Of four latents two say less than 0.4 nats on average, though not for every example."""
    mu = rng.standard_normal((40, 4)) * [0.2, 0.7, 1.5, 3.0]
    return Normal(mu, np.zeros_like(mu))


@pytest.mark.equation("vae.free_bits")
def test_the_mean_of_the_rate_is_the_sum_of_what_each_latent_says_or_the_free_nats(posteriors):
    means = (0.5 * posteriors.mu**2).mean(axis=0)
    assert np.sum(means < 0.4) == 2
    found = free_bits_rate(posteriors, 0.4)
    assert found.shape == (40,)
    assert found.mean() == pytest.approx(np.maximum(means, 0.4).sum(), rel=1e-12)
    np.testing.assert_allclose(free_bits_rate(posteriors, 0.0), posteriors.kl_to_standard_normal())


@pytest.mark.equation("vae.free_bits")
def test_the_claim_above_rejects_free_nats_of_each_example(posteriors):
    wrong = np.maximum(0.5 * posteriors.mu**2, 0.4).sum(axis=-1).mean()
    assert abs(wrong - free_bits_rate(posteriors, 0.4).mean()) > 0.1


@pytest.mark.equation("vae.free_bits")
def test_a_latent_that_says_less_is_not_pushed_to_say_nothing(posteriors):
    mu = Tensor(posteriors.mu, requires_grad=True)
    free_bits_rate(Normal(mu, posteriors.logvar), 0.4).sum().backward()
    np.testing.assert_array_equal(mu.grad[:, :2], 0)
    np.testing.assert_allclose(mu.grad[:, 2:], posteriors.mu[:, 2:])


# --- warm-up ------------------------------------------------------------------------------------------------


@pytest.mark.equation("vae.warm_up")
def test_the_weight_of_the_rate_grows_in_a_line_and_stays():
    assert [warm_up(t, 4) for t in range(7)] == [0, 0.25, 0.5, 0.75, 1, 1, 1]
    assert [warm_up(t, 0) for t in range(3)] == [1, 1, 1]


@pytest.mark.equation("vae.warm_up")
def test_each_step_of_a_training_has_the_weight_of_its_own():
    model, x, eps = VAE(6, 2, 8), np.eye(6, dtype=np.float32), np.zeros((6, 2), np.float32)
    D, R = (v.numpy() for v in distortion_and_rate(x, model.encode(x), model.decode, eps))
    loss = BetaLoss(beta=3.0, warm_up=2)
    for weight in (0, 1.5, 3, 3):
        np.testing.assert_allclose(loss(model, x, eps)[0].numpy(), D + weight * R, rtol=1e-6)
    again = BetaLoss(beta=3.0, warm_up=2)
    loss.t = 1
    again.load_state_dict(loss.state_dict())
    np.testing.assert_allclose(again(model, x, eps)[0].numpy(), D + 1.5 * R, rtol=1e-6)
    constant = BetaLoss(beta=3.0)(model, x, eps)[0].numpy()
    assert np.abs(constant - D).max() > 1e-3  # a loss without the warm-up begins with another weight


# --- the scale of the loss ----------------------------------------------------------------------------------

LOSSES = {
    "elbo": (BetaLoss, 1),
    "beta": (lambda: BetaLoss(0.5, free_bits=0.1), 1),
    "iwae": (lambda: ImportanceLoss(3), 3),
    "geco": (lambda: ConstrainedLoss(2.0), 1),
}


def value_and_gradient(name, times, reduce):
    """Of a batch that is repeated so many times, noise and all."""
    make, k = LOSSES[name]
    model = VAE(6, 2, 8)
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float64)
    rng = np.random.default_rng(3)
    x, eps = rng.random((5, 6)), rng.standard_normal((k, 5, 2))
    eps = np.tile(eps, (1, times, 1))
    loss, _ = make()(model, np.tile(x, (times, 1)), eps if k > 1 else eps[0])
    assert loss.shape == (5 * times,)
    reduce(loss).backward()
    return np.concatenate([reduce(loss).numpy().ravel(), *(p.grad.ravel() for p in model.parameters())])


@pytest.mark.parametrize("name", LOSSES)
def test_a_batch_that_is_there_twice_has_the_same_loss_and_gradient(name):
    once, twice = (value_and_gradient(name, times, lambda loss: loss.mean()) for times in (1, 2))
    np.testing.assert_allclose(twice, once, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", LOSSES)
def test_the_claim_above_rejects_a_sum(name):
    once, twice = (value_and_gradient(name, times, lambda loss: loss.sum()) for times in (1, 2))
    assert np.linalg.norm(twice - once) > 0.9 * np.linalg.norm(once)


def test_more_samples_of_the_latent_change_the_noise_of_the_distortion_and_not_its_mean():
    model, x = LinearVAE(4, 2), np.tile(np.array([[1, -1, 0.5, 0]], np.float32), (4000, 1))
    one = BetaLoss()(model, x, Generator(1))[0].numpy().astype(np.float64)
    many = BetaLoss(samples=8)(model, x, Generator(2))[0].numpy().astype(np.float64)
    assert abs(one.mean() - many.mean()) < 5 * np.hypot(one.std(), many.std()) / np.sqrt(4000)
    assert many.std() == pytest.approx(one.std() / np.sqrt(8), rel=0.1)


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [0, -3])
def test_a_bound_of_no_samples_is_refused(k):
    model, x = VAE(6, 2, 8), np.zeros((3, 6), np.float32)
    for refused in (
        lambda: ImportanceLoss(k),
        lambda: model.iwae_bound(x, k, Generator(0)),
        lambda: model.log_likelihood(x, k, Generator(0)),
        lambda: BetaLoss(samples=k),
    ):
        with pytest.raises(ValueError, match=f"at least one (sample|draw).*{k}"):
            refused()


@pytest.mark.parametrize("given", [{"beta": -1.0}, {"warm_up": -1}, {"free_bits": -0.1}])
def test_negative_weights_are_refused(given):
    with pytest.raises(ValueError, match="may not be negative"):
        BetaLoss(**given)
