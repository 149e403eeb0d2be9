"""Bounds on the evidence, and objectives that weigh their two terms. One value per example, in nats.

log p(x) = log ∫ p(x|z) p(z) dz,     p(z) = N(0, I)        Ledger: vae.evidence

rate R          KL(q(z|x) ‖ p(z)): the information about x in the latent, beyond the prior
distortion D    −E_q[log p(x|z)]: the cost of x once the latent is known

The evidence lower bound is −(D + R). Other weights of the two terms, D + βR, or R + λ(D − D₀) under the
constraint D ≤ D₀, trace the same curve of D against R: divided by λ, R + λD is R/λ + D, so λ = 1/β, and at a
minimum dR/dD = −1/β. Only with β = λ = 1 is the (negative) value the bound on log p(x): for β > 1, −(D + βR)
is a looser bound below it; for β < 1 it is no bound at all.
Source: Alemi et al. (2018), section 3 and appendix A; Rezende & Viola (2018), eq. 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from scratchgen.autograd import stop_gradient
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Array, Normal, as_likelihood, as_posterior, is_stream
from scratchgen.errors import check_counts, check_numbers
from scratchgen.functional import logsumexp
from scratchgen.random import as_generator
from scratchgen.vae.quantise import straight_through

__all__ = [
    "Bound",
    "beta_elbo",
    "distortion_and_rate",
    "elbo",
    "free_bits_rate",
    "iwae_bound",
    "kl_weight",
    "lagrangian",
    "log_prior_over_posterior",
    "vq_objective",
]


class Bound(NamedTuple):
    """The value of a bound with the distortion and the rate that it was computed from, (B,) nats each."""

    value: Array
    distortion: Array
    rate: Array


def elbo(x: Array, q: Normal, decode: Callable, eps: Array, *, terms: bool = False) -> Array:
    """Evidence lower bound, by one sample of the latent per example or by several.

    log p(x) ≥ E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))        x (B, D) → (B,) nats, larger is better

    q        the posterior q(z|x) = N(mu, sigma²) of the batch, (B, Z)
    decode   z (B, Z) ↦ p(x|z), a distribution with log_prob
    eps      the noise ε ~ N(0, I) of z = mu + sigma ε: an array (B, Z), or (L, B, Z) for the mean over L samples;
             or the Generator that draws (B, Z)
    terms    True returns the `Bound`: this value, the distortion and the rate

    Source: Kingma & Welling (2014), eq. 3 and 7.   Ledger: vae.elbo
    """
    log_p = _mean_over_samples(_log_likelihood(x, q, decode, eps), q)
    KL = q.kl_to_standard_normal()
    value = log_p - KL
    return Bound(value, -log_p, KL) if terms else value


def distortion_and_rate(x: Array, q: Normal, decode: Callable, eps: Array) -> tuple[Array, Array]:
    """D = −log p(x|z) for a sample of the latent, and R = KL(q(z|x) ‖ p(z)).   x (B, D) → two of (B,) nats

    The arguments are those of `elbo`, which is −(D + R). For L samples D is (L, B), one row per sample.
    Source: Alemi et al. (2018), eq. 3 and 4.   Ledger: vae.rate_distortion
    """
    return -_log_likelihood(x, q, decode, eps), q.kl_to_standard_normal()


def beta_elbo(
    x: Array,
    q: Normal,
    decode: Callable,
    eps: Array,
    beta: float,
    free_bits: float = 0.0,
    *,
    terms: bool = False,
) -> Array:
    """E_q[log p(x|z)] − β KL(q(z|x) ‖ p(z)) = −(D + βR).   x (B, D) → (B,) nats, larger is better

    beta         1 is the evidence lower bound, β > 1 a lower bound below it, β < 1 none
    free_bits    above 0, `free_bits_rate` takes the place of R in the value (and not among the terms)

    The other arguments are those of `elbo`. Raises ValueError for a weight that is negative or not finite.
    Source: Higgins et al. (2017), eq. 4.   Ledger: vae.beta
    """
    check_numbers("[0, ∞)", beta=beta, free_bits=free_bits)
    D, R = distortion_and_rate(x, q, decode, eps)
    D = _mean_over_samples(D, q)
    value = -(D + beta * (free_bits_rate(q, free_bits) if free_bits else R))
    return Bound(value, D, R) if terms else value


def lagrangian(D: Array, R: Array, D0: float, lam: float) -> Array:
    """R + λ(D − D₀): minimise the rate subject to D ≤ D₀.   D, R (B,) → (B,) nats, smaller is better

    λ ≥ 0 is the multiplier of the constraint, which `GECO` finds. For a fixed λ the minimum is that of the
    β-weighted bound with β = 1/λ; the value is not a bound on log p(x). Raises ValueError for λ < 0, and for
    numbers that are not finite.
    Source: Rezende & Viola (2018), eq. 1, the constraint in nats.   Ledger: vae.constrained
    """
    check_numbers(D0=D0)
    check_numbers("[0, ∞)", lam=lam)
    return R + lam * (D - D0)


def iwae_bound(x: Array, q: Normal, decode: Callable, k: int, eps: Array) -> Array:
    """Importance-weighted bound of k samples, between the evidence lower bound (k = 1) and log p(x).

    L_k = E log (1/k) Σ_i w_i,     w_i = p(x|z_i) p(z_i) / q(z_i|x),  z_i ~ q(z|x)        x (B, D) → (B,) nats

    decode   z (k, B, Z) ↦ p(x|z)
    eps      the noise: an array (k, B, Z), or the Generator that draws it

    For k = 1 it is the evidence lower bound with the divergence estimated from the same sample.
    Raises ValueError for k < 1, and for noise of another shape.
    Source: Burda, Grosse & Salakhutdinov (2016), eq. 8.   Ledger: vae.iwae
    """
    check_counts(k=k)
    as_posterior(q)
    if is_stream(eps, q.mu):
        eps = as_generator(eps).standard_normal((k, *np.shape(q.mu)), q.mu.dtype)
    elif np.shape(eps) != (k, *np.shape(q.mu)):
        raise ValueError(
            f"the noise has the shape (k, B, Z) = {(k, *np.shape(q.mu))}, not {np.shape(eps)}; give an array of that "
            "shape, or a Generator that draws it"
        )
    z = q.rsample(eps)
    log_w = as_likelihood(decode(z)).log_prob(x) + log_prior_over_posterior(z, q, eps)
    return logsumexp(log_w, axis=0) - np.log(k)


def log_prior_over_posterior(z: Array, q: Normal, eps: Array) -> Array:
    """log p(z) − log q(z|x) = ½ Σ_d [logvar + ε² − z²] at z = mu + sigma ε.   z (k, B, Z) → (k, B) nats

    The log 2π of both densities cancel, and (z − mu)/sigma is the noise itself.   Ledger: vae.iwae
    """
    return 0.5 * np.sum(q.logvar + eps**2 - z**2, axis=-1)


def free_bits_rate(q: Normal, free: float) -> Array:
    """The rate with at least `free` nats per latent dimension, on average over the batch.   → (B,) nats

    Its mean over the batch is Σ_d max(free, mean KL_d): a dimension with a smaller divergence is not pushed
    towards the prior. In place of R in D + R it gives a lower bound that is looser where this applies.
    Raises ValueError for a negative number, NaN and infinity.
    Source: Kingma et al. (2016), eq. 15.   Ledger: vae.free_bits
    """
    check_numbers("[0, ∞)", free=free)
    rates = q.kl_by_dimension()
    penalised = np.mean(to_numpy(rates), axis=0) > free
    return np.sum(np.where(penalised, rates, free), axis=-1)


def kl_weight(step: int, steps: int) -> float:
    """β(t) = min(1, t / steps): the weight of the rate grows from 0 to 1 in this many steps; 1 if steps is 0.

    While β < 1 the value is no bound: the first steps learn to reconstruct, so that the latent carries
    information when its rate starts to count. Raises ValueError for negative numbers of steps.
    Source: Bowman et al. (2016), section 3.1, there with a sigmoid.   Ledger: vae.warm_up
    """
    check_counts(0, step=step, steps=steps)
    return min(1.0, step / steps) if steps else 1.0


def vq_objective(x: Array, z_e: Array, e: Array, decode: Callable, beta: float = 0.25) -> Array:
    """The objective that encoder and decoder of a VQ-VAE maximise; `Quantiser.update` moves the codebook.

    log p(x|z_q) − β Σ ‖z_e − sg[e]‖²,     z_q = z_e + sg[e − z_e]        x (B, D) → (B,) nats

    z_e      the encoder's vectors, (B, N, d)
    e        the codes nearest to them, (B, N, d)
    decode   z_q ↦ p(x|z_q), a distribution with log_prob
    beta     the weight of the commitment term, which keeps vectors near the codes that they choose

    Source: van den Oord et al. (2017), eq. 3, without its second term, which the moving averages of appendix
    A.1 replace. The sum is over the grid of N vectors. The prior of the codes is learned afterwards.
    Raises ValueError for a weight that is negative or not finite.   Ledger: vae.vq
    """
    check_numbers("[0, ∞)", beta=beta)
    commitment = beta * np.sum((z_e - stop_gradient(e)) ** 2, axis=(1, 2))
    return decode(straight_through(z_e, e)).log_prob(x) - commitment


def _log_likelihood(x: Array, q: Normal, decode: Callable, eps: Array) -> Array:
    """log p(x|z) at the sample z of q. Raises TypeError for another result than a posterior and a likelihood."""
    return as_likelihood(decode(as_posterior(q).rsample(eps))).log_prob(x)


def _mean_over_samples(values: Array, q: Normal) -> Array:
    """The mean of (L, B) over L samples of the latent; (B,), a single sample, as it is."""
    return values.mean(axis=0) if np.ndim(values) > np.ndim(q.mu) - 1 else values
