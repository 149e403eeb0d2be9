"""The discretised logistic likelihood in a VAE, and bits per dimension that can be compared with a Gaussian's."""

import math

import numpy as np
import pytest

from scratchgen import vae
from scratchgen.data import RowData
from scratchgen.distributions import Normal
from scratchgen.errors import BadInput
from scratchgen.random import Generator
from scratchgen.tasks.vae_scores import likelihood_scores
from scratchgen.vae.logistic import LogisticLikelihood

D = 6


def bytes_of(n, seed=0, spread=30):
    """n rows of 8-bit values around 128, in [0, 1], and their exact bits per dimension: the entropy of the levels."""
    levels = np.arange(256)
    p = np.exp(-0.5 * ((levels - 128) / spread) ** 2)
    p /= p.sum()
    k = np.random.default_rng(seed).choice(256, size=(n, D), p=p)
    return (k / 255).astype(np.float32), float(-(p * np.log2(p)).sum())


def test_it_starts_at_the_scale_of_the_data_and_its_mean():
    x, _ = bytes_of(2000)
    model = vae.VAE(D, 2, 16, Generator(0), likelihood="logistic")
    mean, deviation = x.mean(axis=0), x.std()
    model.init_output_bias(mean, deviation)
    p = model.likelihood(np.tile(model.likelihood.output_for_mean(mean), (3, 1)))
    assert np.allclose(p.mean, mean, atol=1e-3)
    assert np.allclose(np.sqrt(p.variance), deviation, rtol=0.02)


def test_the_claim_above_rejects_a_scale_that_ignores_the_data():
    x, _ = bytes_of(2000)
    p = LogisticLikelihood(data_dim=D)(np.tile([0.5, 0.0], D)[None])
    assert np.sqrt(p.variance).min() > 2 * x.std()


def test_every_pixel_has_its_own_centre_and_scale_and_both_are_trained():
    x, _ = bytes_of(8)
    model = vae.VAE(D, 2, 16, Generator(0), likelihood="logistic")
    model.init_output_bias(x.mean(axis=0), x.std())
    (-model.elbo(x)).mean().backward()
    slopes = np.abs(model.decoder.layers[-1].b.grad).reshape(D, 2)
    assert (slopes > 1e-4).all()
    wider = model.likelihood(np.array([[0.0, 0.0, 0.0, 1.0]]).repeat(D // 2, axis=0).reshape(1, -1))
    narrow, wide = np.sqrt(wider.variance[0, ::2]), np.sqrt(wider.variance[0, 1::2])
    assert (wide > 2 * narrow).all(), "a second number of 1 makes the scale e times as large"


@pytest.mark.parametrize("x", [np.full((2, D), 0.3), np.full((2, D), 1.2), np.full((2, D), np.nan)])
def test_values_that_are_no_8_bit_levels_are_refused(x):
    with pytest.raises(BadInput, match="256 levels"):
        LogisticLikelihood().check(x)


class Independent(vae.VAE):
    """A VAE that ignores its latent: its likelihood is known, and importance weights are all 1."""

    def encode(self, x):
        zeros = np.zeros((len(x), 2), np.float32)
        return Normal(zeros, zeros)


def bits_of(likelihood, x, validation, test):
    model = Independent(D, 2, 4, Generator(0), likelihood=likelihood)
    model.init_output_bias(x.mean(axis=0), x.std())
    for parameter in model.decoder.layers[-1].parameters():
        if parameter.ndim == 2:
            parameter.data[...] = 0
    rows = RowData("bytes", (1, D), x, validation, test)
    (score,) = (s for s in likelihood_scores(model, rows, "test", 5, Generator(1)) if "bits" in s.measure)
    return score


def test_bits_per_dimension_of_a_density_are_those_of_the_values_that_it_was_fitted_to():
    """Values of a Gaussian cost a Gaussian their entropy, and a logistic density of their deviation a little more."""
    (x, entropy), (test, _) = bytes_of(4000), bytes_of(2000, seed=1)
    gaussian, logistic = (bits_of(name, x, test[:100], test) for name in ("gaussian", "logistic"))
    assert "dequantised" in gaussian.measure and "dequantised" not in logistic.measure
    assert gaussian.value == pytest.approx(entropy, abs=0.03)
    assert entropy < logistic.value < entropy + 0.05
    assert gaussian.baseline_value == logistic.baseline_value


def test_the_claim_above_rejects_bits_of_a_density_that_forget_the_width_of_a_level():
    (x, entropy), (test, _) = bytes_of(4000), bytes_of(2000, seed=1)
    forgotten = bits_of("gaussian", x, test[:100], test).value - math.log2(255)
    assert abs(forgotten - entropy) > 1
