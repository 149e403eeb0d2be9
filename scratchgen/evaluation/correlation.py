"""Whether a number, such as the slant of a digit, is kept from one set of examples to another."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.errors import BadInput


def correlation_within(a: Any, b: Any, groups: Any) -> float:
    """The correlation of two numbers within groups: Pearson's, after the mean of its group is subtracted from each.

        r = Σ (a_i − ā_g) (b_i − b̄_g) / √(Σ (a_i − ā_g)² Σ (b_i − b̄_g)²),   g the group of i

    Differences between the groups do not count: digits of one class lean alike, whoever wrote them. Where a or b is
    constant in every group, nothing can be said about one from the other, and r is 0.

    a, b      (N,) the two numbers of each example;  groups    (N,) the group of each
    Raises BadInput for arrays of other shapes.
    Source: the definition.   Ledger: evaluation.correlation_within
    """
    a, b, groups = np.asarray(a, np.float64), np.asarray(b, np.float64), np.asarray(groups)
    if not a.ndim == 1 or not a.shape == b.shape == groups.shape:
        raise BadInput(f"a, b and groups are (N,), not {a.shape}, {b.shape} and {groups.shape}")
    _, place = np.unique(groups, return_inverse=True)
    n = np.bincount(place)
    a, b = (x - (np.bincount(place, x) / n)[place] for x in (a, b))
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale > 0 else 0.0
