"""Examples for a report, chosen by the rank of a measure."""

from __future__ import annotations

import numpy as np


def by_rank(measure: np.ndarray) -> list[tuple[str, int]]:
    """The places of the largest, the median and the smallest measure (n,): "best", "median" and "worst".

    For a measure of which the smallest is the best, give its negative.
    """
    order = np.argsort(-measure, kind="stable").tolist()
    return [("best", order[0]), ("median", order[len(order) // 2]), ("worst", order[-1])]
