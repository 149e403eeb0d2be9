"""The Poisson distribution."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import draws
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import (
    Distribution,
    Shape,
    aligned,
    check_support,
    kind_of,
    stream_and_shape,
)
from scratchgen.functional import log_gamma
from scratchgen.random import Generator

__all__ = ["Poisson", "check_counts_of"]


class Poisson(Distribution):
    """The Poisson distribution of counts, p(k) = exp(−λ) λᵏ / k!, k = 0, 1, 2, …

    log_rate    log λ, (..., D)

    Source: Murphy, Machine Learning (2012), eq. 2.39.   Ledger: distributions.poisson
    """

    def __init__(self, log_rate: Array):
        (self.log_rate,) = aligned(log_rate=log_rate)

    @property
    def mean(self) -> Array:
        """The mean, λ = exp(log_rate)   (..., D)."""
        return np.exp(self.log_rate)

    @property
    def variance(self) -> Array:
        """The variance, equal to the mean λ   (..., D)."""
        return np.exp(self.log_rate)

    def log_prob(self, k: Array) -> Array:
        """log p(k) = Σ_d [k_d log λ_d − λ_d − log k_d!]   k (..., D) whole numbers → (...) nats.

        Raises BadInput for data that are no counts.   Ledger: distributions.poisson
        """
        k = check_counts_of("Poisson distribution", k, self.log_rate)
        return np.sum(k * self.log_rate - np.exp(self.log_rate) - log_gamma(k + 1), axis=-1)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, (*shape, ..., D): counts in the dtype of log_rate.

        Raises BadInput for a rate that is NaN or above 2³².   Ledger: distributions.poisson_draws
        """
        rng, full = stream_and_shape(rng, shape, self.log_rate.shape)
        log_rate = to_numpy(self.log_rate)
        with np.errstate(over="ignore"):
            rate = np.exp(np.asarray(log_rate, np.float64))
        return draws.poisson(np.broadcast_to(rate, full), rng).astype(log_rate.dtype)

    def kl(self, other: Poisson) -> Array:
        """KL(p ‖ q) = Σ_d [λ log(λ/λ′) + λ′ − λ]   → (...) nats.

        Raises TypeError unless q is a Poisson distribution.   Ledger: distributions.poisson_kl
        """
        q = kind_of(other, Poisson)
        ratio = q.log_rate - self.log_rate
        return np.sum(np.exp(self.log_rate) * (np.expm1(ratio) - ratio), axis=-1)


def check_counts_of(kind: str, k: Array, parameter: Array) -> Array:
    """Counts in the dtype of a parameter.   Raises BadInput for data that are no whole numbers of at least 0."""
    check_support(kind, "counts 0, 1, 2, …", lambda x: (x >= 0) & (x == np.floor(x)) & (x < np.inf), k)
    return np.asarray(to_numpy(k), parameter.dtype)
