"""The distance between two distributions as seen by a kernel, without bias."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.evaluation.examples import Mean, mean_over_examples
from scratchgen.evaluation.pairs import comparable, pieces, spread, squared_distances


@dataclass(frozen=True)
class GaussianKernel:
    """k(x, y) = exp(−‖x − y‖² / 2 bandwidth²).   x (N, D), y (M, D) → (N, M)   Ledger: gan.mmd"""

    bandwidth: float

    def __post_init__(self):
        if not 0 < self.bandwidth < np.inf:
            raise BadInput(f"a bandwidth is a finite number above 0, not {self.bandwidth}")

    def __call__(self, x, y):
        return np.exp(squared_distances(x, y) / (-2 * self.bandwidth**2))


def cubic_kernel(x, y):
    """k(x, y) = (x·y / D + 1)³, the kernel of KID.   x (N, D), y (M, D) → (N, M)

    Source: Bińkowski et al. (2018), section 4.   Ledger: gan.mmd
    """
    return (x @ y.T / x.shape[1] + 1) ** 3


def median_distance(x, rows: int = 1000) -> float:
    """The median of the distances between examples, a bandwidth for `GaussianKernel`; of at most `rows` rows.

    Take it from one fixed real set, so that all generators are seen by the same kernel.
    Raises BadInput for NaN, for a single example and where half of all distances are 0.
    Source: Gretton et al. (2012), A kernel two-sample test, section 8.
    """
    (x,) = comparable(2, x=x)
    x = spread(x, min(len(x), rows))
    median = float(np.sqrt(np.median(squared_distances(x, x)[np.triu_indices(len(x), 1)])))
    if median == 0:
        raise BadInput("half of the examples are the same; give the kernel a bandwidth of your own")
    return median


def mmd(x, y, kernel, blocks: int = 10) -> Mean:
    """MMD²(p, q), the squared distance between the mean features of two sets.   x (N, D) ~ p, y (M, D) ~ q

    MMD² = E[k(x, x′)] − 2 E[k(x, y)] + E[k(y, y′)]        x, x′ ~ p,  y, y′ ~ q,  all independent

    Each set is dealt into `blocks` that share no example; a block is estimated by means over pairs, those of
    an example with itself left out, which has no bias:

        1/(n(n−1)) Σ_{i≠j} k(x_i, x_j)  −  2/(n m) Σ_ij k(x_i, y_j)  +  1/(m(m−1)) Σ_{i≠j} k(y_i, y_j)

    The result is the mean over blocks and its standard error. It may be negative: its mean is 0 where p = q.
    With `cubic_kernel` on features of a classifier this is KID. Examples must be independent of one another.

    Memory: 32 MB beyond the sets. Time: N²/blocks kernels.
    Raises BadInput for NaN, for sets of different D and for fewer than 2 examples a block.
    Source: Gretton et al. (2012), eq. 3; the blocks, Zaremba, Gretton & Blaschko (2013); KID, Bińkowski et
    al. (2018), section 4, whose subsets overlap: their spread is no standard error.   Ledger: gan.mmd
    """
    if blocks < 2:
        raise ValueError(f"a standard error needs at least two blocks, not {blocks}")
    x, y = comparable(2 * blocks, x=x, y=y)
    return mean_over_examples([_one_block(x[b::blocks], y[b::blocks], kernel) for b in range(blocks)])


def _one_block(x, y, kernel) -> float:
    cross = sum(kernel(x[some], y).sum() for some in pieces(len(x), len(y))) / (len(x) * len(y))
    return _mean_over_others(x, kernel) - 2 * cross + _mean_over_others(y, kernel)


def _mean_over_others(x, kernel) -> float:
    """1/(n(n−1)) Σ_{i≠j} k(x_i, x_j)."""
    n, total = len(x), 0.0
    for some in pieces(n, n):
        k = kernel(x[some], x)
        total += k.sum() - np.trace(k, offset=some.start)
    return total / (n * (n - 1))
