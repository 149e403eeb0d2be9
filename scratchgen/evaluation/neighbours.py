"""Fidelity and diversity of samples by k-nearest neighbours: precision, recall, density, coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput, check_counts
from scratchgen.evaluation.distances import comparable, row_slices, squared_distances
from scratchgen.evaluation.examples import Mean, mean_over_examples

ROUNDING = (
    1e-13  # tolerance relative to the largest squared norm: an example is in its own ball even with radius 0
)


@dataclass(frozen=True)
class PrecisionRecall:
    """The result of `precision_recall`.

    precision    the share of generated examples that are in the ball of a real example
    recall       the share of real examples that are in the ball of a generated example
    """

    precision: Mean
    recall: Mean


@dataclass(frozen=True)
class DensityCoverage:
    """The result of `density_coverage`.

    density     mean number of balls of real examples that contain a generated example, divided by k; may exceed 1
    coverage    the share of real examples whose ball contains a generated example
    """

    density: Mean
    coverage: Mean


def precision_recall(real: ArrayLike, generated: ArrayLike, k: int = 3) -> PrecisionRecall:
    """Precision: are generated examples realistic? Recall: are real examples covered?   (N, D), (M, D)

    precision = 1/M Σ_j 1[∃ i: ‖y_j − x_i‖ ≤ r_k(x_i)],    recall = 1/N Σ_i 1[∃ j: ‖x_i − y_j‖ ≤ r_k(y_j)]

    r_k(x_i) is the distance from x_i to its k-th nearest neighbour in its own set, not counting x_i. Outliers have
    large balls and distort both numbers: a real outlier raises the precision of bad samples, and scattered or noisy
    generated examples raise the recall. `density_coverage` is robust against such generated examples.
    Standard errors are over the counted examples, for fixed balls.

    Memory: 32 MB beyond the sets.
    Raises BadInput for NaN, for sets of different D, for k examples or fewer, and if scikit-learn is not installed.
    Source: Kynkäänniemi et al. (2019), eqs. 1 and 2, with their k = 3.   Ledger: gan.precision_recall
    """
    x, y = _sets(real, generated, k)
    return PrecisionRecall(
        mean_over_examples(_balls_around(y, x, k) > 0),
        mean_over_examples(_balls_around(x, y, k) > 0),
    )


def density_coverage(real: ArrayLike, generated: ArrayLike, k: int = 5) -> DensityCoverage:
    """Density: are generated examples where real ones are dense? Coverage: how many real ones do they reach?

    real (N, D), generated (M, D)

    density = 1/(k M) Σ_j Σ_i 1[‖y_j − x_i‖ ≤ r_k(x_i)],    coverage = 1/N Σ_i 1[∃ j: ‖y_j − x_i‖ ≤ r_k(x_i)]

    All balls are around real examples, so a generated outlier has no effect. If both sets come from one
    distribution, the expected density is 1 and the expected coverage is
    1 − (N−1)…(N−k) / (N+M−1)…(N+M−k), for N = M about 1 − 2^−k = 0.969. Both depend on the sizes of the sets.
    Standard errors are over the counted examples, for a fixed other set.

    Memory and errors: as `precision_recall`.
    Source: Naeem et al. (2020), section 3, lemmas 1 and 2, with their k = 5.   Ledger: gan.density_coverage
    """
    x, y = _sets(real, generated, k)
    nearest = _neighbours(y, 1).kneighbors(x)[0][:, 0]
    return DensityCoverage(
        mean_over_examples(_balls_around(y, x, k) / k),
        mean_over_examples(nearest**2 <= _squared_radii(x, k) + _slack(x)),
    )


def _sets(real: ArrayLike, generated: ArrayLike, k: int) -> list[np.ndarray]:
    check_counts(k=k)
    x, y = comparable(k + 1, real=real, generated=generated)
    centre = x.mean(axis=0)  # subtracted, because a common offset costs precision
    return [x - centre, y - centre]


def _neighbours(x: np.ndarray, k: int) -> Any:
    try:
        from sklearn.neighbors import NearestNeighbors
    except ImportError:
        raise BadInput(
            "nearest neighbours need scikit-learn, which is not installed; "
            '`pip install "scratchgen-numpy[eval]"`'
        ) from None
    return NearestNeighbors(n_neighbors=k).fit(x)


def _squared_radii(x: np.ndarray, k: int) -> np.ndarray:
    """r_k² of each row. Without an argument, kneighbors does not count a row as its own neighbour."""
    return _neighbours(x, k).kneighbors()[0][:, -1] ** 2


def _slack(x: np.ndarray) -> float:
    return ROUNDING * np.max(np.sum(x * x, axis=1))


def _balls_around(points: np.ndarray, centres: np.ndarray, k: int) -> np.ndarray:
    """The number of balls of the centres that contain each point: (B, D) → (B,)."""
    squared_radii = _squared_radii(centres, k) + _slack(centres)
    counts = np.empty(len(points))
    for some in row_slices(len(points), len(centres)):
        counts[some] = np.sum(squared_distances(points[some], centres) <= squared_radii, axis=1)
    return counts
