"""Examples for a report, chosen by the rank of a measure: the best, the median and the worst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

EACH = 3  # examples of each rank in a picture


def best_median_worst(measure: Sequence[Any] | np.ndarray) -> list[tuple[str, int]]:
    """The places of the largest, the median and the smallest measure; of equal ones the first is the best.

    For a measure of which the smallest is the best, give its negative.
    """
    order = sorted(range(len(measure)), key=lambda i: measure[i], reverse=True)
    return [("best", order[0]), ("median", order[len(order) // 2]), ("worst", order[-1])]


def some_of_each_rank(measure: np.ndarray, each: int = EACH) -> tuple[np.ndarray, str]:
    """The places of the best, the median and the worst examples by a measure (N,), the higher the better, in words too.

    Of fewer than 3 · each examples each is named once.   → (≤ 3 · each,), such as "best, median, worst 3 of 1,000"
    """
    order = np.argsort(-measure, kind="stable")
    if len(order) <= 3 * each:
        return order, f"all {len(order)}, best first"
    middle = (len(order) - each) // 2
    places = np.concatenate([order[:each], order[middle : middle + each], order[-each:]])
    return (
        places,
        f"from left to right the best {each}, the median {each} and the worst {each} of {len(order):,}",
    )
