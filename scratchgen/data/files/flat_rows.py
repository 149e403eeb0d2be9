"""Flat rows (N, D) of an array file that may be images or a table: what tells, and the question where nothing does.

Bytes tell: a row of at least 64 numbers, as many as a square has, is an image if all numbers are whole and in 0 … 255,
or such numbers divided by 255. Other numbers in [0, 1] may as well be the columns of a table that were scaled.
"""

from __future__ import annotations

import math

import numpy as np

from scratchgen.data.files.image_arrays import MIN_SIDE
from scratchgen.data.files.named_arrays import read_arrays, stored_arrays
from scratchgen.data.files.pixel_tables import MIN_UNNAMED
from scratchgen.data.report import LoadingReport
from scratchgen.data.stored import StoredArray, chunks
from scratchgen.errors import BadInput

ROUNDING = 0.1  # of a step: 255 times a float of 16 bits in [0, 1] is off by up to 0.062


def check_kind_is_told(path: str) -> None:
    """Raise BadInput, which asks for the kind, for an array file of flat rows that may be images or a table.

    path    of an NPY or NPZ file whose rows may be images (`pixel_tables.may_be_images`)

    The name of an array that has the word "image" in it tells the kind, too.
    """
    stored, _ = stored_arrays(path)
    if isinstance(stored, dict) and any("image" in name.lower() for name in stored):
        return
    x, *_ = (arrays["images"] for arrays in read_arrays(path, LoadingReport()).values())
    if x.ndim != 2 or are_bytes_of_squares(x):
        return
    D = x.shape[1]
    C = 1 if math.isqrt(D) ** 2 == D else 3
    side = math.isqrt(D // C)
    if C * side * side != D or (C == 3 and side >= MIN_SIDE):
        return  # the reader of images refuses it, and asks for the order of the colours
    shape, colour = (f"{side},{side}", "") if C == 1 else (f"{side},{side},3", " in colour")
    numbers = "numbers in [0, 1]" if x.dtype.kind == "f" else "whole numbers"
    raise BadInput(
        f"{path} has rows of {D:,} {numbers}, which may be images of {side} × {side}{colour} or a table: say "
        f"--image-shape {shape} or --kind table"
    )


def are_bytes_of_squares(x: np.ndarray | StoredArray) -> bool:
    """Whether rows (N, D) are grey squares of bytes, or of bytes that were divided by 255."""
    D = x.shape[1]
    if D < MIN_UNNAMED or math.isqrt(D) ** 2 != D:
        return False
    return all(_are_bytes(rows) for rows in chunks(x))


def _are_bytes(rows: np.ndarray) -> bool:
    if rows.dtype.kind != "f":
        return bool(rows.min() >= 0 and rows.max() <= 255)
    steps = rows.astype(np.float32) * 255
    return bool((np.abs(steps - np.rint(steps)) < ROUNDING).all())
