"""A VQ-VAE whose codes do not count begins as the model of independent pixels, its baseline."""

import numpy as np
import pytest

from scratchgen.evaluation import (
    independent_categorical_log_prob,
    independent_gaussian_log_prob,
    independent_variance,
    level_shares,
)
from scratchgen.random import Generator
from scratchgen.vae.vq import VQVAE

LEVELS = 4
SHAPE, D = (4, 6, 3), 72
# every pixel has its own distribution: some are always of one level, as a background is
SHARES = np.random.default_rng(0).dirichlet(np.full(LEVELS, 0.3), D)
IMAGES = np.array([np.random.default_rng(1).choice(LEVELS, 300, p=p) for p in SHARES]).T / (LEVELS - 1)
BLACK_AND_WHITE = np.where(np.random.default_rng(2).random((300, D)) < np.linspace(0.1, 0.9, D), 1.0, 0.0)


def without_codes(likelihood, levels=None):
    """A VQ-VAE with zeros for all weights that the codes pass."""
    model = VQVAE(SHAPE, 5, 3, (4,), 6, Generator(0), likelihood=likelihood, levels=levels)
    for parameter in model.decoder.parameters():
        parameter.data[...] = 0
    return model


def log_likelihood(model, x):
    return float(model.decode_codes(model.codes(x)).log_prob(x).numpy().mean(dtype=np.float64))


def minus_entropy(p):
    return np.sum(p * np.log(p) + (1 - p) * np.log1p(-p))


@pytest.mark.equation("vae.codes")
def test_levels_begin_with_their_shares_in_each_pixel(measured):
    model = without_codes("categorical", LEVELS)
    model.init_output_bias(level_shares(IMAGES, LEVELS))
    baseline = independent_categorical_log_prob(IMAGES, IMAGES, LEVELS)
    measured(abs(log_likelihood(model, IMAGES) / baseline - 1), 1e-5)  # float32


@pytest.mark.equation("vae.codes")
def test_the_claim_above_rejects_a_bias_by_the_mean_and_one_that_is_equal_in_all_pixels():
    baseline = independent_categorical_log_prob(IMAGES, IMAGES, LEVELS)
    by_mean, by_channel = without_codes("categorical", LEVELS), without_codes("categorical", LEVELS)
    by_mean.init_output_bias(IMAGES.mean(axis=0))
    by_channel.init_output_bias(np.tile(level_shares(IMAGES.reshape(-1, 1), LEVELS), (D, 1)))
    assert log_likelihood(by_mean, IMAGES) < baseline - 5
    assert log_likelihood(by_channel, IMAGES) < baseline - 20


@pytest.mark.equation("vae.codes")
def test_black_and_white_pixels_begin_with_the_share_of_white(measured):
    model, p = without_codes("bernoulli"), BLACK_AND_WHITE.mean(axis=0)
    model.init_output_bias(p)
    measured(abs(log_likelihood(model, BLACK_AND_WHITE) / minus_entropy(p) - 1), 1e-5)


@pytest.mark.equation("vae.codes")
def test_real_pixels_begin_with_their_mean_and_deviation(measured):
    model = without_codes("gaussian")
    model.init_output_bias(IMAGES.mean(axis=0), np.sqrt(independent_variance(IMAGES)))
    baseline = independent_gaussian_log_prob(IMAGES, IMAGES)
    measured(abs(log_likelihood(model, IMAGES) / baseline - 1), 1e-5)


def test_the_claims_above_reject_a_model_that_knows_no_data():
    unset = without_codes("bernoulli")
    assert log_likelihood(unset, BLACK_AND_WHITE) == pytest.approx(-D * np.log(2), rel=1e-5)
    p = BLACK_AND_WHITE.mean(axis=0)
    assert -D * np.log(2) < minus_entropy(p) - 5
    baseline = independent_gaussian_log_prob(IMAGES, IMAGES)
    assert log_likelihood(without_codes("gaussian"), IMAGES) < baseline - 5


def test_the_bias_is_trained_with_the_decoder():
    model = without_codes("bernoulli")
    model.objective(BLACK_AND_WHITE[:8].astype(np.float32)).sum().backward()
    b = model.decoder.layers[-1].b
    assert any(parameter is b for part in model.autoencoder() for parameter in part.parameters())
    assert b.grad is not None and np.abs(b.grad).max() > 0.1
