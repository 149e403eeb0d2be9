"""The negative binomial distribution."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import draws
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import (
    Distribution,
    Shape,
    aligned,
    check_positive,
    stream_and_shape,
)
from scratchgen.distributions.poisson import check_counts_of
from scratchgen.functional import log_gamma, softplus
from scratchgen.random import Generator

__all__ = ["NegativeBinomial"]


class NegativeBinomial(Distribution):
    """The negative binomial distribution of counts, p(k) = Γ(k + r) / (Γ(r) k!) (1 − p)^r p^k, k = 0, 1, 2, …

    It is a Poisson distribution whose rate varies as Gamma(r, (1 − p) / p): the variance exceeds the mean.

    total_count    r > 0: the failures after which counting stops, not necessarily a whole number; (..., D)
    logits         log(p / (1 − p)) with p the probability of a success, (..., D), or a shape that broadcasts

    Raises BadInput for total_count that is not a finite number above 0.
    Source: Hilbe, Negative Binomial Regression (2011), section 8.2.   Ledger: distributions.negative_binomial
    """

    def __init__(self, total_count: Array, logits: Array):
        check_positive(total_count=total_count)
        self.total_count, self.logits = aligned(total_count=total_count, logits=logits)

    @property
    def mean(self) -> Array:
        """The mean, r p / (1 − p)   (..., D)."""
        return self.total_count * np.exp(self.logits)

    @property
    def variance(self) -> Array:
        """The variance, mean / (1 − p)   (..., D)."""
        return self.mean * (1 + np.exp(self.logits))

    def log_prob(self, k: Array) -> Array:
        """log p(k) = Σ_d [log Γ(k + r) − log Γ(r) − log k! + r log(1 − p) + k log p]   k (..., D) → (...) nats.

        Raises BadInput for data that are no counts.   Ledger: distributions.negative_binomial
        """
        r, k = self.total_count, check_counts_of("negative binomial distribution", k, self.logits)
        ways = log_gamma(k + r) - log_gamma(r) - log_gamma(k + 1)
        return np.sum(ways - r * softplus(self.logits) - k * softplus(-self.logits), axis=-1)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, (*shape, ..., D): counts in the dtype of logits, Poisson with a rate from the gamma.

        Raises BadInput for a rate that is NaN or above 2³².   Ledger: distributions.negative_binomial
        """
        rng, full = stream_and_shape(rng, shape, self.logits.shape)
        logits = to_numpy(self.logits)
        with np.errstate(over="ignore"):
            odds = np.exp(np.asarray(logits, np.float64))
            rate = odds * draws.standard_gamma(np.broadcast_to(to_numpy(self.total_count), full), rng)
        return draws.poisson(rate, rng).astype(logits.dtype)
