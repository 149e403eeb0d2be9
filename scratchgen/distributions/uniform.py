"""The uniform distribution on an interval."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import (
    Distribution,
    Shape,
    aligned,
    check_parameter,
    stream_and_shape,
)
from scratchgen.random import Generator

__all__ = ["Uniform"]


class Uniform(Distribution):
    """The uniform distribution, p(x) = 1 / (high − low) for low ≤ x ≤ high, and 0 elsewhere.

    low     lower end, (..., D)
    high    upper end, above low, (..., D), or a shape that broadcasts

    Raises BadInput unless low and high are finite and high is above low.
    Source: Goodfellow et al., Deep Learning (2016), section 3.3.2.   Ledger: distributions.uniform
    """

    def __init__(self, low: Array, high: Array):
        check_parameter("a finite number", np.isfinite, low=low)
        check_parameter("a finite number", np.isfinite, high=high)
        self.low, self.high = aligned(low=low, high=high)
        check_parameter("above low", lambda high: high > to_numpy(self.low), high=self.high)

    @property
    def mean(self) -> Array:
        """The mean, ½ (low + high)   (..., D)."""
        return 0.5 * (self.low + self.high)

    @property
    def variance(self) -> Array:
        """The variance, (high − low)² / 12   (..., D)."""
        return (self.high - self.low) ** 2 / 12

    def log_prob(self, x: Array) -> Array:
        """log p(x) = −Σ_d log(high_d − low_d), and −∞ where an x_d is outside its interval   → (...) nats.

        NaN for NaN.   Ledger: distributions.uniform
        """
        x = to_numpy(x)
        outside = (x < to_numpy(self.low)) | (x > to_numpy(self.high))
        density = -np.log(self.high - self.low) + np.where(np.isnan(x), np.nan, 0).astype(self.low.dtype)
        return np.sum(np.where(outside, -np.inf, density), axis=-1)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, (*shape, ..., D), in the dtype of low: low + (high − low) u, u uniform on [0, 1)."""
        rng, full = stream_and_shape(rng, shape, self.low.shape)
        low, high = to_numpy(self.low), to_numpy(self.high)
        return (low + (high - low) * rng.random(full, np.float64)).astype(low.dtype)

    def entropy(self) -> Array:
        """Σ_d log(high_d − low_d)   → (...) nats.   Ledger: distributions.uniform"""
        return np.sum(np.log(self.high - self.low), axis=-1)
