"""A mixture of Gaussians with diagonal covariances, fitted by expectation-maximisation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np

from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.evaluation.examples import pieces
from scratchgen.random import Generator, as_generator


class GaussianMixture:
    """p(x) = Σ_k π_k N(x; mu_k, diag s_k²), with parameters by expectation-maximisation.

    E-step: r_nk = π_k N(x_n; mu_k, diag s_k²) / Σ_j π_j N(x_n; mu_j, diag s_j²)
    M-step: π_k = R_k / N,   mu_k = Σ_n r_nk x_n / R_k,   s_k² = Σ_n r_nk (x_n − mu_k)² / R_k,   R_k = Σ_n r_nk

    A step never lowers the likelihood of the training rows, apart from the floor of the variances.

    weights (K,), mu (K, D), variance (K, D)
    Source: Bishop (2006), section 9.2.2, with diagonal covariances.   Ledger: evaluation.em_step
    """

    def __init__(self, weights: np.ndarray, mu: np.ndarray, variance: np.ndarray):
        self.weights, self.mu, self.variance = weights, mu, variance

    @classmethod
    def fit(
        cls, x: np.ndarray, components: int, rng: Generator, *, steps: int = 15, floor: float = 1e-6
    ) -> Self:
        """A mixture of K components after some steps on rows x (N, D); its first means are K random rows.

        floor    of the variances, in the units of the data squared: a component of a single row has no variance
        Raises BadInput for fewer rows than components, and for counts below 1 or a floor that is not positive.
        """
        check_counts(components=components, steps=steps)
        check_numbers("(0, ∞)", floor=floor)
        if len(x) < components:
            raise BadInput(f"{components} components need at least this number of rows, not {len(x)}")
        rng = as_generator(rng)
        first = np.sort(rng.permutation(len(x))[:components])
        mu = np.asarray(x[first], np.float64)
        mean = x.mean(axis=0, dtype=np.float64)
        shared = sum(np.sum((rows - mean) ** 2, axis=0) for rows in pieces(x)) / len(x)
        mixture = cls(
            np.full(components, 1 / components), mu, np.tile(np.maximum(shared, floor), (components, 1))
        )
        for _ in range(steps):
            mixture = mixture.em_step(x, floor)
        return mixture

    def em_step(self, x: np.ndarray, floor: float = 1e-6) -> Self:
        """The mixture after one step of expectation-maximisation on rows x (N, D).

        Raises BadInput for a floor that is not positive.   Ledger: evaluation.em_step
        """
        check_numbers("(0, ∞)", floor=floor)
        counts, sums, squares = np.zeros(len(self.weights)), np.zeros_like(self.mu), np.zeros_like(self.mu)
        origin = self.mu.mean(axis=0)  # squares about it lose less precision than about 0
        for rows in pieces(x):
            r, centred = self.responsibilities(rows), rows - origin
            counts += r.sum(axis=0)
            sums += r.T @ centred
            squares += r.T @ centred**2
        R = np.maximum(counts, np.finfo(np.float64).tiny)[:, None]  # a component without rows keeps weight 0
        offset = sums / R
        variance = np.maximum(squares / R - offset**2, floor)
        return type(self)(counts / counts.sum(), origin + offset, variance)

    def responsibilities(self, x: np.ndarray) -> np.ndarray:
        """r_nk, the probability that row n is of component k: (N, D) → (N, K), rows that sum to 1."""
        joint = self._joint(x)
        joint -= joint.max(axis=1, keepdims=True)
        r = np.exp(joint)
        return r / r.sum(axis=1, keepdims=True)

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """log Σ_k π_k N(x; mu_k, diag s_k²), in float64.   x (N, D) → (N,) nats   Ledger: distributions.mixture"""
        nats = []
        for rows in pieces(x):
            joint = self._joint(rows)
            m = joint.max(axis=1)
            nats.append(m + np.log(np.exp(joint - m[:, None]).sum(axis=1)))
        return np.concatenate(nats)

    def sample(self, n: int, rng: Generator | None = None, *, draw: bool = False) -> np.ndarray:
        """n samples, each of a component k ~ π: its mean, or with `draw` a draw of its Gaussian.   → (n, D)"""
        check_counts(n=n)
        rng = as_generator(rng)
        ends = np.cumsum(self.weights)
        k = np.searchsorted(ends, rng.random(n, np.float64) * ends[-1], side="right")
        k = np.minimum(k, len(ends) - 1)  # by rounding
        eps = rng.standard_normal((n, self.mu.shape[1]), np.float64) if draw else 0
        return self.mu[k] + np.sqrt(self.variance[k]) * eps

    def _joint(self, x: np.ndarray) -> np.ndarray:
        """log π_k + log N(x_n; mu_k, diag s_k²), by two matrix products: (N, D) → (N, K)."""
        origin = self.mu.mean(axis=0)
        centred, mu = x - origin, self.mu - origin
        precision = 1 / self.variance
        squares = (
            centred**2 @ precision.T - 2 * centred @ (mu * precision).T + np.sum(mu**2 * precision, axis=1)
        )
        D = x.shape[1]
        with np.errstate(divide="ignore"):  # log 0 = −∞ of a component without rows
            log_weights = np.log(self.weights)
        return log_weights - 0.5 * (D * math.log(2 * math.pi) + np.log(self.variance).sum(axis=1) + squares)


def best_mixture(
    train: np.ndarray,
    validation: np.ndarray,
    rng: Generator,
    *,
    counts: Sequence[int] = (10, 30, 100),
    floor: float = 1e-6,
) -> GaussianMixture:
    """The mixture of the number of components under which validation rows are most likely.

    counts    the numbers that are tried, where there are this many rows
    Raises BadInput as `GaussianMixture.fit`.
    """
    tried = [K for K in counts if len(train) >= K] or [1]
    mixtures = [GaussianMixture.fit(train, K, rng, floor=floor) for K in tried]
    return max(mixtures, key=lambda mixture: float(mixture.log_prob(validation).mean()))
