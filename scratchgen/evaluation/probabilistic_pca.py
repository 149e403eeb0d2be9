"""Probabilistic PCA: a Gaussian whose likelihood, samples and conditional means are in closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.evaluation.examples import as_examples, pieces
from scratchgen.random import Generator, as_generator

ROUNDING = 1e-12  # relative to the largest eigenvalue: below it, an eigenvalue is 0


class ProbabilisticPCA:
    """x = m + W z + e with z ~ N(0, I) of k dimensions and e ~ N(0, sigma² I): N(m, W Wᵀ + sigma² I).

        W = V_k (Λ_k − sigma² I)^½,    sigma² = 1/(D − k) Σ_{i>k} λ_i

    λ and V are the eigenvalues and eigenvectors of the covariance of the training rows: the likelihood of the rows is
    then at its maximum.

    mean            m (D,)
    eigenvalues     (D,), the largest first;  V (D, min(N, D)), their eigenvectors in its columns (`principal_axes`)
    k               number of latent dimensions, 1 … D − 1

    Raises BadInput for another k, and for data that vary in k dimensions or fewer, whose likelihood is unbounded.
    Source: Tipping & Bishop (1999), eq. 7 and 8.   Ledger: evaluation.ppca_axes
    """

    def __init__(self, mean: np.ndarray, eigenvalues: np.ndarray, V: np.ndarray, k: int):
        check_counts(k=k)
        D = len(mean)
        if k >= D:
            raise BadInput(f"k must be below the {D} dimensions of the data, not {k}")
        if not eigenvalues[k:].mean() > ROUNDING * eigenvalues[0]:
            raise BadInput(
                f"these data vary in at most {k} dimensions, so that the likelihood of {k} components is unbounded; "
                "choose fewer components"
            )
        self.mean, self.k = mean, k
        self.eigenvalues, self.V = eigenvalues[:k], V[:, :k]
        self.W, self.sigma = most_likely_axes(eigenvalues, V, k)

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """log N(x; m, W Wᵀ + sigma² I), in float64.   x (N, D) → (N,) nats

        −½ [D log 2π + Σ_{i≤k} log λ_i + (D − k) log sigma² + Σ_{i≤k} t_i²/λ_i + (‖x − m‖² − ‖t‖²)/sigma²]

        with t = V_kᵀ (x − m).

        Source: Tipping & Bishop (1999), eq. 4.   Ledger: vae.exact_evidence
        """
        D, variance = len(self.mean), self.sigma**2
        constant = (
            D * math.log(2 * math.pi) + np.log(self.eigenvalues).sum() + (D - self.k) * math.log(variance)
        )
        nats = []
        for rows in pieces(x):
            centred = rows - self.mean
            t = centred @ self.V
            rest = np.sum(centred**2, axis=1) - np.sum(t**2, axis=1)
            nats.append(-0.5 * (constant + np.sum(t**2 / self.eigenvalues, axis=1) + rest / variance))
        return np.concatenate(nats)

    def sample(self, n: int, rng: Generator | None = None, *, draw: bool = False) -> np.ndarray:
        """n samples m + W z, z ~ N(0, I); with `draw` also the noise e.   → (n, D) float64"""
        check_counts(n=n)
        rng = as_generator(rng)
        x = self.mean + rng.standard_normal((n, self.k), np.float64) @ self.W.T
        return x + self.sigma * rng.standard_normal(x.shape, np.float64) if draw else x

    def conditional_mean(
        self, y: np.ndarray, observed: np.ndarray | None = None, noise: float = 0.0
    ) -> np.ndarray:
        """E[x | y_o] for y = x + n, n ~ N(0, noise² I), of which the dimensions o are observed.   (N, D) → (N, D)

            E[x | y_o] = m + C_·o (C_oo + noise² I)⁻¹ (y_o − m_o),    C = W Wᵀ + sigma² I

        It is the linear estimate with the smallest mean squared error: the Wiener filter for noise, and the completion
        of a partial image, whose observed dimensions stay as they are without noise.

        observed    (D,) of True and False; None where all are
        Raises BadInput for a mask of another shape or without an observed dimension, and for a negative noise.
        Source: Bishop (2006), eq. 2.81.   Ledger: evaluation.gaussian_completion
        """
        check_numbers("[0, ∞)", noise=noise)
        y = np.asarray(as_examples(y), np.float64)
        o = np.ones(len(self.mean), bool) if observed is None else np.asarray(observed, bool)
        if o.shape != self.mean.shape or not o.any():
            raise BadInput(f"observed is a mask ({len(self.mean)},) with at least one True, not {o.shape}")
        variance, total = self.sigma**2, self.sigma**2 + noise**2
        W_o, centred = self.W[o], y[:, o] - self.mean[o]
        z = np.linalg.solve(W_o.T @ W_o + total * np.eye(self.k), W_o.T @ centred.T).T
        x = self.mean + z @ self.W.T
        x[:, o] += variance / total * (centred - z @ W_o.T)  # the part of the residual that is no noise
        return x


def most_likely_axes(eigenvalues: np.ndarray, V: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    """W = V_k (Λ_k − sigma² I)^½ (D, k) and sigma, whose square is the mean of the other eigenvalues.

    Source: Tipping & Bishop (1999), eq. 7 and 8, with R = I.   Ledger: evaluation.ppca_axes
    """
    variance = float(eigenvalues[k:].mean())
    return V[:, :k] * np.sqrt(np.maximum(eigenvalues[:k] - variance, 0)), math.sqrt(variance)


def principal_axes(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean (D,), the eigenvalues (D,), largest first, and the eigenvectors of the covariance of rows (N, D).

    The covariance is 1/N Σ (x − m)(x − m)ᵀ. Of fewer rows than dimensions, only the eigenvectors of the first N
    eigenvalues are given, as the others are 0.   → (D,), (D,), (D, min(N, D))
    Memory: three matrices of (D, D), or (N, D) where that is smaller.   Raises BadInput for no rows.
    """
    if not len(x):
        raise BadInput("there are no rows with principal axes; give at least one")
    N, D = x.shape
    mean = x.mean(axis=0, dtype=np.float64)
    if N < D:
        _, singular, V_T = np.linalg.svd(np.asarray(x) - mean, full_matrices=False)
        return mean, np.pad(singular**2 / N, (0, D - N)), V_T.T
    scatter = np.zeros((D, D))
    for rows in pieces(x):
        centred = rows - mean
        scatter += centred.T @ centred
    values, V = np.linalg.eigh(scatter / N)
    return mean, np.maximum(values[::-1], 0), V[:, ::-1]


def best_ppca(
    train: np.ndarray, validation: np.ndarray, counts: Sequence[int] = (1, 2, 5, 10, 20, 50, 100, 200, 500)
) -> ProbabilisticPCA:
    """The probabilistic PCA of the number of components under which validation rows are most likely.

    counts    the numbers that are tried; those that the data do not vary enough for are left out
    Raises BadInput where none is left, and for numbers below 1.
    """
    for k in counts:
        check_counts(counts=k)
    axes = principal_axes(train)
    found = []
    for k in counts:
        try:
            found.append(ProbabilisticPCA(*axes, k))
        except BadInput:
            break  # as does every larger number
    if not found:
        raise BadInput("the training rows do not vary in more than one dimension; give rows that do")
    return max(found, key=lambda model: float(model.log_prob(validation).mean()))
