"""The Fréchet distance between two sets of samples, each summarised by a Gaussian (FID on features)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.evaluation.distances import comparable


def frechet_distance(x: ArrayLike, y: ArrayLike) -> float:
    """The squared Fréchet distance between Gaussians fitted to two sets; on features of a network this is the FID.

    d² = ‖m_x − m_y‖² + tr(C_x + C_y − 2 (C_x C_y)^½)        x (N, D), y (M, D); C with N − 1 and M − 1

    The estimate is biased upwards, by about (1/N + 1/M) (tr C + ½ Σ_ij λ_i λ_j (1 + δ_ij) / (λ_i + λ_j)) if both
    sets come from one Gaussian with covariance C and eigenvalues λ: D (D + 5) / 4 (1/N + 1/M) for the standard
    normal. So only distances at the same N and M can be compared, and the lowest reachable value is the distance
    between two real sets, not 0. It depends on means and covariances alone: 0 does not mean that the distributions
    are equal.

    Memory: a few matrices (D, D), or one (N, M) where that is smaller, and a copy of the sets.
    Raises BadInput for NaN, for sets of different D and for a single example.
    Source: Dowson & Landau (1982); Heusel et al. (2017), eq. 6. The bias: Chong & Forsyth (2020).
    Ledger: gan.frechet
    """
    x, y = comparable(2, x=x, y=y)
    if max(len(x), len(y)) < x.shape[1]:
        return _of_few(x, y)
    return frechet_distance_of_gaussians(x.mean(axis=0), _covariance(x), y.mean(axis=0), _covariance(y))


def frechet_distance_of_gaussians(
    m_x: np.ndarray, C_x: np.ndarray, m_y: np.ndarray, C_y: np.ndarray
) -> float:
    """d² between N(m_x, C_x) and N(m_y, C_y): m (D,), C (D, D) symmetric; it may be singular.

    (C_x C_y)^½ is not symmetric, but its trace equals that of (C_x^½ C_y C_x^½)^½, the sum of the singular values of
    C_x^½ C_y^½, which is real and non-negative for any rank.   Ledger: gan.frechet
    """
    roots = np.linalg.svd(_symmetric_root(C_x) @ _symmetric_root(C_y), compute_uv=False)
    squared = np.sum((m_x - m_y) ** 2) + np.trace(C_x) + np.trace(C_y) - 2 * np.sum(roots)
    return max(float(squared), 0.0)  # rounding


def _of_few(x: np.ndarray, y: np.ndarray) -> float:
    """d² without a matrix (D, D), for sets of fewer examples than D.

    With the centred sets X (N, D) and Y (M, D), C_x C_y = XᵀX YᵀY / ((N − 1)(M − 1)) has the same non-zero eigenvalues
    as K Kᵀ with K = X Yᵀ / √((N − 1)(M − 1)), (N, M). So the trace of its root is the sum of K's singular values.
    """
    m_x, m_y = x.mean(axis=0), y.mean(axis=0)
    X, Y = (x - m_x) / np.sqrt(len(x) - 1), (y - m_y) / np.sqrt(len(y) - 1)
    roots = np.linalg.svd(X @ Y.T, compute_uv=False)
    squared = np.sum((m_x - m_y) ** 2) + np.sum(X * X) + np.sum(Y * Y) - 2 * np.sum(roots)
    return max(float(squared), 0.0)  # rounding


def _covariance(x: np.ndarray) -> np.ndarray:
    centred = x - x.mean(axis=0)
    return centred.T @ centred / (len(x) - 1)


def _symmetric_root(C: np.ndarray) -> np.ndarray:
    """C^½ = V diag(√λ) Vᵀ; eigenvalues that are negative by rounding count as 0."""
    eigenvalues, V = np.linalg.eigh(C)
    return (V * np.sqrt(np.maximum(eigenvalues, 0))) @ V.T
