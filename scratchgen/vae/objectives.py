"""The evidence lower bound.

log p(x) = log ∫ p(x|z) p(z) dz  ≥  E_q(z|x)[log p(x|z)] − KL(q(z|x) ‖ p(z)),     p(z) = N(0, I)
"""

from __future__ import annotations

from collections.abc import Callable

from scratchgen.distributions import Normal


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
