"""The Laplace distribution."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import Distribution, Shape, aligned, kind_of, stream_and_shape
from scratchgen.random import Generator

__all__ = ["Laplace"]


class Laplace(Distribution):
    """The Laplace distribution, p(x) = exp(−|x − mu| / s) / (2 s): its −log p is the absolute error.

    mu           mean and median, (..., D)
    log_scale    log s, (..., D), or a shape that broadcasts

    Source: Kotz, Kozubowski & Podgórski (2001), section 2.1.   Ledger: distributions.laplace
    """

    def __init__(self, mu: Array, log_scale: Array):
        self.mu, self.log_scale = aligned(mu=mu, log_scale=log_scale)

    @property
    def scale(self) -> Array:
        """s = exp(log_scale), the mean absolute deviation   (..., D)."""
        return np.exp(self.log_scale)

    @property
    def mean(self) -> Array:
        """The mean, mu   (..., D)."""
        return self.mu

    @property
    def variance(self) -> Array:
        """The variance, 2 s²   (..., D)."""
        return 2 * np.exp(2 * self.log_scale)

    def log_prob(self, x: Array) -> Array:
        """log p(x) = −Σ_d [log 2 s_d + |x_d − mu_d| / s_d]   x (..., D) → (...) nats.

        Ledger: distributions.laplace
        """
        return -np.sum(math.log(2) + self.log_scale + np.abs(x - self.mu) * np.exp(-self.log_scale), axis=-1)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, (*shape, ..., D), in the dtype of mu: s times a difference of two exponentials."""
        rng, full = stream_and_shape(rng, shape, self.mu.shape)
        first, second = (-np.log1p(-rng.random(full, np.float64)) for _ in range(2))
        mu = to_numpy(self.mu)
        return (mu + to_numpy(self.scale) * (first - second)).astype(mu.dtype)

    def entropy(self) -> Array:
        """Σ_d [1 + log 2 s_d]   → (...) nats.   Ledger: distributions.laplace_entropy"""
        return np.sum(1 + math.log(2) + self.log_scale, axis=-1)

    def kl(self, other: Laplace) -> Array:
        """KL(p ‖ q) = Σ_d [log s′/s + |mu − mu′| / s′ + s/s′ exp(−|mu − mu′| / s) − 1]   → (...) nats.

        Raises TypeError unless q is a Laplace distribution.   Ledger: distributions.laplace_kl
        """
        q = kind_of(other, Laplace)
        ratio, distance = self.log_scale - q.log_scale, np.abs(self.mu - q.mu)
        near = np.exp(ratio - distance * np.exp(-self.log_scale))
        return np.sum(distance * np.exp(-q.log_scale) + near - 1 - ratio, axis=-1)
