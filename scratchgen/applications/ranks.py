"""The best, the median and the worst of some results: which are shown follows from a measure alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def best_median_worst(scores: Sequence[Any], higher_is_better: bool = True) -> dict[str, int]:
    """The indices of the best, the median and the worst score; of equal ones, the first."""
    order = sorted(range(len(scores)), key=lambda i: scores[i], reverse=higher_is_better)
    return {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
