"""The error of reconstructions, and the error of the best linear code of the same size."""

from __future__ import annotations

import numpy as np

from scratchgen.data.stored import chunks
from scratchgen.errors import BadInput, check_counts

LARGEST = 6000  # rows or columns of the matrix whose eigenvectors are computed: half a minute


def squared_errors(x: np.ndarray, x_hat: np.ndarray) -> np.ndarray:
    """The mean squared error per number of each row, 1/D Σ_d (x_d − x̂_d)².   (N, D), (N, D) → (N,) float64"""
    return np.mean((np.asarray(x, np.float64) - x_hat) ** 2, axis=1)


def principal_components_errors(train: np.ndarray, test: np.ndarray, k: int) -> np.ndarray:
    """The squared errors of rows that are projected on the first k principal components of the training rows.

    1/D ‖(x − m) − (x − m) V Vᵀ‖² for each row x, with m the mean of the training rows and V (D, k) the eigenvectors
    of their covariance with the largest eigenvalues: on the training rows no linear code of k numbers has a smaller
    error. Of more than 6,000 rows and columns, the first 6,000 rows give V.

    train, test    (N, D) finite numbers   → (N of test,) float64
    Raises BadInput for k below 1 and for no rows.   Source: Eckart & Young (1936).
    """
    check_counts(k=k)
    if not (len(train) and len(test)):
        raise BadInput("there are no rows to project; give at least one in each part")
    N, D = train.shape
    mean = train.mean(axis=0, dtype=np.float64)
    some = train if min(N, D) <= LARGEST else train[:LARGEST]
    if len(some) >= D:
        _, vectors = np.linalg.eigh(sum(_scatter(x, mean) for x in chunks(some)))
        V = vectors[:, ::-1][:, :k]
    else:  # C Cᵀ u = λ u, so Cᵀ u is an eigenvector of Cᵀ C
        C = np.asarray(some, np.float64) - mean
        values, vectors = np.linalg.eigh(C @ C.T)
        positive = values > 1e-10 * values.max()
        V = (C.T @ vectors[:, positive] / np.sqrt(values[positive]))[:, ::-1][:, :k]
    residuals = lambda T: np.mean((T - T @ V @ V.T) ** 2, axis=1)
    return np.concatenate([residuals(np.asarray(x, np.float64) - mean) for x in chunks(test)])


def _scatter(x: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Σ (x − m)ᵀ(x − m) over rows (N, D) → (D, D) float64."""
    C = np.asarray(x, np.float64) - mean
    return C.T @ C
