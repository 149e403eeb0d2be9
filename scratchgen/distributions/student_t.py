"""Student's t distribution."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import (
    Distribution,
    Shape,
    aligned,
    check_positive,
    stream_and_shape,
)
from scratchgen.distributions.draws import standard_gamma
from scratchgen.functional import digamma, log_gamma
from scratchgen.random import Generator

__all__ = ["StudentT"]


class StudentT(Distribution):
    """Student's t distribution with nu degrees of freedom: normal with heavy tails, which fall as |x|^(−nu − 1).

    mu           location, the mean where nu > 1, (..., D)
    log_scale    log s, (..., D), or a shape that broadcasts
    nu           degrees of freedom, > 0: a number, or a shape that broadcasts; 1 is the Cauchy distribution

    Raises BadInput for nu that is not a finite number above 0.
    Source: Murphy, Machine Learning (2012), eq. 2.71.   Ledger: distributions.student_t
    """

    def __init__(self, mu: Array, log_scale: Array, nu: Array):
        check_positive(nu=nu)
        self.mu, self.log_scale, self.nu = aligned(mu=mu, log_scale=log_scale, nu=nu)

    @property
    def scale(self) -> Array:
        """s = exp(log_scale)   (..., D)."""
        return np.exp(self.log_scale)

    @property
    def mean(self) -> Array:
        """The mean, mu where nu > 1, elsewhere NaN: there is none   (..., D)."""
        return np.where(self.nu > 1, self.mu, np.nan).astype(self.mu.dtype)

    @property
    def variance(self) -> Array:
        """The variance, s² nu / (nu − 2) where nu > 2, ∞ where 1 < nu ≤ 2, elsewhere NaN   (..., D)."""
        above = np.where(self.nu > 2, self.nu, 3)
        finite = np.exp(2 * self.log_scale) * above / (above - 2)
        return np.where(self.nu > 2, finite, np.where(self.nu > 1, np.inf, np.nan)).astype(self.mu.dtype)

    def log_prob(self, x: Array) -> Array:
        """log p(x) = Σ_d [log Γ(½ (nu + 1)) − log Γ(½ nu) − ½ log(nu π) − log s − ½ (nu + 1) log(1 + t² / nu)]

        with t = (x − mu) / s   x (..., D) → (...) nats.   Ledger: distributions.student_t
        """
        t = (x - self.mu) * np.exp(-self.log_scale)
        half = 0.5 * (self.nu + 1)
        return np.sum(self._log_constant() - self.log_scale - half * np.log1p(t * t / self.nu), axis=-1)

    def _log_constant(self) -> Array:
        """log Γ(½ (nu + 1)) − log Γ(½ nu) − ½ log(nu π)"""
        return log_gamma(0.5 * (self.nu + 1)) - log_gamma(0.5 * self.nu) - 0.5 * np.log(math.pi * self.nu)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, (*shape, ..., D), in the dtype of mu: mu + s ε √(½ nu / g), g ~ Gamma(½ nu, 1)."""
        rng, full = stream_and_shape(rng, shape, self.mu.shape)
        mu, half = to_numpy(self.mu), np.broadcast_to(0.5 * to_numpy(self.nu), full)
        g = np.maximum(standard_gamma(half, rng), np.finfo(np.float64).tiny)
        t = rng.standard_normal(full, np.float64) * np.sqrt(half / g)
        return (mu + to_numpy(self.scale) * t).astype(mu.dtype)

    def entropy(self) -> Array:
        """Σ_d [½ (nu + 1) (ψ(½ (nu + 1)) − ψ(½ nu)) + log s + ½ log(nu π) + log Γ(½ nu) − log Γ(½ (nu + 1))]

        → (...) nats.   Ledger: distributions.student_t_entropy
        """
        half = 0.5 * (self.nu + 1)
        spread = half * (digamma(half) - digamma(0.5 * self.nu))
        return np.sum(spread + self.log_scale - self._log_constant(), axis=-1)
