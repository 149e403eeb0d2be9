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
from scratchgen.nn import Module, Parameter
from scratchgen.optim import Adam
from scratchgen.random import Generator, as_generator
from scratchgen.vae.latent_model import LatentModel

__all__ = ["partial_bound", "restore"]

FIRST_LOGVAR = -3.0  # of q: a search with much noise at its beginning wanders
LEARNING_RATE = 0.1


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
    rng: Generator | None = None,
    starts: int = 4,
    steps: int = 100,
    samples: int = 8,
) -> np.ndarray:
    """The posterior mean E[x | y_o] of images of which some values are hidden, or all are noisy.   (B, D) → (B, D)

        x̄ = Σ_s w_s E_{q_s}[x̂(z)],    w_s = exp F(q_s) / Σ_t exp F(q_t)

    Of each image several Gaussians q_s are searched by Adam on `partial_bound`, from z ~ N(0, I): a hidden half may be
    of several digits. The expectations are means over `samples` of z. Observed values are estimated too: of a partial
    image keep them.

    observed    (D,) of True and False; None where all values are
    sigma       standard deviation of the error of an observed value, in the units of the images
    Raises BadInput for values of another shape, a mask that hides all, NaN among the observed values, and numbers out
    of range.
    Source: Rezende, Mohamed & Wierstra (2014), appendix F, with a search in place of their Markov chain.
    Ledger: vae.restored_mean
    """
    check_counts(starts=starts, steps=steps, samples=samples)
    check_numbers("(0, ∞)", sigma=sigma)
    rng, o = as_generator(rng), _mask(y, observed)
    y = np.where(o, y, 0).astype(np.float32)
    bounds, means = [], []
    for _ in range(starts):
        q = search_posterior(model, y, o, sigma, steps, rng)
        F, mean = _at(model, y, o, q, sigma, samples, rng)
        bounds.append(F)
        means.append(mean)
    return weighted_mean(np.stack(bounds), np.stack(means))


def weighted_mean(bounds: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Σ_s w_s mean_s with w = softmax of the bounds over s.   (S, B), (S, B, D) → (B, D)   Ledger: vae.restored_mean"""
    w = np.exp(bounds - bounds.max(axis=0))
    w /= w.sum(axis=0)
    return np.sum(w[..., None] * means, axis=0)


def search_posterior(
    model: LatentModel, y: np.ndarray, observed: np.ndarray, sigma: float, steps: int, rng: Generator
) -> Normal:
    """The Gaussian q of each row with the largest bound that gradient steps find.   → N(mu, sigma_q²) of (B, Z)"""
    shape, o = (len(y), model.latent_dim), observed.astype(np.float32)
    mu = Parameter(rng.standard_normal(shape))
    logvar = Parameter(np.full(shape, FIRST_LOGVAR, np.float32))
    optimizer = Adam([mu, logvar], LEARNING_RATE)
    with model.frozen() if isinstance(model, Module) else nullcontext():  # z is searched, the weights stay
        for step in range(steps):
            optimizer.learning_rate = (
                LEARNING_RATE * math.cos(0.5 * math.pi * step / steps) ** 2
            )  # to 0: the noise settles
            optimizer.zero_grad()
            eps = rng.standard_normal(shape)
            F = partial_bound(y, o, Normal(mu, logvar), model.decode, sigma, eps)
            (-F.sum()).backward()
            optimizer.step()
    return Normal(mu.data.copy(), logvar.data.copy())


def _at(
    model: LatentModel, y: np.ndarray, o: np.ndarray, q: Normal, sigma: float, samples: int, rng: Generator
) -> tuple[np.ndarray, np.ndarray]:
    """F(q) (B,) and E_q[x̂(z)] (B, D), by samples of z."""
    squares, mean = np.zeros(len(y)), np.zeros(y.shape)
    with no_grad():
        for _ in range(samples):
            z = q.rsample(rng.standard_normal(q.mu.shape))
            x_hat = to_numpy(as_likelihood(model.decode(z)).mean)
            squares += np.sum(o * (y - x_hat) ** 2, axis=1) / samples
            mean += x_hat / samples
    return -0.5 / sigma**2 * squares - q.kl_to_standard_normal(), mean


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
