"""The evidence of a linear VAE, which is known exactly."""

import numpy as np
import pytest

from scratchgen.random import Generator
from scratchgen.vae import LinearVAE

D, POINTS = 3, np.linspace(-12, 12, 2001)


@pytest.fixture
def model():
    """One latent and three dimensions, all parameters away from where they begin."""
    model, rng = LinearVAE(D, 1, Generator(3)), np.random.default_rng(5)
    for parameter in model.parameters():
        parameter.data = parameter.data + 0.7 * rng.standard_normal(parameter.shape).astype(np.float32)
    return model


def by_quadrature(model, x, sigma_of=lambda logvar: np.exp(0.5 * logvar)):
    """log ∫ N(x; zW + b, sigma² I) N(z; 0, 1) dz by the trapezoid rule."""
    W, b = (parameter.data.astype(np.float64) for parameter in (model.decoder.W, model.decoder.b))
    sigma = sigma_of(float(model.likelihood.logvar.data[0]))
    error = (x[:, None] - (POINTS[:, None] * W + b)) / sigma  # (B, points, D)
    joint = np.exp(-0.5 * (np.sum(error**2, axis=-1) + POINTS**2)) / (2 * np.pi) ** ((D + 1) / 2) / sigma**D
    return np.log(np.trapezoid(joint, POINTS, axis=-1))


@pytest.mark.equation("vae.exact_evidence")
def test_the_exact_evidence_is_the_integral_over_the_latent(model, rng, measured):
    x = rng.standard_normal((6, D))
    # the trapezoid rule is exact to rounding for a smooth function that vanishes at both ends
    measured(np.abs(model.exact_log_likelihood(x) / by_quadrature(model, x) - 1), 1e-9)


@pytest.mark.equation("vae.exact_evidence")
def test_the_claim_above_rejects_sigma_squared_in_the_place_of_sigma(model, rng):
    x = rng.standard_normal((6, D))
    wrong = by_quadrature(model, x, sigma_of=np.exp)
    assert np.abs(model.exact_log_likelihood(x) - wrong).min() > 1e-3


def test_the_exact_bound_does_not_exceed_the_exact_evidence(model, rng):
    x = rng.standard_normal((200, D)).astype(np.float32)
    assert np.all(model.exact_elbo(x).numpy() <= model.exact_log_likelihood(x) + 1e-4)  # float32
