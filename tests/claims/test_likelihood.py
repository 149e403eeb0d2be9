"""Estimates of log p(x), against densities in closed form and integrals on a grid."""

import math
import tracemalloc

import numpy as np
import pytest

from scratchgen import no_grad
from scratchgen.data.preprocessing.dequantise import dequantise
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    active_units,
    annealed_log_likelihood,
    annealing,
    bits_per_dimension,
    importance_sampled_log_likelihood,
    mean_over_examples,
    rate_and_distortion,
)
from scratchgen.evaluation.likelihood import Weights
from scratchgen.nn import Linear, Module, Sequential, Tanh
from scratchgen.random import Generator

B = 200  # one example, repeated: each row is one repetition of the estimate
UNIT = 4 / math.sqrt(2 * B)  # four standard errors of the standard deviation of B normal numbers


class LinearGaussian:
    """p(x|z) = N(z W + b, s² I): p(x) = N(b, WᵀW + s² I), and p(z|x) is normal, diagonal if W Wᵀ is.

    `shift` and `widen` say how far q(z|x) is from the posterior's mean and variances.
    """

    latent_dim = 2

    def __init__(self, W=((1.0, 0.5, -0.3), (0.2, -1.0, 0.8)), shift=0.1, widen=1.5):
        self.W, self.b, self.variance = np.array(W), np.array([0.1, -0.2, 0.3]), 0.25
        self.shift, self.widen = shift, widen

    def encode(self, x):
        P = np.linalg.inv(np.eye(2) + self.W @ self.W.T / self.variance)
        mu = (x - self.b) @ self.W.T @ P / self.variance + self.shift
        return Normal(mu, np.broadcast_to(np.log(np.diag(P) * self.widen), mu.shape))

    def decode(self, z):
        mu = z @ self.W + self.b
        return Normal(mu, np.full(mu.shape, math.log(self.variance)))

    def log_density(self, x):
        C, d = self.W.T @ self.W + self.variance * np.eye(3), x - self.b
        return -0.5 * (np.sum(d @ np.linalg.inv(C) * d, axis=-1) + np.linalg.slogdet(2 * np.pi * C)[1])


class Curved:
    """p(x|z) = Bernoulli(σ(3 tanh(z A) C + c)) of six pixels, with a rough normal approximation q(z|x)."""

    def __init__(self, latent_dim):
        rng = np.random.default_rng(3)
        self.latent_dim = latent_dim
        self.A, self.C, self.c = (
            rng.standard_normal((latent_dim, 5)),
            rng.standard_normal((5, 6)),
            rng.standard_normal(6),
        )

    def encode(self, x):
        mu = (x - 0.5) @ self.C.T @ self.A.T * 0.1
        return Normal(mu, np.full(mu.shape, -1.0))

    def decode(self, z):
        return Bernoulli(3 * np.tanh(z @ self.A) @ self.C + self.c)


PIXELS = np.array([[1.0, 0, 1, 1, 0, 1]])
POINT = np.array([[1.0, -0.5, 0.7]])


class Replaced:
    """A model whose log p(x|z) is that of another model plus a function of x and z."""

    def __init__(self, model, extra):
        self.model, self.latent_dim, self.encode, self.extra = model, model.latent_dim, model.encode, extra

    def decode(self, z):
        self.z = z
        return self

    def log_prob(self, x):
        return self.model.decode(self.z).log_prob(x) + self.extra(self.model, x, self.z)


def forget_the_ratio(model, x, z):
    """log q(z|x) − log p(z): with this addition, the weight is p(x|z) alone."""
    return model.encode(x).log_prob(z) + 0.5 * np.sum(z**2 + math.log(2 * math.pi), axis=-1)


def z_scores(estimate, exact):
    return (estimate.log_likelihood - exact) / estimate.standard_error


def agrees(estimate, exact):
    """The mean over repetitions is the exact one within four standard errors."""
    mean, error = mean_over_examples(estimate.log_likelihood)
    return abs(mean - exact) < 4 * error


def grid(latent_dim, n):
    """The points of a grid (G, 1, Z) and the volume of a cell; beyond ±8 the prior has 10⁻¹⁵ of its mass."""
    axis = np.linspace(-8, 8, n)
    z = np.stack(np.meshgrid(*[axis] * latent_dim, indexing="ij"), axis=-1).reshape(-1, 1, latent_dim)
    return z, (axis[1] - axis[0]) ** latent_dim


def by_quadrature(latent_dim, n):
    """log p(x), E_q[log w] and KL(q ‖ p(z|x)) of PIXELS, from densities written out here."""
    model = Curved(latent_dim)
    z, cell = grid(latent_dim, n)
    q = model.encode(PIXELS)
    p_one = 1 / (1 + np.exp(-(3 * np.tanh(z @ model.A) @ model.C + model.c)))
    log_p = np.sum(np.log(np.where(PIXELS == 1, p_one, 1 - p_one)), axis=-1)
    log_joint = (log_p - 0.5 * np.sum(z**2 + math.log(2 * math.pi), axis=-1))[:, 0]
    log_q = (-0.5 * np.sum((z - q.mu) ** 2 / np.exp(q.logvar) + q.logvar + math.log(2 * math.pi), -1))[:, 0]
    evidence = math.log(np.sum(np.exp(log_joint)) * cell)
    bound = np.sum(np.exp(log_q) * (log_joint - log_q)) * cell
    divergence = np.sum(np.exp(log_q) * (log_q - (log_joint - evidence))) * cell
    return evidence, bound, divergence


# --- the exact density -------------------------------------------------------------------------------------


def estimates_of(model, sampler):
    x = np.repeat(POINT, B, axis=0)
    if sampler == "posterior":
        return importance_sampled_log_likelihood(model, x, 2000, Generator(1), rows=8000)
    return annealed_log_likelihood(
        model, x, Generator(1), temperatures=20, chains=100, leapfrogs=4, rows=20000
    )


@pytest.mark.equation("vae.importance")
@pytest.mark.parametrize("sampler", ["posterior", "annealing"])
def test_both_samplers_agree_with_the_gaussian_density_and_their_standard_errors_are_honest(
    sampler, measured
):
    """The delta method is off by O(1/k) of the error, so a mean of B rows is not yet biased visibly."""
    model = LinearGaussian()
    estimate = estimates_of(model, sampler)
    exact = model.log_density(POINT)[0]
    assert agrees(estimate, exact)
    measured(np.abs(z_scores(estimate, exact)), 4.5)  # of 200 normal numbers: one in 700 times
    assert abs(z_scores(estimate, exact).std() - 1) < UNIT


@pytest.mark.parametrize("sampler", ["posterior", "annealing"])
def test_the_claim_above_rejects_errors_twice_as_large_and_those_of_a_single_weight(sampler):
    model = LinearGaussian()
    estimate = estimates_of(model, sampler)
    z = z_scores(estimate, model.log_density(POINT)[0])
    assert abs(z.std() / 2 - 1) > UNIT and abs(z.std() / 10 - 1) > UNIT  # of 100 weights, or more


@pytest.mark.equation("vae.importance")
def test_the_claim_above_rejects_weights_without_the_ratio_of_prior_and_posterior():
    model = LinearGaussian()
    wrong = estimates_of(Replaced(model, forget_the_ratio), "posterior")
    assert not agrees(wrong, model.log_density(POINT)[0])


@pytest.mark.equation("vae.annealed")
def test_the_claim_above_rejects_annealing_without_the_weight_of_one_step(monkeypatch):
    model = LinearGaussian()
    exact = model.log_density(POINT)[0]
    monkeypatch.setattr(annealing, "schedule", lambda T: np.linspace(0, 1, T + 1))  # any path is valid
    assert agrees(estimates_of(model, "annealing"), exact)
    monkeypatch.setattr(annealing, "schedule", lambda T: np.linspace(0, 1, T + 1)[:-1])
    assert not agrees(estimates_of(model, "annealing"), exact)


def test_the_claim_above_rejects_moves_that_are_always_accepted(monkeypatch):
    model = LinearGaussian()
    monkeypatch.setattr(annealing, "_energy", lambda z, v, beta, log_p: 0 * log_p)
    monkeypatch.setattr(annealing, "GAIN", 0.0)
    monkeypatch.setattr(annealing, "FIRST_STEP", 0.9)
    assert not agrees(estimates_of(model, "annealing"), model.log_density(POINT)[0])


def test_with_the_exact_posterior_one_draw_suffices():
    model = LinearGaussian(W=((1.0, 0.5, -0.3), (0.5, -1.0, 0.0)), shift=0.0, widen=1.0)  # orthogonal rows
    x = np.random.default_rng(0).standard_normal((20, 3))
    one = importance_sampled_log_likelihood(model, x, 1, Generator(2))
    ten = importance_sampled_log_likelihood(model, x, 10, Generator(2))
    np.testing.assert_allclose(one.log_likelihood, model.log_density(x), atol=1e-12)
    assert ten.standard_error.max() < 1e-13 and np.isnan(one.standard_error).all()
    np.testing.assert_allclose(ten.effective_samples, 10)


def test_the_claim_above_rejects_a_posterior_that_is_a_little_too_wide():
    model = LinearGaussian(W=((1.0, 0.5, -0.3), (0.5, -1.0, 0.0)), shift=0.0, widen=1.01)
    assert importance_sampled_log_likelihood(model, POINT, 10, Generator(2)).standard_error[0] > 1e-4


def test_annealing_at_one_temperature_is_importance_sampling_from_the_prior():
    model = LinearGaussian()
    x = np.repeat(POINT, 4, axis=0)
    estimate = annealed_log_likelihood(model, x, Generator(3), temperatures=1, chains=20_000)
    assert np.abs(z_scores(estimate, model.log_density(POINT)[0])).max() < 4
    assert np.isnan(estimate.acceptance).all()


def test_the_steps_are_tuned_to_the_acceptance_of_065_before_the_weights_are_taken():
    """The posterior of one case is forty times narrower than the prior. Within 0.1: the tuning lags behind."""
    for variance in (0.25, 0.001):
        model = LinearGaussian()
        model.variance = variance
        x = np.repeat(POINT, 20, axis=0)
        estimate = annealed_log_likelihood(model, x, Generator(4), temperatures=150, chains=20, leapfrogs=5)
        assert abs(estimate.acceptance.mean() - 0.65) < 0.1


def test_the_claim_above_rejects_steps_that_are_not_tuned(monkeypatch):
    monkeypatch.setattr(annealing, "GAIN", 0.0)
    model = LinearGaussian()
    model.variance = 0.001
    estimate = annealed_log_likelihood(model, POINT, Generator(4), temperatures=50, chains=20, leapfrogs=5)
    assert estimate.acceptance[0] < 0.5


# --- the integral on a grid --------------------------------------------------------------------------------


@pytest.mark.equation("vae.importance")
@pytest.mark.parametrize("latent_dim, n", [(1, 4001), (2, 401)])
def test_the_bounds_rise_with_k_and_stay_below_the_log_evidence(latent_dim, n, measured):
    """Means over 10,000 repetitions, paired by their place; a difference counts beyond four errors."""
    evidence, bound, _ = by_quadrature(latent_dim, n)
    x = np.repeat(PIXELS, 10_000, axis=0)
    L = {
        k: importance_sampled_log_likelihood(Curved(latent_dim), x, k, Generator(5), 50_000).log_likelihood
        for k in (1, 5, 50)
    }
    elbo = mean_over_examples(L[1])
    measured(abs(elbo.mean - bound), 4 * elbo.standard_error)
    for rise in (L[5] - L[1], L[50] - L[5], evidence - L[50]):
        mean, error = mean_over_examples(rise)
        assert mean > 4 * error


def test_the_claim_above_rejects_bounds_of_weights_without_the_ratio():
    _, bound, _ = by_quadrature(1, 4001)
    x = np.repeat(PIXELS, 10_000, axis=0)
    wrong = importance_sampled_log_likelihood(Replaced(Curved(1), forget_the_ratio), x, 1, Generator(5))
    mean, error = mean_over_examples(wrong.log_likelihood)
    assert abs(mean - bound) > 4 * error


@pytest.mark.equation("vae.annealed")
@pytest.mark.parametrize("latent_dim, n", [(1, 4001), (2, 401)])
def test_both_samplers_agree_with_the_integral(latent_dim, n, measured):
    evidence, _, _ = by_quadrature(latent_dim, n)
    x = np.repeat(PIXELS, 20, axis=0)
    model = Curved(latent_dim)
    for estimate in (
        importance_sampled_log_likelihood(model, x, 5000, Generator(6), rows=20_000),
        annealed_log_likelihood(model, x, Generator(6), temperatures=30, chains=100, leapfrogs=4),
    ):
        measured(np.abs(z_scores(estimate, evidence)), 4)
        assert agrees(estimate, evidence)


@pytest.mark.parametrize("latent_dim, n", [(1, 4001), (2, 401)])
def test_the_gap_of_one_draw_is_the_divergence_from_q_to_the_posterior(latent_dim, n):
    evidence, bound, divergence = by_quadrature(latent_dim, n)
    model = Curved(latent_dim)
    z, cell = grid(latent_dim, n)
    q = model.encode(PIXELS)
    ours = np.exp(q.log_prob(z)) * model.decode(z).log_prob(PIXELS)
    by_our_parts = np.sum(ours) * cell - q.kl_to_standard_normal()[0]
    assert evidence - by_our_parts == pytest.approx(divergence, abs=1e-6)
    assert evidence - bound == pytest.approx(divergence, abs=1e-6)


def test_the_claim_above_rejects_the_divergence_from_the_prior():
    evidence, bound, _ = by_quadrature(1, 4001)
    assert abs(evidence - bound - Curved(1).encode(PIXELS).kl_to_standard_normal()[0]) > 0.01


# --- slices ------------------------------------------------------------------------------------------------


def test_the_size_of_the_slices_and_the_examples_that_follow_change_nothing():
    """Up to rounding: matrix products of other sizes and sums in another order round differently."""
    model, x = LinearGaussian(), np.random.default_rng(1).standard_normal((7, 3))
    for estimate in (
        lambda x, rows: importance_sampled_log_likelihood(model, x, 30, Generator(7), rows),
        lambda x, rows: annealed_log_likelihood(model, x, Generator(7), 10, 6, 3, rows),
    ):
        whole = estimate(x, 10_000)
        for rows in (1, 7, 64):
            np.testing.assert_allclose(estimate(x, rows), whole, rtol=1e-9)
    first = importance_sampled_log_likelihood(model, x[:3], 30, Generator(7))
    np.testing.assert_allclose(first, [part[:3] for part in estimate_of_all(model, x)], rtol=1e-9)
    rd = [rate_and_distortion(model, x, Generator(7), 5, rows) for rows in (1, 12, 1000)]
    np.testing.assert_allclose(rd, [rd[0]] * 3, rtol=1e-12)


def estimate_of_all(model, x):
    return importance_sampled_log_likelihood(model, x, 30, Generator(7))


def test_the_claim_above_rejects_noise_by_the_place_in_the_slice():
    model, x = LinearGaussian(), np.repeat(POINT, 7, axis=0)
    pieces = [importance_sampled_log_likelihood(model, x[i : i + 2], 30, Generator(7)) for i in (0, 2, 4, 6)]
    joined = np.concatenate([p.log_likelihood for p in pieces])
    assert np.abs(joined - estimate_of_all(model, x).log_likelihood)[2:].min() > 1e-6


def test_weights_added_in_batches_equal_the_weights_at_once_at_any_scale():
    log_w = np.random.default_rng(2).standard_normal((50, 3)) * [1, 10, 0] + [-800, 0, 5]
    streamed = Weights()
    for piece in np.split(log_w, [1, 4, 30]):
        streamed.add(piece)
    log_likelihood, error, effective = streamed.estimate()
    w = np.exp(log_w - log_w.max(axis=0))
    np.testing.assert_allclose(log_likelihood, log_w.max(axis=0) + np.log(w.mean(axis=0)), rtol=1e-13)
    np.testing.assert_allclose(error, w.std(axis=0, ddof=1) / w.mean(axis=0) / 50**0.5, rtol=1e-12)
    np.testing.assert_allclose(effective, w.sum(axis=0) ** 2 / (w**2).sum(axis=0))
    nothing = Weights()
    nothing.add(np.full((4, 1), -np.inf))
    assert nothing.estimate().log_likelihood[0] == -np.inf


class Pixels(Module):
    """A VAE of two multilayer perceptrons."""

    def __init__(self, D, hidden, Z):
        rng = Generator(0)
        self.latent_dim = Z
        self.encoder = Sequential(Linear(D, hidden, rng), Tanh(), Linear(hidden, Z, rng))
        self.decoder = Sequential(Linear(Z, hidden, rng), Tanh(), Linear(hidden, D, rng))

    def encode(self, x):
        mu = self.encoder(x)
        return Normal(mu, 0 * mu - 2)

    def decode(self, z):
        return Bernoulli(self.decoder(z))


def peak(f):
    tracemalloc.start()
    try:
        f()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def memory_and_its_bound(N, k, rows, D=784, hidden=400):
    model, x = Pixels(D, hidden, 40), (Generator(1).random((N, D)) > 0.8).astype(np.float32)
    z = Generator(2).standard_normal((rows, 1, 40))
    with no_grad():
        decoding = peak(lambda: model.decode(z).log_prob(x[:1]))
    taken = peak(lambda: importance_sampled_log_likelihood(model, x, k, Generator(3), rows))
    return taken, decoding + 64 * (40 + 2) * rows + 64 * N


def test_memory_stays_under_the_stated_bound():
    taken, bound = memory_and_its_bound(N=3, k=1500, rows=500)
    assert taken < bound


def test_the_claim_above_rejects_all_draws_at_once():
    _, bound = memory_and_its_bound(N=3, k=1, rows=500)
    taken, _ = memory_and_its_bound(N=3, k=1500, rows=1500)
    assert taken > bound


def test_the_memory_of_annealing_stays_under_its_bound_however_many_temperatures():
    model, x = Pixels(784, 400, 40), (Generator(1).random((40, 784)) > 0.8).astype(np.float32)
    z = Generator(2).standard_normal((16, 30, 40), np.float64)
    with no_grad():
        gradient = peak(lambda: annealing._Likelihood(model, x[:30])(z))
    for T in (3, 12):
        taken = peak(lambda T=T: annealed_log_likelihood(model, x, Generator(3), T, 16, 2, rows=480))
        assert taken < gradient + 160 * (40 + 2) * 480 + 8 * T * 30


@pytest.mark.slow
def test_memory_stays_under_the_stated_bound_for_a_thousand_images_and_five_thousand_draws():
    """The images are small: the less memory decoding takes, the less may be taken that grows with N and k."""
    taken, bound = memory_and_its_bound(N=1000, k=5000, rows=2000, D=64, hidden=32)
    print(f"{taken / 1e6:.1f} MB of {bound / 1e6:.1f}")
    assert taken < bound


# --- bits --------------------------------------------------------------------------------------------------


@pytest.mark.equation("vae.bits")
def test_uniform_numbers_of_256_levels_take_eight_bits(measured):
    as_probabilities = bits_per_dimension(np.full(3, -784 * math.log(256)), 784)
    as_a_density = bits_per_dimension(np.zeros(3), 784, levels=256)  # on [0, 1]
    measured(np.abs([as_probabilities - 8, as_a_density - 8]), 8e-12)  # a few roundings


@pytest.mark.equation("vae.bits")
def test_a_density_that_is_flat_on_every_level_costs_the_entropy_of_the_levels():
    p = np.array([0.5, 0.25, 0.125, 0.125])
    k = np.repeat(np.arange(4), (p * 8).astype(int))[:, None]
    x = dequantise(k, 4, Generator(0))
    log_density = np.log(4 * p[np.floor(4 * x).astype(int)]).sum(axis=-1)
    assert bits_per_dimension(log_density, 1, levels=4).mean() == pytest.approx(1.75)


@pytest.mark.equation("vae.bits")
def test_the_claims_above_reject_a_density_without_its_levels():
    assert abs(bits_per_dimension(0.0, 784) - 8) > 1


# --- latents -----------------------------------------------------------------------------------------------


class OneDead(LinearGaussian):
    """A model whose second latent has the posterior N(3, 1) for every x."""

    def encode(self, x):
        q = super().encode(x)
        dead = [False, True]
        return Normal(np.where(dead, 3.0, q.mu), np.where(dead, 0.0, q.logvar))


@pytest.mark.equation("vae.active_units")
def test_a_model_with_one_dead_latent_has_one_inactive_unit(measured):
    x = np.random.default_rng(4).standard_normal((500, 3))
    q = LinearGaussian().encode(x)
    assert active_units(LinearGaussian(), x).count == 2
    units = active_units(OneDead(), x)
    assert units.count == 1 and units.variance.mean[1] == units.variance.standard_error[1] == 0
    measured(abs(units.variance.mean[0] - q.mu[:, 0].var()), 1e-12)  # rounding, of numbers below 10
    assert units.kl.mean[1] == pytest.approx(4.5)
    assert units.kl.mean.sum() == pytest.approx(rate_and_distortion(OneDead(), x, Generator(0)).rate.mean)


@pytest.mark.equation("vae.active_units")
def test_the_claim_above_rejects_the_divergence_and_the_second_moment_as_measures_of_activity():
    x = np.random.default_rng(4).standard_normal((500, 3))
    assert active_units(OneDead(), x).kl.mean[1] > 0.01
    assert (OneDead().encode(x).mu[:, 1] ** 2).mean() > 0.01


def test_the_standard_error_of_a_units_variance_is_that_of_repeated_data_sets():
    """400 data sets of 300: sd(sd) is 4 %, and the error is right to O(1/300)."""
    rng = np.random.default_rng(5)
    found = [active_units(LinearGaussian(), rng.standard_normal((300, 3))).variance for _ in range(400)]
    spread = np.std([v.mean for v in found], axis=0)
    assert np.all(
        np.abs(spread / np.mean([v.standard_error for v in found], axis=0) - 1) < 4 / math.sqrt(800)
    )


def distortion_in_closed_form(model, q):
    """−E_q log N(x; z W + b, s²): the squared distance of the mean, and the variance that q adds."""
    square = (POINT - q.mu @ model.W - model.b) ** 2 + np.exp(q.logvar) @ model.W**2
    return 0.5 * np.sum(math.log(2 * math.pi * model.variance) + square / model.variance)


@pytest.mark.equation("vae.rate_distortion")
def test_rate_and_distortion_are_those_in_closed_form(measured):
    model = LinearGaussian()
    rate, distortion = rate_and_distortion(model, np.repeat(POINT, 2000, axis=0), Generator(8), samples=5)
    q = model.encode(POINT)
    assert rate.mean == pytest.approx(0.5 * np.sum(q.mu**2 + np.exp(q.logvar) - 1 - q.logvar))
    assert rate.standard_error < 1e-12
    measured(abs(distortion.mean - distortion_in_closed_form(model, q)), 4 * distortion.standard_error)


@pytest.mark.equation("vae.rate_distortion")
def test_the_claim_above_rejects_a_distortion_at_the_mean_of_q():
    model = LinearGaussian()
    _, distortion = rate_and_distortion(model, np.repeat(POINT, 2000, axis=0), Generator(8), samples=5)
    q = model.encode(POINT)
    wrong = distortion_in_closed_form(model, Normal(q.mu, np.full(q.mu.shape, -np.inf)))
    assert abs(distortion.mean - wrong) > 4 * distortion.standard_error


@pytest.mark.equation("vae.rate_distortion")
def test_minus_rate_and_distortion_are_the_mean_bound():
    model, x = LinearGaussian(), np.random.default_rng(6).standard_normal((300, 3))
    rate, distortion = rate_and_distortion(model, x, Generator(9), samples=50)
    draws = [importance_sampled_log_likelihood(model, x, 1, Generator(s)).log_likelihood for s in range(50)]
    bound, error = mean_over_examples(np.mean(draws, axis=0))
    assert abs(-(rate.mean + distortion.mean) - bound) < 4 * error


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x", [np.zeros(3), np.zeros((0, 3)), np.zeros((2, 2, 3))], ids=lambda x: str(x.shape)
)
def test_examples_are_rows(x):
    for f in (
        lambda: importance_sampled_log_likelihood(LinearGaussian(), x, 2, Generator(0)),
        lambda: annealed_log_likelihood(LinearGaussian(), x, Generator(0)),
        lambda: active_units(LinearGaussian(), x),
        lambda: rate_and_distortion(LinearGaussian(), x, Generator(0)),
    ):
        with pytest.raises(BadInput, match="examples must be the rows"):
            f()


def test_counts_below_one_are_refused():
    for f in (
        lambda: importance_sampled_log_likelihood(LinearGaussian(), POINT, 0, Generator(0)),
        lambda: annealed_log_likelihood(LinearGaussian(), POINT, Generator(0), chains=0),
        lambda: rate_and_distortion(LinearGaussian(), POINT, Generator(0), samples=0),
        lambda: bits_per_dimension(0.0, 0),
    ):
        with pytest.raises(ValueError, match="must be a whole number of at least 1, not 0"):
            f()
