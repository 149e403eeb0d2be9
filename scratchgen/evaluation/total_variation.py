"""Total variation: the distance of two histograms."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput


def total_variation(a: ArrayLike, b: ArrayLike) -> float:
    """TV(p, q) = ½ Σ_k |p_k − q_k| of the shares p_k = a_k / Σ a and q_k = b_k / Σ b, in [0, 1].

    It is the largest difference between the probabilities that p and q give to any event. Counts of nothing at all
    have no shares; their distance from others is 1, the largest, and from one another 0.

    a, b    counts (K,), not negative
    Raises BadInput for other shapes, and for numbers that are negative or not finite.
    Source: Levin, Peres & Wilmer (2017), proposition 4.2.   Ledger: evaluation.total_variation
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise BadInput(f"two histograms of the same K classes are compared, not {a.shape} and {b.shape}")
    for counts in (a, b):
        if not np.isfinite(counts).all() or (counts < 0).any():
            raise BadInput("counts are finite and not negative; repair the histogram")
    if not (a.any() and b.any()):
        return float(a.any() != b.any())
    return 0.5 * float(np.abs(a / a.sum() - b / b.sum()).sum())
