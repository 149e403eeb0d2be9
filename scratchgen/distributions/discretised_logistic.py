"""The discretised logistic distribution: pixels of 8 bits as bins of a logistic density."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import (
    Distribution,
    Shape,
    aligned,
    check_support,
    stream_and_shape,
)
from scratchgen.errors import check_counts
from scratchgen.functional import log1mexp, softplus
from scratchgen.random import Generator

__all__ = ["DiscretisedLogistic"]


class DiscretisedLogistic(Distribution):
    r"""Pixels x = k/(V − 1), k = 0 … V − 1: the mass of a logistic density in the bin of width 1/(V − 1) around x.

        P(k) = σ(b) − σ(a),   a, b = (x ∓ ½/(V − 1) − mu) / s

    and the first and the last bin are open: P(0) = σ(b), P(V − 1) = 1 − σ(a). So all mass is on the levels.

    mu           centre of the density in the units of x, which are 0 … 1, (..., D); it may be outside
    log_scale    log s, (..., D), or a shape that broadcasts
    levels       V; 256 for pixels of 8 bits

    A mixture of them per pixel, as in PixelCNN++, is `Mixture(logits, DiscretisedLogistic(mu, log_scale))`. The paper
    has pixels from −1 to 1: there mu is 2 mu − 1, and log_scale is larger by log 2.
    Raises BadInput for fewer than 2 levels.
    Source: Salimans, Karpathy, Chen & Kingma (2017), PixelCNN++, eq. 2.   Ledger: distributions.discretised
    """

    def __init__(self, mu: Array, log_scale: Array, levels: int = 256):
        check_counts(2, levels=levels)
        self.mu, self.log_scale = aligned(mu=mu, log_scale=log_scale)
        self.levels = levels

    def __repr__(self) -> str:
        return f"{super().__repr__().rpartition(', ')[0]}, levels={self.levels})"

    @property
    def probabilities(self) -> Array:
        """P(k) of every level   (..., D, V).   Ledger: distributions.discretised"""
        k = np.arange(self.levels, dtype=self.mu.dtype)
        return np.exp(self._log_masses(k / (self.levels - 1), self.mu[..., None], self.log_scale[..., None]))

    @property
    def mean(self) -> Array:
        """The mean Σ_k P(k) k/(V − 1)   (..., D)."""
        return self.probabilities @ self._grid()

    @property
    def variance(self) -> Array:
        """The variance of the levels   (..., D); the variance of the logistic density is π² s² / 3."""
        return np.sum(self.probabilities * (self._grid() - self.mean[..., None]) ** 2, axis=-1)

    def _grid(self) -> np.ndarray:
        return np.linspace(0, 1, self.levels, dtype=self.mu.dtype)

    def log_prob(self, x: Array) -> Array:
        """Σ_d log P(k_d), k_d = (V − 1) x_d   x (..., D) → (...) nats.

        Exact to rounding also where σ(b) and σ(a) round to the same number, far from mu or in wide densities.
        Raises BadInput for values between the levels.   Ledger: distributions.discretised
        """
        V = self.levels
        scaled = np.asarray(to_numpy(x), np.float64) * (V - 1)
        level = np.rint(np.clip(scaled, 0, V - 1))
        on_a_level = np.abs(scaled - level) < 1e-3
        check_support("discretised logistic", f"k/{V - 1}, k = 0 … {V - 1}", lambda x: on_a_level, x)
        levels = (level / (V - 1)).astype(self.mu.dtype)
        return np.sum(self._log_masses(levels, self.mu, self.log_scale), axis=-1)

    def _log_masses(self, x: np.ndarray, mu: Array, log_scale: Array) -> Array:
        """log P at each level x.

        σ(b) − σ(a) = σ(b) σ(−a) (1 − exp(a − b)): a product, whose three logarithms all have the same sign, so that
        nothing cancels. b − a = 1/((V − 1) s), whatever x is.
        """
        width = 1 / (self.levels - 1)
        per_scale = np.exp(-log_scale)
        below = -softplus((mu - x - 0.5 * width) * per_scale)  # log σ(b)
        above = -softplus((x - mu - 0.5 * width) * per_scale)  # log σ(−a)
        middle = below + above + log1mexp(width * per_scale)
        return np.where(x == 0, below, np.where(x == 1, above, middle))

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, (*shape, ..., D), levels k/(V − 1) in the dtype of mu: a logistic number, rounded."""
        rng, full = stream_and_shape(rng, shape, self.mu.shape)
        u, mu = rng.random(full, np.float64), to_numpy(self.mu)
        with np.errstate(divide="ignore"):  # log 0 leads to the first level
            x = mu + np.exp(to_numpy(self.log_scale)) * (np.log(u) - np.log1p(-u))
        return (np.clip(np.rint(x * (self.levels - 1)), 0, self.levels - 1) / (self.levels - 1)).astype(
            mu.dtype
        )
