"""Bounds on the evidence, and what is made of their two terms. One value per example, in nats.

log p(x) = log ∫ p(x|z) p(z) dz,     p(z) = N(0, I)        Ledger: vae.evidence

rate R          KL(q(z|x) ‖ p(z)), what the latent says of x beyond the prior
distortion D    −E_q[log p(x|z)], what x still costs when the latent is known

The evidence lower bound is −(D + R). Weighing the two otherwise, D + βR, or R + λ(D − D₀) under the
constraint D ≤ D₀, moves along one curve: divided by λ the latter is D + R/λ, so that λ = 1/β, and at a
minimum dR/dD = −1/β. Only with β = λ = 1 is the (negative) value *the* bound on log p(x): for β > 1,
−(D + βR) lies below it and is a looser bound; for β < 1 it is no bound at all.
Source: Alemi et al. (2018), section 3 and appendix A; Rezende & Viola (2018), eq. 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scratchgen.autograd import stop_gradient
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Normal
from scratchgen.functional import logsumexp
from scratchgen.random import Generator
from scratchgen.vae.quantise import straight_through


def elbo(x, q: Normal, decode: Callable, eps):
    """Evidence lower bound, one sample of the latent per example.

    log p(x) ≥ E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))        x (B, D) → (B,) nats, larger is better

    q        the posterior q(z|x) = N(mu, sigma²) of the batch, (B, Z)
    decode   z (B, Z) ↦ p(x|z), a distribution with log_prob
    eps      the noise ε ~ N(0, I) of z = mu + sigma ε: an array (B, Z), or a Generator that draws it

    Source: Kingma & Welling (2014), eq. 3 and 7.   Ledger: vae.elbo
    """
    z = q.rsample(eps)
    return decode(z).log_prob(x) - q.kl_to_standard_normal()


def distortion_and_rate(x, q: Normal, decode: Callable, eps):
    """D = −log p(x|z) for one sample of the latent, and R = KL(q(z|x) ‖ p(z)).   x (B, D) → two of (B,) nats

    The arguments are those of `elbo`, which is −(D + R).
    Source: Alemi et al. (2018), eq. 3 and 4.   Ledger: vae.rate_distortion
    """
    z = q.rsample(eps)
    return -decode(z).log_prob(x), q.kl_to_standard_normal()


def beta_elbo(x, q: Normal, decode: Callable, eps, beta: float):
    """E_q[log p(x|z)] − β KL(q(z|x) ‖ p(z)) = −(D + βR).   x (B, D) → (B,) nats

    β = 1 is the evidence lower bound; β > 1 a lower bound below it, β < 1 none.
    Source: Higgins et al. (2017), eq. 4.   Ledger: vae.beta
    """
    D, R = distortion_and_rate(x, q, decode, eps)
    return -(D + beta * R)


def lagrangian(D, R, D0: float, lam: float):
    """R + λ(D − D₀): minimise the rate subject to D ≤ D₀.   D, R (B,) → (B,) nats, smaller is better

    λ ≥ 0 is the multiplier of the constraint (`GECO` finds it). For a fixed λ the minimum is that of the
    β-weighted bound with β = 1/λ; the value is not a bound on log p(x).
    Source: Rezende & Viola (2018), eq. 1, the constraint in nats.   Ledger: vae.constrained
    """
    return R + lam * (D - D0)


def iwae_bound(x, q: Normal, decode: Callable, k: int, eps):
    """Importance-weighted bound of k samples, between the evidence lower bound (k = 1) and log p(x).

    L_k = E log (1/k) Σ_i w_i,     w_i = p(x|z_i) p(z_i) / q(z_i|x),  z_i ~ q(z|x)        x (B, D) → (B,) nats

    decode   z (k, B, Z) ↦ p(x|z)
    eps      the noise: an array (k, B, Z), or a Generator that draws it
    For k = 1 it is the evidence lower bound with its divergence estimated by the same sample.
    Source: Burda, Grosse & Salakhutdinov (2016), eq. 8.   Ledger: vae.iwae
    """
    if k < 1:
        raise ValueError(f"the bound needs at least one sample, not k = {k}")
    if isinstance(eps, Generator):
        eps = eps.standard_normal((k, *np.shape(q.mu)), q.mu.dtype)
    z = q.rsample(eps)
    log_w = decode(z).log_prob(x) + log_prior_over_posterior(z, q, eps)
    return logsumexp(log_w, axis=0) - np.log(k)


def log_prior_over_posterior(z, q: Normal, eps):
    """log p(z) − log q(z|x) = ½ Σ_d [logvar + ε² − z²] at z = mu + sigma ε.   z (k, B, Z) → (k, B) nats

    The log 2π of both densities cancel, and (z − mu)/sigma is the noise itself.   Ledger: vae.iwae
    """
    return 0.5 * np.sum(q.logvar + eps**2 - z**2, axis=-1)


def free_bits_rate(q: Normal, free: float):
    """The rate, in which a latent dimension costs at least `free` nats on average.   → (B,) nats

    Its mean over the batch is Σ_d max(free, mean KL_d): a dimension that says less is not pushed to say
    nothing. Use it in place of R in D + R; the value is then a lower bound that is looser where it holds.
    Source: Kingma et al. (2016), eq. 15.   Ledger: vae.free_bits
    """
    rates = q.kl_by_dimension()
    used = np.mean(to_numpy(rates), axis=0) > free
    return np.sum(np.where(used, rates, free), axis=-1)


def warm_up(step: int, steps: int) -> float:
    """β(t) = min(1, t / steps): the weight of the rate, from 0 to 1 in so many steps; 1 if steps is 0.

    While β < 1 the value is no bound: the first steps learn to reconstruct, so that the latent is in use when
    its rate begins to count.
    Source: Bowman et al. (2016), section 3.1, there with a sigmoid.   Ledger: vae.warm_up
    """
    return min(1.0, step / steps) if steps else 1.0


def vq_objective(x, z_e, e, decode: Callable, beta: float = 0.25):
    """What encoder and decoder of a VQ-VAE maximise; the codebook follows by `Quantiser.update`.

    log p(x|z_q) − β Σ ‖z_e − sg[e]‖²,     z_q = z_e + sg[e − z_e]        x (B, D) → (B,) nats

    z_e      the encoder's vectors, (B, N, d)
    e        the codes nearest to them, (B, N, d)
    decode   z_q ↦ p(x|z_q), a distribution with log_prob
    beta     the weight of the commitment: vectors are to stay near the codes that they choose

    Source: van den Oord et al. (2017), eq. 3, without its second term, whose place the moving averages of
    appendix A.1 take. The sum is over the grid of N vectors. The prior of the codes is learned afterwards.
    Ledger: vae.vq
    """
    commitment = beta * np.sum((z_e - stop_gradient(e)) ** 2, axis=(1, 2))
    return decode(straight_through(z_e, e)).log_prob(x) - commitment
