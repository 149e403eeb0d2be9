"""Images that do not fit into memory: they stay on disk, and each batch is read when it is needed."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from scratchgen.data.checks import check_unit_interval
from scratchgen.data.files.image_arrays import MIN_IMAGES
from scratchgen.data.preprocessing.splits import split
from scratchgen.data.stored import row_numbers
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

ROWS_AT_ONCE = 1024  # for sums over all rows
BLOCK = 256  # neighbouring rows that stay in one part, if there are enough for a thousand blocks


class MappedRows:
    """Images on disk, (N, D) float32 in [0, 1]: `rows[indices]` reads these rows and no others.

    The file is mapped anew for every read, so that the pages of former reads do not count as memory of the
    process. Rows are checked when they are read: BadInput for NaN or values outside [0, 1].

    starts    the first row in the file of each block
    block     number of rows in a block; only the last block may be shorter
    """

    dtype = np.dtype(np.float32)
    ndim = 2

    def __init__(self, path: str, starts: np.ndarray, block: int, length: int):
        self.path, self.block, self._starts = path, block, starts
        self.shape = (length, math.prod(_open(path).shape[1:]))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        """One row (D,) for an integer, rows (n, D) for a slice or an array of integers."""
        rows = row_numbers(rows, len(self))
        return self._read(self._starts[rows // self.block] + rows % self.block)

    def _read(self, places: np.ndarray) -> np.ndarray:
        stored = _open(self.path)
        x = np.asarray(stored[places.ravel()], np.float32).reshape(places.size, self.shape[1])
        if stored.dtype == np.uint8:
            x /= 255
        if len(x):
            check_unit_interval(x, self.path)
        return x.reshape(*places.shape, self.shape[1])

    def __array__(self, *arguments: Any, **options: Any) -> np.ndarray:
        raise BadInput(f"{self.path} may not fit into memory; read single rows, or use batches")

    def mean(self, axis: int = 0) -> np.ndarray:
        """The mean image, (D,) float32; reads the file once, a thousand rows at a time."""
        if axis != 0:
            raise BadInput(f"only the mean over images (axis=0) is available, not axis={axis}")
        total = np.zeros(self.shape[1])
        for start in range(0, len(self), ROWS_AT_ONCE):
            total += self[start : start + ROWS_AT_ONCE].sum(axis=0, dtype=np.float64)
        return (total / len(self)).astype(np.float32)


def map_images(path: str | os.PathLike) -> RowData:
    """The images of an .npy file, split 80/10/10 at random but left on disk: the parts are MappedRows.

    `batches` takes them like arrays. Memory does not grow with the file: if there are more than a thousand
    blocks of 256 neighbouring rows, whole blocks are split and shuffled.
    Raises BadInput unless the file is an .npy file of (N, D), (N, height, width) or (N, height, width, 1 or 3),
    uint8 or floats. Values are
    checked when they are read.
    """
    path = os.fspath(path)
    stored = _open(path)
    if not (stored.ndim in (2, 3) or (stored.ndim == 4 and stored.shape[3] in (1, 3))) or not stored.size:
        raise BadInput(
            f"{path} has shape {stored.shape}; save (N, D), (N, height, width) or (N, height, width, channels)"
        )
    if stored.dtype != np.uint8 and not np.issubdtype(stored.dtype, np.floating):
        raise BadInput(f"{path} has {stored.dtype} values; save uint8, or float32 in [0, 1]")
    if len(stored) < MIN_IMAGES:
        raise BadInput(f"{path} contains {len(stored)} images; at least {MIN_IMAGES} are needed for a split")
    train, validation, test = _parts(path, len(stored))
    return RowData(path, _image_shape(stored.shape), train, validation, test)


def _image_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(height, width) or (height, width, channels) of the images in an array; flat rows of D are squares or lines."""
    if len(shape) > 2:
        return shape[1:]
    side = math.isqrt(shape[1])
    return (side, side) if side * side == shape[1] else (1, shape[1])


def _parts(path: str, N: int) -> list[Any]:  # MappedRows: they have what training uses of an array
    block = max(1, min(BLOCK, N // 1000))
    train, validation, test = split(N // block)
    parts = [(np.sort(blocks) * block, len(blocks) * block) for blocks in (train, validation, test)]
    if left := N % block:  # the end of the file, too short for a block, is in the training part
        starts, length = parts[0]
        parts[0] = np.append(starts, N - left), length + left
    return [MappedRows(path, starts, block, length) for starts, length in parts]


def _open(path: str) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # for a damaged header, NumPy raises many kinds of errors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path} is not an .npy file of numbers ({reason}); save it with np.save") from None
