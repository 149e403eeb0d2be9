"""Fidelity and diversity apart, by balls around examples that reach to their k-th neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.evaluation.examples import Mean, mean_over_examples
from scratchgen.evaluation.pairs import comparable, pieces, squared_distances

ROUNDING = 1e-13  # of the largest squared norm: an example lies in its own ball even if the radius is 0


@dataclass(frozen=True)
class PrecisionRecall:
    """precision    the share of generated examples that lie in a ball of a real one
    recall       the share of real examples that lie in a ball of a generated one
    """

    precision: Mean
    recall: Mean


@dataclass(frozen=True)
class DensityCoverage:
    """density     how many balls of real examples hold a generated one, in units of k; may exceed 1
    coverage    the share of real examples whose ball holds a generated one
    """

    density: Mean
    coverage: Mean


def precision_recall(real, generated, k: int = 3) -> PrecisionRecall:
    """Could a generated example be real, and could a real one have been generated?   (N, D), (M, D)

    precision = 1/M Σ_j 1[∃ i: ‖y_j − x_i‖ ≤ r_k(x_i)],    recall = 1/N Σ_i 1[∃ j: ‖x_i − y_j‖ ≤ r_k(y_j)]

    r_k(x_i) is the distance from x_i to its k-th nearest neighbour in its own set, itself not counted. Large
    balls fool it: a real outlier makes strays precise, and generated ones that scatter, or images with noise
    on them, recall everything. `density_coverage` is robust to the second.
    Standard errors are over the examples that are counted, the balls given.

    Memory: 32 MB beyond the sets.
    Raises BadInput for NaN, different D, no more than k examples and where scikit-learn is not installed.
    Source: Kynkäänniemi et al. (2019), eqs. 1 and 2, with their k = 3.   Ledger: gan.precision_recall
    """
    real, generated = _sets(real, generated, k)
    return PrecisionRecall(
        mean_over_examples(_balls_that_hold(generated, real, k) > 0),
        mean_over_examples(_balls_that_hold(real, generated, k) > 0),
    )


def density_coverage(real, generated, k: int = 5) -> DensityCoverage:
    """How deep in the real data do generated examples lie, and how much of it do they reach?   (N, D), (M, D)

    density = 1/(k M) Σ_j Σ_i 1[‖y_j − x_i‖ ≤ r_k(x_i)],    coverage = 1/N Σ_i 1[∃ j: ‖y_j − x_i‖ ≤ r_k(x_i)]

    All balls are around real examples, so that a stray generated one has none. Where both sets come from one
    distribution the density is 1 in expectation and the coverage
    1 − (N−1)…(N−k) / (N+M−1)…(N+M−k), for N = M about 1 − 2^−k = 0.969. Both depend on the sizes.
    Standard errors are over the examples that are counted, the other set given.

    Memory and errors: as `precision_recall`.
    Source: Naeem et al. (2020), section 3, lemmas 1 and 2, with their k = 5.   Ledger: gan.density_coverage
    """
    real, generated = _sets(real, generated, k)
    nearest = _neighbours(generated, 1).kneighbors(real)[0][:, 0]
    return DensityCoverage(
        mean_over_examples(_balls_that_hold(generated, real, k) / k),
        mean_over_examples(nearest**2 <= _squared_radii(real, k) + _slack(real)),
    )


def _sets(real, generated, k: int) -> list[np.ndarray]:
    if k < 1:
        raise ValueError(f"the k-th neighbour has k of at least 1, not {k}")
    real, generated = comparable(k + 1, real=real, generated=generated)
    centre = real.mean(axis=0)  # a common offset costs digits
    return [real - centre, generated - centre]


def _neighbours(x, k: int):
    try:
        from sklearn.neighbors import NearestNeighbors
    except ImportError:
        raise BadInput(
            "nearest neighbours come from scikit-learn, which is not installed; "
            '`pip install "scratchgen-numpy[eval]"`'
        ) from None
    return NearestNeighbors(n_neighbors=k).fit(x)


def _squared_radii(x, k: int) -> np.ndarray:
    """r_k² of each row: without an argument kneighbors leaves each row out of its own neighbours."""
    return _neighbours(x, k).kneighbors()[0][:, -1] ** 2


def _slack(x) -> float:
    return ROUNDING * np.max(np.sum(x * x, axis=1))


def _balls_that_hold(points, centres, k: int) -> np.ndarray:
    """How many balls of the centres hold each point: (B, D) → (B,)."""
    reach = _squared_radii(centres, k) + _slack(centres)
    counts = np.empty(len(points))
    for some in pieces(len(points), len(centres)):
        counts[some] = np.sum(squared_distances(points[some], centres) <= reach, axis=1)
    return counts
