"""Reader of a user's own images in a NumPy file, .npy or .npz."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.data.checks import check_unit_interval
from scratchgen.data.preprocessing.splits import split
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

ARRAY_NAMES = ("images", "x", "x_train")  # tried in this order if an .npz file contains several arrays
MIN_IMAGES = 10  # with fewer, a part of 10 % would be empty


def read_images(path: str) -> RowData:
    """The images of an .npy or .npz file, shuffled by a fixed permutation and split 80/10/10.

    The array is (N, D) or (N, H, W): floats in [0, 1], or uint8, which is divided by 255. Rows (N, D) are shown
    as squares if D is a square number, otherwise as lines. Nothing is unpickled.   Raises BadInput for any
    other content.
    """
    x = _as_floats(_read_array(path), path)
    check_unit_interval(x, path)
    if len(x) < MIN_IMAGES:
        raise BadInput(f"{path} contains {len(x)} images; at least {MIN_IMAGES} are needed for a split")
    rows = x.reshape(len(x), -1).astype(np.float32)
    places = split(len(x))
    return RowData(path, image_shape(x.shape), *(rows[part] for part in places), places=places)


def _read_array(path: str) -> np.ndarray:
    try:
        with open(path, "rb") as file:  # with a path, np.load would leave a damaged archive open
            stored = np.load(file, allow_pickle=False)
            x = stored if isinstance(stored, np.ndarray) else _choose(stored, path)
    except BadInput:
        raise
    except Exception as error:  # for a damaged file, NumPy, zipfile and zlib raise many kinds of errors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path} is not a NumPy file of numbers ({reason}); save it with np.save") from None
    if not isinstance(x, np.ndarray):  # a zip archive of other files
        raise BadInput(f"{path} is an archive without arrays; save the images with np.save")
    return x


def _choose(stored: np.lib.npyio.NpzFile, path: str) -> np.ndarray:
    with stored:
        if len(stored.files) == 1:
            return stored[stored.files[0]]
        for name in ARRAY_NAMES:
            if name in stored.files:
                return stored[name]
        found = ", ".join(stored.files) or "nothing"
    raise BadInput(f"{path} contains {found}; name the array of images one of {', '.join(ARRAY_NAMES)}")


def _as_floats(x: np.ndarray, path: str) -> np.ndarray:
    if x.dtype != np.uint8:
        return x
    if x.size and x.max() <= 1:
        raise BadInput(
            f"{path}: no uint8 value exceeds 1, so dividing by 255 gives black images; save float32 instead"
        )
    return x / np.float32(255)


def image_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """(height, width) of the images in an array of shape (N, D) or (N, height, width)."""
    if len(shape) == 3:
        return shape[1], shape[2]
    D = shape[1]
    side = math.isqrt(D)
    return (side, side) if side * side == D else (1, D)
