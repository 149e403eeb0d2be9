"""The evidence lower bound.

log p(x) = log ∫ p(x|z) p(z) dz  ≥  E_q(z|x)[log p(x|z)] − KL(q(z|x) ‖ p(z)),     p(z) = N(0, I)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scratchgen.autograd import stop_gradient
from scratchgen.distributions import Normal
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


def vq_objective(x, z_e, e, decode: Callable, beta: float = 0.25):
    """What encoder and decoder of a VQ-VAE maximise; the codebook follows by `Quantiser.update`.

    log p(x|z_q) − β Σ ‖z_e − sg[e]‖²,     z_q = z_e + sg[e − z_e]        x (B, D) → (B,) nats

    z_e      the encoder's vectors, (B, N, d)
    e        the codes nearest to them, (B, N, d)
    decode   z_q ↦ p(x|z_q), a distribution with log_prob
    beta     the weight of the commitment: vectors are to stay near the codes that they choose

    Source: van den Oord et al. (2017), eq. 3, without its second term, whose place the moving averages of
    appendix A.1 take. The sum is over the grid of N vectors. The prior of the codes is learned afterwards.
    """
    commitment = beta * np.sum((z_e - stop_gradient(e)) ** 2, axis=(1, 2))
    return decode(straight_through(z_e, e)).log_prob(x) - commitment
