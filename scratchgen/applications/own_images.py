"""The images of an application: those of a known data set, or of a person's own folder or file."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from scratchgen.data import CATALOGUE, RowData, load_images
from scratchgen.data.preprocessing.dequantise import quantise
from scratchgen.errors import BadInput, height_width_channels
from scratchgen.evaluation.examples import pieces
from scratchgen.tasks.rows import demand_variance

LEAST = 20  # images in each of the three parts: the scores compare this many
LARGEST_SIDE = 64  # pixels; the networks are trained in minutes up to here
FOLDER_SIDE = 32  # that the pictures of a folder are scaled to
ON = f"a folder of pictures, which are scaled to {FOLDER_SIDE} pixels, or an array of images in a file"


def images_of(name: str) -> tuple[RowData, dict[str, Any]]:
    """The images of a data set or a path, and the options that a task loads them with.

    The pictures of a folder are scaled so that their shorter side has 32 pixels, and the middle is cut out.
    Raises BadInput as `load_images` does, and for images that are equal, too large or too few, or with pixels outside
    [0, 1]: before any training.
    """
    options = {"size": FOLDER_SIDE} if name not in CATALOGUE and os.path.isdir(name) else {}
    rows = load_images(name, **options)
    H, W, _ = height_width_channels(rows.image_shape)
    if max(H, W) > LARGEST_SIDE:
        raise BadInput(
            f"{name} holds images of {H} × {W} pixels, and this application takes at most {LARGEST_SIDE} a side; "
            "scale them, or give a folder of pictures, which are scaled"
        )
    sizes = {part: len(getattr(rows, part)) for part in ("train", "validation", "test")}
    part = min(sizes, key=lambda part: sizes[part])
    if sizes[part] < LEAST:
        raise BadInput(
            f"{name} has {sizes[part]} images in its {part} part, and the scores need at least {LEAST}; "
            "give more images"
        )
    low, high = rows.train.min(), rows.train.max()
    if not (low >= 0 and high <= 1):
        raise BadInput(f"{name} holds pixels from {low:g} to {high:g}; scale them to [0, 1]")
    demand_variance(rows)
    return rows, options


def levels_of(rows: RowData) -> int:
    """The number of levels V of pixels k/(V − 1): 256 of 8 bits, or fewer.

    Raises BadInput for pixels of more levels, such as the means of several pixels: they have no probability.
    """
    for V in (2, 17, 256):  # black and white, the embedded digits, 8 bits
        if all(np.all(np.abs(x * (V - 1) - np.rint(x * (V - 1))) < 1e-3) for x in pieces(rows.train)):
            return V
    raise BadInput(
        f"{rows.name} holds pixels that are no whole numbers of 8 bits; save the images as pictures, or round them "
        "to k/255"
    )


def at_levels(x: np.ndarray, levels: int) -> np.ndarray:
    """Dequantised values (N, D) as the pixels k/(V − 1) that they are within: → (N, D) float32 in [0, 1]."""
    return (quantise(x, levels) / (levels - 1)).astype(np.float32)


def slug(rows: RowData) -> str:
    """A name for files: that of the data set, or "own"."""
    return rows.name if rows.name in CATALOGUE else "own"
