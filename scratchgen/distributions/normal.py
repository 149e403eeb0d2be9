"""The normal distribution with independent dimensions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.functional import kl_to_standard_normal, reparameterize
from scratchgen.random import Generator, as_generator

__all__ = ["LOG_2PI", "Normal", "is_stream"]

LOG_2PI = math.log(2 * math.pi)


class Normal:
    r"""The normal distribution N(mu, diag sigma²), stored as logvar = log sigma².   mu, logvar: (B, Z)

    Raises ValueError for mu and logvar of unequal shapes.
    Source: Kingma & Welling (2014), section 3 and appendix B.   Ledger: distributions.normal
    """

    def __init__(self, mu: Array, logvar: Array):
        if np.shape(mu) != np.shape(logvar):
            raise ValueError(f"mu has shape {np.shape(mu)} and logvar {np.shape(logvar)}; they must be equal")
        self.mu = mu
        self.logvar = logvar

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mu={brief(self.mu)}, logvar={brief(self.logvar)})"

    @property
    def sigma(self) -> Array:
        """exp(½ logvar), the standard deviation: the only place where a logvar becomes a scale.

        Ledger: vae.reparameterisation
        """
        return np.exp(0.5 * self.logvar)

    @property
    def mean(self) -> Array:
        """The mean, mu   (B, Z)."""
        return self.mu

    def sample(self, rng: Generator | None = None) -> np.ndarray:
        """One sample, not differentiable: a plain array of mu's shape and dtype."""
        return to_numpy(self.rsample(as_generator(rng)))

    def rsample(self, eps: Array | Generator | None = None) -> Array:
        """A reparameterised sample z = mu + sigma ε, differentiable in mu and logvar.   (B, Z)

        eps    the noise ε ~ N(0, I), an array of mu's shape; or the stream that the kernel draws it from (None:
               the default stream)

        Raises TypeError for another library's generator, ValueError for noise of another shape; more axes in front
        are several samples.   Ledger: vae.reparameterisation
        """
        noise: Any = eps
        if is_stream(noise, self.mu):
            return reparameterize(self.mu, self.logvar, *as_generator(noise).take(self.mu.size))
        if np.shape(noise)[np.ndim(noise) - np.ndim(self.mu) :] != np.shape(self.mu):
            raise ValueError(
                f"the noise has the shape {np.shape(self.mu)} of mu, or more axes in front, not {np.shape(noise)}; "
                "give such an array, or a Generator that draws it: sg.random.default_rng(seed)"
            )
        return self.mu + self.sigma * eps

    def log_prob(self, x: Array) -> Array:
        """log N(x; mu, sigma²) = −½ Σ_d [log 2π + logvar + (x − mu)² / sigma²]   → (B,) nats.

        Ledger: distributions.normal
        """
        quadratic = (x - self.mu) ** 2 * np.exp(-self.logvar)
        return -0.5 * np.sum(LOG_2PI + self.logvar + quadratic, axis=-1)

    def kl_to_standard_normal(self) -> Array:
        """KL(N(mu, sigma²) ‖ N(0, I)) = ½ Σ_d [mu² + sigma² − 1 − logvar]   → (B,) nats, never negative.

        Source: Kingma & Welling (2014), appendix B.   Ledger: vae.kl
        """
        return kl_to_standard_normal(self.mu, self.logvar)

    def kl_by_dimension(self) -> Array:
        """½ [mu² + sigma² − 1 − logvar], the divergence of each dimension   → (B, Z) nats.   Ledger: vae.kl"""
        # expm1(v) − v ≥ 0 also after rounding, where exp(v) − 1 − v is not
        return 0.5 * (self.mu**2 + (np.expm1(self.logvar) - self.logvar))

    def entropy(self) -> Array:
        """½ Σ_d [log 2π + 1 + logvar]   → (B,) nats.   Ledger: distributions.normal_entropy"""
        return 0.5 * np.sum(LOG_2PI + 1 + self.logvar, axis=-1)


def is_stream(eps: Any, mu: Array) -> bool:
    """Whether noise must be drawn (eps is a Generator, None or another library's generator), and is not given.

    A single number is no noise for several: `as_generator` refuses it, as it does a seed.
    """
    is_number = isinstance(eps, int | float)
    return eps is None or (
        np.ndim(mu) > 0 if is_number else not (hasattr(eps, "shape") or isinstance(eps, list | tuple))
    )
