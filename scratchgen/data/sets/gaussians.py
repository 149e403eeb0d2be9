"""Points in the plane with a known density: mixtures of Gaussians on a ring and on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.data.types import PointData
from scratchgen.random import Generator

SIZES = (20_000, 5_000, 5_000)  # points: train, validation, test
SEED = 2


@dataclass(frozen=True, eq=False, repr=False)
class Mixture:
    """p(x) = 1/K Σ_k N(x; centre_k, sigma² I).   centres: (K, 2)   Ledger: data.mixture"""

    centres: np.ndarray
    sigma: float

    def __repr__(self) -> str:
        return f"Mixture({len(self.centres)} centres, sigma={self.sigma:g})"

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log p(x) in nats: (N, 2) → (N,) float64.   Ledger: data.mixture"""
        x = np.asarray(x, np.float64)
        squares = ((x[:, None, :] - self.centres) ** 2).sum(axis=-1) / self.sigma**2
        exponents = -0.5 * squares - np.log(2 * np.pi * self.sigma**2) - np.log(len(self.centres))
        largest = exponents.max(axis=1)  # subtracted, so that exp cannot underflow for all k at once
        return largest + np.log(np.exp(exponents - largest[:, None]).sum(axis=1))

    def sample(self, n: int, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
        """n points (n, 2) float32, and the component of each point (n,) int64."""
        k = rng.integers(len(self.centres), size=n)
        return (self.centres[k] + self.sigma * rng.standard_normal((n, 2), np.float64)).astype(np.float32), k


def ring(K: int = 8, radius: float = 2.0, sigma: float = 0.1) -> Mixture:
    """K centres at the angles 2πk/K, k = 0 … K−1. (Angles from 0 to 2π inclusive would put two centres at 0.)

    Ledger: data.ring
    """
    angle = 2 * np.pi * np.arange(K) / K
    return Mixture(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), sigma)


def grid(side: int = 5, spacing: float = 2.0, sigma: float = 0.1) -> Mixture:
    """side² centres on a square grid around the origin, `spacing` apart."""
    line = spacing * (np.arange(side) - (side - 1) / 2)
    return Mixture(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), sigma)


def load_ring() -> PointData:
    """30,000 points sampled from `ring()`."""
    return _load("ring", ring())


def load_grid() -> PointData:
    """30,000 points sampled from `grid()`."""
    return _load("grid", grid())


def _load(name: str, source: Mixture) -> PointData:
    rng = Generator(SEED)
    points, labels = zip(*(source.sample(n, rng) for n in SIZES), strict=True)
    return PointData(name, source, *points, *labels)
