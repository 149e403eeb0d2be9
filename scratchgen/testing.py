"""Checks that print the compared numbers, for pages, notebooks and scripts. NumPy alone is needed.

from scratchgen.testing import check

check("half of 3", 3 / 2, 1.5, 0)
# half of 3
# ✓ 1.5                  1.5 ± 0
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np

__all__ = ["check"]

COLUMN = 16  # characters of the first column; a line then has at most 40, the width of a phone
DIGITS = 6  # significant, of a value; its difference from the expected value may be smaller than they show


def check(label: str, value: Any, expected: Any, tolerance: float) -> None:
    """Print a value next to the expected one, and raise AssertionError unless |value − expected| ≤ tolerance.

    label        what the value is; a check of a displayed formula begins with its number: "(2.3.1) …"
    value        a number, an array, or a tensor (anything with `numpy()`)
    expected     of the same shape; one number for an array of any shape
    tolerance    the largest difference that is accepted, of every element: a finite number ≥ 0

    Two lines are printed: the label, and "✓ value   expected ± tolerance", or ✗ before the error is raised. Of an
    array the largest difference is printed, which is expected to be 0. NaN and infinity are never as expected.

    Raises AssertionError for a value that is off or of another shape; ValueError for a tolerance that could accept
    everything, or nothing; TypeError for a value or an expected value that is no number.
    """
    if isinstance(tolerance, bool) or not (isinstance(tolerance, Real) and 0 <= tolerance < math.inf):
        raise ValueError(f"{label}: a tolerance is a finite number ≥ 0, not {tolerance!r}")
    x, wanted = _numbers(label, value), _numbers(label, expected)
    if wanted.ndim and x.shape != wanted.shape:
        raise AssertionError(f"{label}: the value has the shape {x.shape}, expected {wanted.shape}")
    if not x.size:
        raise AssertionError(f"{label}: the value is empty, so there is nothing to compare")
    with np.errstate(invalid="ignore"):  # ∞ − ∞ is NaN, which is not within the tolerance
        off = np.max(np.abs(x - wanted))
    good = bool(off <= tolerance)
    shown, centre = (x.item(), wanted.item()) if x.size == 1 else (off, 0)
    left = f"off by {shown:.2g}" if x.size > 1 else f"{shown:.{DIGITS}g}"
    print(f"{label}\n{'✓' if good else '✗'} {left:<{COLUMN}}{centre:.{DIGITS}g} ± {tolerance:.2g}")
    if not good:
        raise AssertionError(
            f"{label}: {left}, expected {centre:.{DIGITS}g} ± {tolerance:.2g} (the difference is {off:.3g})"
        )


def _numbers(label: str, value: Any) -> np.ndarray:
    """The value as an array of floating-point or complex numbers. Raises TypeError for anything else."""
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{label}: {value!r} is no number and no array of numbers")
    return array.astype(complex if array.dtype.kind == "c" else np.float64)
