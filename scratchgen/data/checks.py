"""The checks that arrays are usable images, and usable examples."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.data.stored import Stored, chunks
from scratchgen.errors import BadInput, described


def check_unit_interval(x: np.ndarray, what: str = "images") -> None:
    """Raise BadInput unless x is a non-empty (N, D) or (N, H, W) array of floats in [0, 1].

    what    name of the array for the message, which gives the value found and its place
    """
    _check_layout(x, what)
    check_values(x, what)


def check_values(x: np.ndarray | Stored, what: str) -> None:
    """Raise BadInput unless all values of x, floats of any shape (N, ...), are in [0, 1]: the value and its place."""
    low, high = x.min(), x.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        _report_first_bad_row(x, what)
    if low < 0:
        raise BadInput(f"{what}: the smallest value is {low:.9g}, which is below 0; rescale to 0 … 1")
    if high > 1:
        scale = 255 if 128 <= high <= 255 else high  # bytes almost always use the upper half of their range
        raise BadInput(f"{what}: the largest value is {high:.9g}, which is above 1; divide by {scale:.9g}")


def check_examples(x: Any, what: str) -> None:
    """Raise BadInput unless x has examples as rows: an array, or anything with a length and rows (`Rows`).

    what    name of the examples for the message
    """
    if hasattr(x, "train") and hasattr(x, "test"):
        raise BadInput(
            f"{what}: a {type(x).__name__} has three parts; give one of them, data.train for instance"
        )
    if isinstance(x, list | tuple | dict | set | str) or not hasattr(x, "__len__"):
        raise BadInput(
            f"{what}: {described(x)} has no rows that can be chosen by an array of indices; make it an array, "
            "np.array(…, np.float32)"
        )


def _check_layout(x: np.ndarray, what: str) -> None:
    if not np.issubdtype(x.dtype, np.floating):
        raise BadInput(f"{what} have {x.dtype} values; convert them to float32 in [0, 1]")
    if x.ndim not in (2, 3):
        raise BadInput(f"{what} have the shape {x.shape}; reshape to (N, D) or (N, height, width)")
    if x.size == 0:
        raise BadInput(f"{what} are empty, shape {x.shape}; give at least one image of at least one pixel")


def _report_first_bad_row(x: np.ndarray | Stored, what: str) -> None:
    first = 0
    for rows in chunks(x):
        values = rows.reshape(len(rows), -1)
        finite = np.isfinite(values).all(axis=1)
        if not finite.all():
            row = int(np.argmin(finite))
            found = "NaN" if np.isnan(values[row]).any() else "infinity"
            raise BadInput(f"{what} contain {found} at row {first + row}; remove or repair that image")
        first += len(rows)
