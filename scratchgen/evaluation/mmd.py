"""Maximum mean discrepancy (MMD): an unbiased kernel distance between two distributions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import check_counts, check_numbers
from scratchgen.evaluation.distances import (
    Undefined,
    comparable,
    evenly_spaced,
    row_slices,
    squared_distances,
)
from scratchgen.evaluation.examples import Mean, mean_over_examples

Kernel = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class GaussianKernel:
    """k(x, y) = exp(−‖x − y‖² / 2 bandwidth²).   x (N, D), y (M, D) → (N, M)   Ledger: gan.mmd"""

    bandwidth: float

    def __post_init__(self) -> None:
        check_numbers("(0, ∞)", bandwidth=self.bandwidth)

    def __call__(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.exp(squared_distances(x, y) / (-2 * self.bandwidth**2))


def cubic_kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """k(x, y) = (x·y / D + 1)³, the kernel of KID.   x (N, D), y (M, D) → (N, M)

    Source: Bińkowski et al. (2018), section 4.   Ledger: gan.mmd
    """
    return (x @ y.T / x.shape[1] + 1) ** 3


def median_distance(x: ArrayLike, rows: int = 1000) -> float:
    """The median distance between examples, a bandwidth for `GaussianKernel`; computed from at most `rows` rows.

    Compute it once from a fixed real set, so that all generators are compared with the same kernel.
    Raises BadInput for NaN, for a single example, for fewer than two rows, and if half of all distances are 0.
    Source: Gretton et al. (2012), A kernel two-sample test, section 8.
    """
    check_counts(2, rows=rows)
    (x,) = comparable(2, x=x)
    x = evenly_spaced(x, min(len(x), rows))
    median = float(np.sqrt(np.median(squared_distances(x, x)[np.triu_indices(len(x), 1)])))
    if median == 0:
        raise Undefined(
            "half of the examples are equal, so that their median distance is 0; remove the copies, or choose the "
            "bandwidth of the kernel yourself"
        )
    return median


def mmd(x: ArrayLike, y: ArrayLike, kernel: Kernel, blocks: int = 10) -> Mean:
    """MMD²(p, q), the squared distance between the mean features of two sets.   x (N, D) ~ p, y (M, D) ~ q

    MMD² = E[k(x, x′)] − 2 E[k(x, y)] + E[k(y, y′)]        x, x′ ~ p,  y, y′ ~ q,  all independent

    Each set is divided into disjoint `blocks`. The estimate of a block is a mean over pairs without the pairs of an
    example with itself, which is unbiased:

        1/(n(n−1)) Σ_{i≠j} k(x_i, x_j)  −  2/(n m) Σ_ij k(x_i, y_j)  +  1/(m(m−1)) Σ_{i≠j} k(y_i, y_j)

    The result is the mean over blocks with its standard error. It may be negative: its expectation is 0 if p = q.
    With `cubic_kernel` on features of a classifier this is the KID. The examples must be independent.

    kernel    (x (n, D), y (m, D)) → (n, m)
    Memory: 32 MB beyond the sets. Time: N²/blocks evaluations of the kernel.
    Raises BadInput for NaN, for sets of different D, and for fewer than 2 examples per block.
    Source: Gretton et al. (2012), eq. 3; the blocks: Zaremba, Gretton & Blaschko (2013); KID: Bińkowski et
    al. (2018), section 4, whose subsets overlap, so that their deviation is not a standard error.   Ledger: gan.mmd
    """
    check_counts(2, blocks=blocks)
    x, y = comparable(2 * blocks, x=x, y=y)
    return mean_over_examples([_one_block(x[b::blocks], y[b::blocks], kernel) for b in range(blocks)])


def _one_block(x: np.ndarray, y: np.ndarray, kernel: Kernel) -> float:
    cross = sum(kernel(x[some], y).sum() for some in row_slices(len(x), len(y))) / (len(x) * len(y))
    return _mean_over_others(x, kernel) - 2 * cross + _mean_over_others(y, kernel)


def _mean_over_others(x: np.ndarray, kernel: Kernel) -> float:
    """1/(n(n−1)) Σ_{i≠j} k(x_i, x_j)."""
    n, total = len(x), 0.0
    for some in row_slices(n, n):
        k = kernel(x[some], x)
        total += k.sum() - np.trace(k, offset=some.start)
    return total / (n * (n - 1))
