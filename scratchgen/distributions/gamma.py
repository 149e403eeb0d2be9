"""The gamma distribution."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import (
    Distribution,
    Shape,
    aligned,
    check_positive,
    check_support,
    kind_of,
    stream_and_shape,
)
from scratchgen.distributions.draws import standard_gamma
from scratchgen.functional import digamma, log_gamma
from scratchgen.random import Generator

__all__ = ["Gamma"]


class Gamma(Distribution):
    """The gamma distribution of positive numbers, p(x) = β^α x^(α − 1) exp(−β x) / Γ(α).

    concentration    α > 0, (..., D); 1 is the exponential distribution
    log_rate         log β, (..., D), or a shape that broadcasts

    Raises BadInput for a concentration that is not a finite number above 0.
    Source: Murphy, Machine Learning (2012), eq. 2.72.   Ledger: distributions.gamma
    """

    def __init__(self, concentration: Array, log_rate: Array):
        check_positive(concentration=concentration)
        self.concentration, self.log_rate = aligned(concentration=concentration, log_rate=log_rate)

    @property
    def mean(self) -> Array:
        """The mean, α / β   (..., D)."""
        return self.concentration * np.exp(-self.log_rate)

    @property
    def variance(self) -> Array:
        """The variance, α / β²   (..., D)."""
        return self.concentration * np.exp(-2 * self.log_rate)

    def log_prob(self, x: Array) -> Array:
        """log p(x) = Σ_d [α log β + (α − 1) log x − β x − log Γ(α)]   x (..., D) → (...) nats.

        Raises BadInput for data that are not above 0.   Ledger: distributions.gamma
        """
        check_support("gamma distribution", "finite numbers above 0", lambda x: (x > 0) & (x < np.inf), x)
        a = self.concentration
        powers = a * self.log_rate + (a - 1) * np.log(x)
        return np.sum(powers - np.exp(self.log_rate) * x - log_gamma(a), axis=-1)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, (*shape, ..., D), in the dtype of log_rate, never 0.

        Ledger: distributions.marsaglia_tsang
        """
        rng, full = stream_and_shape(rng, shape, self.log_rate.shape)
        log_rate = to_numpy(self.log_rate)
        g = standard_gamma(np.broadcast_to(to_numpy(self.concentration), full), rng)
        return np.maximum(g * np.exp(-log_rate), np.finfo(log_rate.dtype).tiny).astype(log_rate.dtype)

    def entropy(self) -> Array:
        """Σ_d [α − log β + log Γ(α) + (1 − α) ψ(α)]   → (...) nats.   Ledger: distributions.gamma_entropy"""
        a = self.concentration
        return np.sum(a - self.log_rate + log_gamma(a) + (1 - a) * digamma(a), axis=-1)

    def kl(self, other: Gamma) -> Array:
        """KL(p ‖ q) = Σ_d [(α − α′) ψ(α) − log Γ(α) + log Γ(α′) + α′ log(β/β′) + α (β′/β − 1)]   → (...) nats.

        Raises TypeError unless q is a gamma distribution.   Ledger: distributions.gamma_kl
        """
        q = kind_of(other, Gamma)
        a, b, ratio = self.concentration, q.concentration, q.log_rate - self.log_rate
        shapes = (a - b) * digamma(a) - log_gamma(a) + log_gamma(b)
        return np.sum(shapes - b * ratio + a * np.expm1(ratio), axis=-1)
