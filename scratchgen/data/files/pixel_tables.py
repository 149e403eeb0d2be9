"""Images in a table: one image per line, its pixels as whole numbers 0 … 255, and perhaps its class."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.data.column_kinds import declares_kinds
from scratchgen.data.stored import StoredArray

MIN_PIXELS, MIN_UNNAMED = (
    16,
    64,
)  # of an image, and of one without a header: fewer numbers are of something else
LABEL_NAMES = ("label", "labels", "class", "target", "digit", "y")  # of a column, in any case


def label_column(header: list[str] | None, x: np.ndarray) -> int | None:
    """The column of the class: as the header names it, else the first, or the last if all others make an image.

    None if all columns are pixels.
    """
    names = [name.lower() for name in header or ()]
    for name in LABEL_NAMES:
        if name in names:
            return names.index(name)
    if _makes_an_image(x.shape[1], MIN_UNNAMED):
        return None
    is_constant = not np.ptp(x[:, 0])  # a corner of all images, where the classes come last
    return x.shape[1] - 1 if is_constant else 0


def looks_like_pixels(header: list[str] | None, x: np.ndarray) -> bool:
    """Whether a table holds whole numbers 0 … 255, as many per line as a grey or a coloured square has, and a class."""
    if not np.isfinite(x).all() or not (x == np.rint(x)).all() or x.min(initial=0) < 0:
        return False
    if declares_kinds(header):
        return False
    column = label_column(header, x)
    pixels = x if column is None else np.delete(x, column, axis=1)
    numbered = all(
        any(c.isdigit() for c in name) for k, name in enumerate(header or ()) if k != column
    )  # pixel0, 1x1
    least = MIN_UNNAMED if column is None or header is None else MIN_PIXELS
    return numbered and _makes_an_image(pixels.shape[1], least) and pixels.max(initial=0) <= 255


def _makes_an_image(n: int, least: int) -> bool:
    """Whether n numbers are the pixels of a grey square, or of a larger square in colour."""
    is_coloured = n % 3 == 0 and math.isqrt(n // 3) ** 2 == n // 3 and n >= 3 * MIN_UNNAMED
    return n >= least and (math.isqrt(n) ** 2 == n or is_coloured)


def pixels_and_labels(header: list[str] | None, x: np.ndarray) -> dict[str, np.ndarray]:
    """{"images": (N, D) int64, "labels": (N,) int64}, without labels if there are none."""
    column = label_column(header, x)
    if column is None:
        return {"images": x.astype(np.int64)}
    return {
        "images": np.delete(x, column, axis=1).astype(np.int64),
        "labels": x[:, column].astype(np.int64),
    }


def may_be_images(x: np.ndarray | StoredArray) -> bool:
    """Whether rows (N, D) may be pixels: floats in [0, 1] or whole numbers 0 … 65535, D a square > 1 or three of them.

    Where they may, `flat_rows` says whether they are.
    """
    D = x.shape[1]
    square = any(math.isqrt(D // C) ** 2 * C == D for C in (1, 3)) and D > 3
    low, high = float(x.min()), float(x.max())  # NaN if any number is
    return square and low >= 0 and high <= (1 if x.dtype.kind == "f" else 2**16 - 1)
