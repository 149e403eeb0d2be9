"""A score: what was measured, in words and as a number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scratchgen.evaluation import Mean

Show = Callable[[Sequence, str], Iterable]  # the pieces of long work and what is done → the same, shown


@dataclass(frozen=True)
class Score:
    """A number that says how good a model is, beside a number to compare it with.

    ours, baseline     in words
    expected           what is promised of it, and whether that is `reached`; "" where nothing is
    value              the number itself, with its standard error over examples where it has one
    baseline_value     what it is compared with, where that is a number
    """

    measure: str
    ours: str
    baseline: str = ""
    expected: str = ""
    reached: bool = True
    value: float | None = None
    standard_error: float | None = None
    baseline_value: float | None = None


def mean_score(
    measure: str, mean: Mean, beside: float | None = None, what: str = "", digits: int = 2
) -> Score:
    """A mean with its standard error, beside a number and what that is."""
    value, error = float(mean.mean), float(mean.standard_error)
    known = math.isfinite(error)  # not of one example
    return Score(
        measure,
        f"{value:.{digits}f}" + (f" ± {error:.{digits}f}" if known else ""),
        "" if beside is None else f"{beside:.{digits}f} ({what})",
        value=value,
        standard_error=error if known else None,
        baseline_value=beside,
    )


def unseen(pieces: Sequence, what: str) -> Iterable:
    """A `Show` that shows nothing."""
    return pieces
