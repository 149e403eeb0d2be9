"""The normal distribution with independent dimensions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import Distribution, Shape, kind_of, stream_and_shape
from scratchgen.functional import kl_to_standard_normal, reparameterize
from scratchgen.random import Generator, as_generator

__all__ = ["LOG_2PI", "Normal", "is_stream"]

LOG_2PI = math.log(2 * math.pi)


class Normal(Distribution):
    r"""The normal distribution N(mu, diag sigma²), stored as logvar = log sigma².   mu, logvar: (B, Z)

    Raises ValueError for mu and logvar of unequal shapes.
    Source: Kingma & Welling (2014), section 3 and appendix B.   Ledger: distributions.normal
    """

    def __init__(self, mu: Array, logvar: Array):
        if np.shape(mu) != np.shape(logvar):
            raise ValueError(f"mu has shape {np.shape(mu)} and logvar {np.shape(logvar)}; they must be equal")
        self.mu = mu
        self.logvar = logvar

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

    @property
    def variance(self) -> Array:
        """The variance, sigma² = exp(logvar)   (B, Z)."""
        return np.exp(self.logvar)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, not differentiable: a plain array (*shape, B, Z) of mu's dtype.

        One sample of mu's shape by default; sample(shape=(n,)) is PyTorch's sample((n,)).
        """
        rng, full = stream_and_shape(rng, shape, np.shape(self.mu))
        mu, logvar = to_numpy(self.mu), to_numpy(self.logvar)
        if full == mu.shape:
            return to_numpy(self.rsample(rng))
        return to_numpy(Normal(np.broadcast_to(mu, full), np.broadcast_to(logvar, full)).rsample(rng))

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

    def kl(self, other: Normal) -> Array:
        """KL(p ‖ q) = ½ Σ_d [(mu − mu′)² / sigma′² + sigma²/sigma′² − 1 − log sigma²/sigma′²]   → (B,) nats.

        q = N(mu′, sigma′²) is the prior of a hierarchy, for example. Never negative, also after rounding.
        Raises TypeError unless q is a Normal.   Ledger: distributions.normal_kl
        """
        q = kind_of(other, Normal)
        ratio = self.logvar - q.logvar
        distance = (self.mu - q.mu) ** 2 * np.exp(-q.logvar)
        return 0.5 * np.sum(distance + (np.expm1(ratio) - ratio), axis=-1)

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
