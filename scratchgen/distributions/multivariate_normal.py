"""The normal distribution with a full covariance matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import (
    Distribution,
    Shape,
    check_parameter,
    kind_of,
    stream_and_shape,
)
from scratchgen.distributions.normal import LOG_2PI
from scratchgen.errors import BadInput
from scratchgen.random import Generator

__all__ = ["MultivariateNormal"]


class MultivariateNormal(Distribution):
    """The normal distribution N(mu, L Lᵀ), whose covariance is given by its Cholesky factor.

    mu    mean, (..., D)
    L     lower triangular with a positive diagonal, (..., D, D); of a covariance C: np.linalg.cholesky(C)

    Raises ValueError for shapes that do not match, BadInput for an L that is not such a triangle.
    Source: Goodfellow et al., Deep Learning (2016), eq. 3.23.   Ledger: distributions.full_normal
    """

    def __init__(self, mu: Array, L: Array):
        D = np.shape(mu)[-1:]
        if not D or np.shape(L)[-2:] != D + D:
            raise ValueError(f"mu (..., D) and L (..., D, D) do not match: {np.shape(mu)} and {np.shape(L)}")
        triangle = np.asarray(to_numpy(L))
        diagonal = np.diagonal(triangle, axis1=-2, axis2=-1)
        if np.any(np.triu(triangle, 1)):
            raise BadInput(
                "L must be lower triangular, and it has numbers above its diagonal; of a covariance C give "
                "np.linalg.cholesky(C)"
            )
        check_parameter("positive on the diagonal", lambda d: (d > 0) & (d < np.inf), L=diagonal)
        self.mu, self.L = mu, L

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape of log_prob, (...)."""
        return np.broadcast_shapes(np.shape(self.mu)[:-1], np.shape(self.L)[:-2])

    @property
    def mean(self) -> Array:
        """The mean, mu   (..., D)."""
        return self.mu

    @property
    def covariance(self) -> Array:
        """The covariance matrix, C = L Lᵀ   (..., D, D)."""
        return self.L @ np.swapaxes(self.L, -1, -2)

    @property
    def variance(self) -> Array:
        """The diagonal of the covariance matrix   (..., D)."""
        return np.sum(self.L**2, axis=-1)

    def log_prob(self, x: Array) -> Array:
        """log N(x; mu, L Lᵀ) = −½ [D log 2π + |L⁻¹ (x − mu)|²] − Σ_d log L_dd   x (..., D) → (...) nats.

        Ledger: distributions.full_normal
        """
        z = np.linalg.solve(self.L, (x - self.mu)[..., None])[..., 0]
        return -0.5 * np.sum(LOG_2PI + z**2, axis=-1) - self._log_determinant()

    def _log_determinant(self) -> Array:
        """log det L = Σ_d log L_dd   (...)"""
        return np.sum(np.log(np.diagonal(self.L, axis1=-2, axis2=-1)), axis=-1)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, not differentiable: (*shape, ..., D) in the dtype of mu."""
        return to_numpy(self.rsample(rng, shape))

    def rsample(self, rng: Generator | None = None, shape: Shape = ()) -> Array:
        """Reparameterised samples mu + L ε, ε ~ N(0, I), differentiable in mu and L: (*shape, ..., D).

        Ledger: distributions.full_sample
        """
        rng, full = stream_and_shape(rng, shape, (*self.batch_shape, np.shape(self.mu)[-1]))
        eps: Any = rng.standard_normal(full, to_numpy(self.mu).dtype)
        return self.mu + (self.L @ eps[..., None])[..., 0]

    def entropy(self) -> Array:
        """½ D (log 2π + 1) + Σ_d log L_dd   → (...) nats.   Ledger: distributions.full_entropy"""
        return 0.5 * np.shape(self.mu)[-1] * (LOG_2PI + 1) + self._log_determinant()

    def kl(self, other: MultivariateNormal) -> Array:
        """KL(p ‖ q) = ½ [|M⁻¹ L|² + |M⁻¹ (mu − mu′)|² − D] + log det M − log det L, q = N(mu′, M Mᵀ)   → (...) nats.

        |·|² is the sum of the squares of all elements. Raises TypeError unless q is a MultivariateNormal.
        Source: Rasmussen & Williams (2006), eq. A.23.   Ledger: distributions.full_kl
        """
        q = kind_of(other, MultivariateNormal)
        ratio = np.linalg.solve(q.L, self.L)
        shift = np.linalg.solve(q.L, (self.mu - q.mu)[..., None])[..., 0]
        squares = np.sum(ratio**2, axis=(-2, -1)) + np.sum(shift**2 - 1, axis=-1)
        return 0.5 * squares + q._log_determinant() - self._log_determinant()
