"""Images that are larger than the memory: they stay on disk, and a batch is read when it is wanted."""

from __future__ import annotations

import math
import os

import numpy as np

from scratchgen.data.checks import check_unit_interval
from scratchgen.data.files.image_arrays import SHORTEST, image_shape
from scratchgen.data.preprocessing.splits import split
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

ROWS_AT_ONCE = 1024  # for sums over everything
BLOCK = 256  # rows that stay together on disk and in one part, where there are enough for a thousand blocks


class MappedRows:
    """Images on disk, (N, D) float32 in [0, 1]: `rows[indices]` reads those, and no others.

    The file is mapped anew for every read, so that pages which were read do not count as the process's own.
    What is read is checked as a whole file would be: BadInput for NaN or values outside [0, 1].

    starts    the first row in the file of each block
    block     rows in a block; only the last may be shorter
    """

    dtype = np.dtype(np.float32)
    ndim = 2

    def __init__(self, path: str, starts: np.ndarray, block: int, length: int):
        self.path, self.block, self._starts = path, block, starts
        self.shape = (length, math.prod(_open(path).shape[1:]))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows) -> np.ndarray:
        """One row (D,) for an integer, rows (n, D) for a slice or an array of integers."""
        if isinstance(rows, slice):
            rows = np.arange(len(self))[rows]
        rows = np.asarray(rows)
        if rows.size and rows.dtype.kind not in "iu":
            raise IndexError(f"rows are chosen by integers or a slice, not by {rows.dtype}")
        rows = rows.astype(np.int64)
        if rows.size and not -len(self) <= rows.min() <= rows.max() < len(self):
            raise IndexError(f"rows are numbered 0 … {len(self) - 1}, not {rows.min()} … {rows.max()}")
        rows = rows % len(self)
        return self._read(self._starts[rows // self.block] + rows % self.block)

    def _read(self, places: np.ndarray) -> np.ndarray:
        stored = _open(self.path)
        x = np.asarray(stored[places.ravel()], np.float32).reshape(places.size, self.shape[1])
        if stored.dtype == np.uint8:
            x /= 255
        if len(x):
            check_unit_interval(x, self.path)
        return x.reshape(*places.shape, self.shape[1])

    def __array__(self, *arguments, **options):
        raise BadInput(f"{self.path} may not fit into memory; take rows of it, or batches")

    def mean(self, axis: int = 0) -> np.ndarray:
        """The mean image, (D,) float32; reads everything once, a thousand rows at a time."""
        if axis != 0:
            raise BadInput(f"only the mean over images is kept (axis=0), not axis={axis}")
        total = np.zeros(self.shape[1])
        for start in range(0, len(self), ROWS_AT_ONCE):
            total += self[start : start + ROWS_AT_ONCE].sum(axis=0, dtype=np.float64)
        return (total / len(self)).astype(np.float32)


def map_images(path: str | os.PathLike) -> RowData:
    """The images of an .npy file, split 80/10/10 at random but left on disk: the parts are MappedRows.

    `batches` takes them as it takes arrays. What is kept in memory does not grow with the file: rows are
    split and shuffled by blocks of 256 neighbours, where there are more than a thousand of these.
    Raises BadInput for what is no .npy file of (N, D) or (N, height, width) uint8 or floats. Values are
    checked when they are read.
    """
    path = os.fspath(path)
    stored = _open(path)
    if stored.ndim not in (2, 3) or not stored.size:
        raise BadInput(f"{path} has the shape {stored.shape}; save (N, D) or (N, height, width)")
    if stored.dtype != np.uint8 and not np.issubdtype(stored.dtype, np.floating):
        raise BadInput(f"{path} holds {stored.dtype} values; save uint8, or float32 in [0, 1]")
    if len(stored) < SHORTEST:
        raise BadInput(f"{path} holds {len(stored)} images; to split them at least {SHORTEST} are needed")
    return RowData(path, image_shape(stored.shape), *_parts(path, len(stored)))


def _parts(path: str, N: int) -> list[MappedRows]:
    block = max(1, min(BLOCK, N // 1000))
    train, validation, test = split(N // block)
    parts = [(np.sort(blocks) * block, len(blocks) * block) for blocks in (train, validation, test)]
    if left := N % block:  # the end of the file, too short for a block, is trained on
        starts, length = parts[0]
        parts[0] = np.append(starts, N - left), length + left
    return [MappedRows(path, starts, block, length) for starts, length in parts]


def _open(path: str) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # a damaged header raises whatever NumPy meets in it
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path} is not an .npy file of numbers ({reason}); save it with np.save") from None
