"""Principal components with a Gaussian per class: a linear baseline for conditional models of images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.errors import BadInput, check_counts
from scratchgen.random import Generator, as_generator


@dataclass(frozen=True, eq=False)
class ClassGaussians:
    """x = m + U z,   z | class c ~ N(μ_c, Σ_c), with k principal components in the columns of U.

    mean, U      m (D,) and U (D, k): the mean of all training rows and their leading principal axes, UᵀU = I
    mu, sigma    μ (K, k) and Σ (K, k, k): mean and covariance of z = Uᵀ(x − m) over the training rows of each class

    Source: Bishop (2006), section 12.1 for the components, section 4.2.2 for Gaussians per class.
    Ledger: evaluation.class_gaussians
    """

    mean: np.ndarray
    U: np.ndarray
    mu: np.ndarray
    sigma: np.ndarray

    @classmethod
    def fit(cls, x: np.ndarray, labels: np.ndarray, k: int) -> ClassGaussians:
        """Fit rows x (N, D) with classes (N,) 0 … K−1, by maximum likelihood within the k components.

        Directions in which the rows do not vary are left out, so that there may be fewer than k.
        Raises BadInput for k below 1, for rows that do not vary, and for a class without rows.
        Ledger: evaluation.class_gaussians
        """
        check_counts(k=k)
        labels = np.asarray(labels)
        counts = np.bincount(labels.astype(np.intp))
        if not counts.all():
            raise BadInput(f"class {int(np.argmin(counts))} has no rows; give at least one row of each class")
        mean = x.mean(axis=0, dtype=np.float64)
        centred = x - mean
        # the axes by the eigenvectors of the N × N matrix of inner products, since N is often below D
        squares, v = np.linalg.eigh(centred @ centred.T)
        squares, v = squares[::-1][:k], v[:, ::-1][:, :k]
        varying = squares > 1e-9 * max(squares[0], 0)
        if not varying.any():
            raise BadInput("all rows are equal, so that they have no principal axes; give rows that vary")
        U = centred.T @ v[:, varying] / np.sqrt(squares[varying])
        z = centred @ U
        by_class = [z[labels == c] for c in range(len(counts))]
        mu = np.array([rows.mean(axis=0) for rows in by_class])
        sigma = np.array(
            [(rows - m).T @ (rows - m) / len(rows) for rows, m in zip(by_class, mu, strict=True)]
        )
        return cls(mean, U, mu, sigma)

    def sample(self, labels: np.ndarray, rng: Generator | None = None) -> np.ndarray:
        """One row of each class in `labels` (n,): (n, D) float64.   Raises BadInput for an unknown class.

        rng    draws z (None: the default stream)
        """
        labels = np.asarray(labels)
        if labels.size and not 0 <= labels.min() <= labels.max() < len(self.mu):
            raise BadInput(f"classes are 0 … {len(self.mu) - 1}, not {labels.min()} … {labels.max()}")
        values, vectors = np.linalg.eigh(self.sigma)
        roots = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]  # R Rᵀ = Σ
        eps = as_generator(rng).standard_normal((len(labels), self.U.shape[1]), np.float64)
        z = self.mu[labels] + np.einsum("nij,nj->ni", roots[labels], eps)
        return self.mean + z @ self.U.T
