"""Samples of a VAE: means of p(x|z), or draws from it on request."""

import numpy as np
import pytest

from scratchgen.random import Generator
from scratchgen.vae import VAE, VQVAE, ConditionalVAE, LinearVAE

N, D, LEVELS = 40_000, 4, 3

MODELS = {
    "bernoulli": lambda: VAE(D, 2, 8, Generator(0)),
    "gaussian": lambda: VAE(D, 2, 8, Generator(0), likelihood="gaussian"),
    "gaussian in other units": lambda: in_units(VAE(D, 2, 8, Generator(0), likelihood="gaussian")),
    "categorical": lambda: VAE(D, 2, 8, Generator(0), likelihood="categorical", levels=LEVELS),
    "linear": lambda: LinearVAE(D, 2, Generator(0)),
    "conditional": lambda: ConditionalVAE(D, 2, 8, 3, Generator(0)),
}


def in_units(model):
    model.init_output_bias(np.arange(D), np.array([1e-3, 1, 10, 1e3]))
    return model


def sample(model, n, rng, draw=False):
    """n samples; samples of a conditional model have the classes 0, 1, 2 in turn."""
    return model.given(np.arange(n) % 3).sample(n, rng, draw=draw)


def variance_given_z(p):
    """The variance of each number of x ~ p(x|z), by the likelihood's own parameters (n, D)."""
    if hasattr(p, "logvar"):
        return np.exp(p.logvar.numpy())
    if p.logits.ndim == 2:
        mean = p.mean.numpy()
        return mean * (1 - mean)
    levels = np.arange(LEVELS) / (LEVELS - 1)
    shares = np.exp(p.logits.numpy() - np.logaddexp.reduce(p.logits.numpy(), axis=-1, keepdims=True))
    return shares @ levels**2 - (shares @ levels) ** 2


@pytest.mark.equation("vae.prior")
@pytest.mark.parametrize("name", MODELS)
def test_draws_have_the_mean_of_the_means_and_their_variance_with_that_of_the_likelihood(name, measured):
    """Var x = Var E[x|z] + E Var[x|z], the law of total variance."""
    model = MODELS[name]()
    means, draws = (sample(model, N, Generator(5), draw=draw).astype(np.float64) for draw in (False, True))
    labels = np.arange(N) % 3
    p = model.given(labels).decode(Generator(5).standard_normal((N, 2)))
    within = variance_given_z(p).mean(axis=0)
    # draws and means share their z, so that only the noise of p(x|z) is in the difference
    measured(np.abs(draws.mean(axis=0) - means.mean(axis=0)), 5 * np.sqrt(within / N))
    assert np.all(np.abs(draws.var(axis=0) / (means.var(axis=0) + within) - 1) < 0.05)


@pytest.mark.equation("vae.prior")
@pytest.mark.parametrize("name", MODELS)
def test_the_claim_above_rejects_means(name):
    model = MODELS[name]()
    means = sample(model, N, Generator(5)).astype(np.float64)
    p = model.given(np.arange(N) % 3).decode(Generator(5).standard_normal((N, 2)))
    assert np.all(means.var(axis=0) / (means.var(axis=0) + variance_given_z(p).mean(axis=0)) < 0.8)


def test_draws_are_data_that_the_likelihood_can_have():
    for name, values in (("bernoulli", [0, 1]), ("categorical", [0, 0.5, 1]), ("conditional", [0, 1])):
        model = MODELS[name]()
        assert {*sample(model, 200, Generator(1), draw=True).ravel()} == {*values}
        assert not np.isin(sample(model, 200, Generator(1)), values).any()
        model.likelihood.check(sample(model, 200, Generator(1), draw=True))


@pytest.mark.parametrize("name", MODELS)
def test_draws_follow_the_seed_and_means_stay_what_they_were(name):
    model = MODELS[name]()
    one, two, other = (sample(model, 9, Generator(seed), draw=True) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert np.any(one != other) and one.shape == (9, D) and one.dtype == np.float32
    z = Generator(3).standard_normal((9, 2))
    mean = model.given(np.arange(9) % 3).decode(z).mean.numpy()
    np.testing.assert_array_equal(sample(model, 9, Generator(3)), mean)


def test_draws_of_a_conditional_model_are_of_the_classes_that_are_asked_for():
    model = ConditionalVAE(3, 2, 8, 3, Generator(0))
    model.decoder.layers[0].W.data[...] = 0  # the latent says nothing, the class k lights pixel k
    model.decoder.layers[0].W.data[2:, :3] = 20 * np.eye(3)
    last = model.decoder.layers[-1]
    last.W.data[...] = 0
    last.W.data[:3] = np.eye(3)
    last.b.data[...] = -10
    asked = np.array([2, 0, 0, 1])
    np.testing.assert_array_equal(model.sample(4, Generator(0), asked, draw=True), np.eye(3)[asked])


@pytest.mark.equation("vae.codes")
def test_draws_of_a_vq_vae_are_black_and_white_with_the_means_as_shares(measured):
    model = VQVAE((4, 4), 3, 2, (2,), 5, Generator(0))
    means, draws = (model.sample(4000, Generator(5), draw=draw).astype(np.float64) for draw in (False, True))
    assert {*draws.ravel()} == {0, 1}
    within = (means * (1 - means)).mean(axis=0)
    measured(np.abs(draws.mean(axis=0) - means.mean(axis=0)), 5 * np.sqrt(within / 4000))
