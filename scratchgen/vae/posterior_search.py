"""The posterior of a partial or noisy image under a VAE, searched by gradient steps: completion and denoising."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.autograd import no_grad
from scratchgen.distributions import Normal, as_likelihood, as_posterior
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.nn import Parameter
from scratchgen.optim import Adam
from scratchgen.random import Generator, as_generator
from scratchgen.vae.latent_model import LatentModel

STEPS, LEARNING_RATE = 200, 0.05


def partial_bound(y, observed, q: Normal, decode, sigma: float, eps: np.ndarray):
    """F"""
    z = q.rsample(eps)
    x_hat = as_likelihood(decode(z)).mean
    squares = np.sum(observed * (y - x_hat) ** 2, axis=-1) / sigma**2
    return -0.5 * squares - q.kl_to_standard_normal()

def search(model, y, observed=None, sigma=0.1, steps=200, lr=0.05, rng=None, start=None, logvar0=-3.0):
    rng = as_generator(rng)
    o = np.ones(y.shape[1], np.float32) if observed is None else observed.astype(np.float32)
    B, Z = len(y), model.latent_dim
    if start is None:
        start = rng.standard_normal((B, Z))
    mu, logvar = Parameter(start.astype(np.float32)), Parameter(np.full((B, Z), logvar0, np.float32))
    opt = Adam([mu, logvar], lr)
    for t in range(steps):
        opt.zero_grad()
        F = partial_bound(y, o, Normal(mu, logvar), model.decode, sigma, rng.standard_normal((B, Z)))
        (-F.sum()).backward()
        opt.learning_rate = lr
        opt.step()
    return Normal(mu.data, logvar.data)
