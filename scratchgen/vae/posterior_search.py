"""The posterior of a VAE for a partial or noisy image, by gradient steps: inpainting and denoising."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Array, Normal, as_likelihood
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.evaluation.examples import pieces
from scratchgen.nn import Module, Parameter
from scratchgen.optim import Adam
from scratchgen.random import Generator, as_generator
from scratchgen.vae.latent_model import LatentModel

__all__ = ["partial_bound", "restore"]

FIRST_LOGVAR = -2.0  # of q: a search with much noise at its beginning wanders
LEARNING_RATE = 0.1
TEMPERATURE = 1.5  # of the deviation in the weights of candidates: none of them is as near as the posterior


def partial_bound(
    y: np.ndarray, observed: np.ndarray, q: Normal, decode: Callable[[Array], Array], sigma: float, eps: Array
) -> Array:
    """A lower bound of the log-density of the observed values of y, but for a constant.   → (B,) nats

        F(q) = E_q[−1/(2 sigma²) Σ_{d∈o} (y_d − x̂_d(z))²] − KL(q ‖ N(0, I)),    x̂(z) = E[x | z]

    with one sample z = mu + sigma_q eps per example. The values y_d = x̂_d(z) + n_d have independent errors
    n ~ N(0, sigma²): noise, and what the decoder cannot reproduce. F is largest at the posterior, q = p(z | y_o).

    y (B, D), observed (D,) of 0 and 1, eps (B, Z)
    Raises BadInput for a sigma that is not positive.
    Source: Kingma & Welling (2014), eq. 3, for the observed dimensions alone.   Ledger: vae.partial_bound
    """
    check_numbers("(0, ∞)", sigma=sigma)
    x_hat = as_likelihood(decode(q.rsample(eps))).mean
    squares = np.sum(observed * (y - x_hat) ** 2, axis=-1)
    return -0.5 / sigma**2 * squares - q.kl_to_standard_normal()


def restore(
    model: LatentModel,
    y: np.ndarray,
    observed: np.ndarray | None = None,
    *,
    sigma: float,
    candidates: np.ndarray,
    rng: Generator | None = None,
    starts: int = 8,
    steps: int = 60,
    samples: int = 8,
) -> np.ndarray:
    """The posterior mean E[x | y_o] of images of which some values are hidden, or all are noisy.   (B, D) → (B, D)

        x̄ = 1/S Σ_s E_{q_s}[x̂(z)]

    Of each image S Gaussians q_s are searched by Adam on `partial_bound`: a hidden half may be of several digits. The
    means start at candidates, which are drawn with the probabilities of `candidate_weights`, so that the mean over the
    searches is one over the posterior. The expectations are means over `samples` of z. Observed values are estimated
    too: of a partial image keep them.

    observed      (D,) of True and False; None where all values are
    sigma         standard deviation of the error of an observed value, in the units of the images
    candidates    latents (P, Z) from which the searches start, such as those of training images
    Raises BadInput for values of another shape, a mask that hides all, NaN among the observed values, and numbers out
    of range.
    Source: importance resampling as in Rubin (1988), then Kingma & Welling (2014), eq. 3, for each image.
    Ledger: vae.candidate_weights
    """
    check_counts(starts=starts, steps=steps, samples=samples)
    check_numbers("(0, ∞)", sigma=sigma)
    rng, o = as_generator(rng), _mask(y, observed)
    if np.ndim(candidates) != 2 or np.shape(candidates)[1] != model.latent_dim or not len(candidates):
        raise BadInput(f"candidates are latents (P, {model.latent_dim}), not {np.shape(candidates)}")
    y = np.where(o, y, 0).astype(np.float32)
    with no_grad():
        x_hat = np.concatenate(
            [to_numpy(as_likelihood(model.decode(z)).mean)[:, o] for z in pieces(candidates)]
        )
    ends = np.cumsum(candidate_weights(y[:, o], x_hat, TEMPERATURE * sigma), axis=1)
    mean = np.zeros(y.shape)
    for s in range(starts):
        place = (s + rng.random(len(y), np.float64)) / starts  # one in each part of equal probability
        chosen = np.sum(ends < place[:, None] * ends[:, -1:], axis=1)
        q = search_posterior(model, y, o, sigma, steps, rng, candidates[chosen])
        mean += _mean_image(model, q, samples, rng) / starts
    return mean


def candidate_weights(y: np.ndarray, x_hat: np.ndarray, sigma: float) -> np.ndarray:
    """The posterior probability of each of P candidate images that are equally likely before.   → (B, P), rows sum to 1

        w_n = exp(−‖y − x̂_n‖² / 2 sigma²) / Σ_m exp(−‖y − x̂_m‖² / 2 sigma²)

    for y (B, d) = x̂ + noise of deviation sigma, and candidates x̂ (P, d). For candidates from the prior, Σ_n w_n x̂_n is
    self-normalised importance sampling of the posterior mean.
    Source: Owen, Monte Carlo theory, methods and examples (2013), eq. 9.6.   Ledger: vae.candidate_weights
    """
    squares = np.sum(x_hat**2, axis=1) - 2 * (y @ x_hat.T)  # ‖y‖² is the same for all candidates
    w = np.exp((squares.min(axis=1, keepdims=True) - squares) / (2 * sigma**2))
    return w / w.sum(axis=1, keepdims=True)


def search_posterior(
    model: LatentModel,
    y: np.ndarray,
    observed: np.ndarray,
    sigma: float,
    steps: int,
    rng: Generator,
    start: np.ndarray,
) -> Normal:
    """The Gaussian q of each row with the largest bound that gradient steps find from the mean `start` (B, Z).

    → N(mu, sigma_q²) of (B, Z)
    """
    o = observed.astype(np.float32)
    mu = Parameter(start.astype(np.float32))
    logvar = Parameter(np.full(start.shape, FIRST_LOGVAR, np.float32))
    optimizer = Adam([mu, logvar], LEARNING_RATE)
    with model.frozen() if isinstance(model, Module) else nullcontext():  # z is searched, the weights stay
        for step in range(steps):
            # falls to 0, so that the noise of single samples settles
            optimizer.learning_rate = LEARNING_RATE * math.cos(0.5 * math.pi * step / steps) ** 2
            optimizer.zero_grad()
            eps = rng.standard_normal(start.shape)
            F = partial_bound(y, o, Normal(mu, logvar), model.decode, sigma, eps)
            (-F.sum()).backward()
            optimizer.step()
    return Normal(mu.data.copy(), logvar.data.copy())


def _mean_image(model: LatentModel, q: Normal, samples: int, rng: Generator) -> np.ndarray:
    """E_q[x̂(z)] by samples of z.   → (B, D)"""
    with no_grad():
        z = [q.rsample(rng.standard_normal(q.mu.shape)) for _ in range(samples)]
        return np.mean([to_numpy(as_likelihood(model.decode(some)).mean) for some in z], axis=0)


def _mask(y: np.ndarray, observed: np.ndarray | None) -> np.ndarray:
    """The mask of the observed dimensions, checked."""
    if np.ndim(y) != 2:
        raise BadInput(f"images are rows (B, D), not an array of shape {np.shape(y)}")
    o = np.ones(y.shape[1], bool) if observed is None else np.asarray(observed, bool)
    if o.shape != y.shape[1:] or not o.any():
        raise BadInput(f"observed is a mask {y.shape[1:]} with at least one True, not {o.shape}")
    if not np.isfinite(y[:, o]).all():
        raise BadInput("an observed value is NaN or infinite; hide it, or repair it")
    return o
