"""Images and sequences brought to one size: cut where they are too large, filled where too small."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput


def to_shape(images: np.ndarray, height: int, width: int, fill: float = 0.0) -> np.ndarray:
    """The middle of each image: (N, H, W) → (N, height, width).

    An odd row or column too many is cut, or added, at the bottom and at the right. What has grown can be cut
    back by the same function.   Raises BadInput for other shapes.
    """
    if images.ndim != 3 or height < 1 or width < 1:
        raise BadInput(
            f"images (N, H, W) have a middle of at least 1 × 1, not {images.shape}, {height} × {width}"
        )
    return _middle(_middle(images, 1, height, fill), 2, width, fill)


def to_length(x: np.ndarray, length: int, fill: float = 0.0) -> np.ndarray:
    """The beginning of a sequence or sound, filled at its end: (T, ...) → (length, ...)."""
    if length < 1:
        raise BadInput(f"a length of {length} is none; choose at least 1")
    padding = [(0, max(0, length - len(x)))] + [(0, 0)] * (x.ndim - 1)
    return np.pad(x[:length], padding, constant_values=fill)


def _middle(x: np.ndarray, axis: int, size: int, fill: float) -> np.ndarray:
    have = x.shape[axis]
    if have >= size:
        start = (have - size) // 2
        return np.take(x, range(start, start + size), axis=axis)
    before = (size - have) // 2
    padding = [(0, 0)] * x.ndim
    padding[axis] = (before, size - have - before)
    return np.pad(x, padding, constant_values=fill)
