"""Images that are larger than the memory: they stay on disk, and a batch is read when it is wanted."""

from __future__ import annotations

import os

import numpy as np

from scratchgen.data.checks import check_unit_interval
from scratchgen.data.image_files import SHORTEST, image_shape
from scratchgen.data.preprocessing.splits import split
from scratchgen.data.sets import ImageData
from scratchgen.errors import BadInput

ROWS_AT_ONCE = 1024


class MappedRows:
    """Some rows of an array on disk, (N, D) float32 in [0, 1]: `rows[indices]` reads those, and no others.

    The file is mapped anew for every read, so that pages which were read do not count as the process's own.
    What is read is checked as a whole file would be: BadInput for NaN or values outside [0, 1].
    """

    dtype = np.dtype(np.float32)
    ndim = 2

    def __init__(self, path: str, rows: np.ndarray):
        self.path, self._rows = path, rows
        self.shape = (len(rows), int(np.prod(_open(path).shape[1:])))

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows) -> np.ndarray:
        stored = _open(self.path)
        wanted = self._rows[rows]
        x = stored[wanted]  # a copy in memory where `wanted` is an array, else a view that is copied below
        x = np.array(x, np.float32).reshape(*np.shape(wanted), self.shape[1])
        if stored.dtype == np.uint8:
            x /= 255
        if len(x):
            check_unit_interval(x.reshape(-1, self.shape[1]), self.path)
        return x

    def mean(self, axis: int = 0) -> np.ndarray:
        """The mean image, (D,) float32; reads everything once, a thousand rows at a time."""
        if axis != 0:
            raise BadInput(f"only the mean over images is kept (axis=0), not axis={axis}")
        total = np.zeros(self.shape[1])
        for start in range(0, len(self), ROWS_AT_ONCE):
            total += self[start : start + ROWS_AT_ONCE].sum(axis=0, dtype=np.float64)
        return (total / len(self)).astype(np.float32)


def map_images(path: str | os.PathLike) -> ImageData:
    """The images of an .npy file as `read_images` splits them, but left on disk: the parts are MappedRows.

    `batches` takes them as it takes arrays.   Raises BadInput for what is no .npy file of (N, D) or
    (N, height, width) uint8 or floats. Values are checked when they are read.
    """
    path = os.fspath(path)
    stored = _open(path)
    if stored.ndim not in (2, 3) or not stored.size:
        raise BadInput(f"{path} has the shape {stored.shape}; save (N, D) or (N, height, width)")
    if stored.dtype != np.uint8 and not np.issubdtype(stored.dtype, np.floating):
        raise BadInput(f"{path} holds {stored.dtype} values; save uint8, or float32 in [0, 1]")
    if len(stored) < SHORTEST:
        raise BadInput(f"{path} holds {len(stored)} images; to split them at least {SHORTEST} are needed")
    parts = (MappedRows(path, rows) for rows in split(len(stored)))
    return ImageData(path, image_shape(stored.shape), *parts)


def _open(path: str) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # a damaged header raises whatever NumPy meets in it
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path} is not an .npy file of numbers ({reason}); save it with np.save") from None
