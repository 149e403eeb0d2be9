"""Arrays that stay in a file: rows are read where they are needed, so that memory does not grow with the data."""

from __future__ import annotations

import math
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from scratchgen.errors import BadInput

IN_MEMORY = 2**25  # bytes: smaller data are read whole
AT_ONCE = 2**22  # bytes of a chunk

Convert = Callable[[np.ndarray], np.ndarray]  # rows as they are stored ↦ the same rows as float32


class Stored:
    """The base class of `StoredArray` and `StoredRows`: (N, ...) numbers with a length and rows, never all in memory.

    `x[indices]` reads some rows, `x.chunks()` all of them. `np.asarray(x)` reads everything into memory.
    """

    shape: tuple[int, ...]
    dtype: np.dtype

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of numbers."""
        return math.prod(self.shape)

    def __getitem__(self, rows: Any) -> np.ndarray:
        """One row for an integer; rows (n, ...) for a slice, an array of integers, or N truth values."""
        numbers = row_numbers(rows, len(self))
        return self._read(numbers.ravel()).reshape((*numbers.shape, *self.shape[1:]))

    def _read(self, rows: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def chunks(self, rows: int | None = None) -> Iterator[np.ndarray]:
        """All rows in their order, a few megabytes at a time, or this many rows."""
        row_bytes = max(1, math.prod(self.shape[1:]) * self.dtype.itemsize)
        step = rows or max(1, AT_ONCE // row_bytes)
        return (self[start : start + step] for start in range(0, len(self), step))

    def min(self, axis: Literal[0] | None = None) -> Any:
        """The smallest number, or the smallest of each column; NaN where there is one."""
        return np.min([x.min(axis=axis) for x in self.chunks()], axis=axis)

    def max(self, axis: Literal[0] | None = None) -> Any:
        """The largest number, or the largest of each column; NaN where there is one."""
        return np.max([x.max(axis=axis) for x in self.chunks()], axis=axis)

    def sum(self, axis: Literal[0] = 0, dtype: Any = None) -> np.ndarray:
        """The sum of the rows, to the bit that of NumPy: it adds one row after another."""
        total = np.zeros((0, *self.shape[1:]), dtype or self.dtype)
        for x in self.chunks():
            rows = np.concatenate([total, x], dtype=total.dtype, casting="same_kind")
            total = rows.sum(axis=axis, keepdims=True, dtype=total.dtype)
        return total[0]

    def mean(self, axis: Literal[0] = 0, dtype: Any = None) -> np.ndarray:
        """The mean row, to the bit that of NumPy.   → (...) of the dtype"""
        total = self.sum(axis, dtype)
        return np.true_divide(total, np.intp(len(self)), out=total, casting="unsafe")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        x, done = np.empty(self.shape, self.dtype if dtype is None else dtype), 0
        for rows in self.chunks():
            x[done : done + len(rows)] = rows
            done += len(rows)
        return x

    def __eq__(self, other: object) -> bool:
        raise TypeError("stored numbers are compared by their rows: x[:] == …")

    __hash__ = None  # type: ignore[assignment]


class StoredArray(Stored):
    """An array (N, ...) whose numbers are in a file from a place on, row by row.

    file      an open file with `seek` and `readinto`; it is closed with the last user of the array
    offset    the place of the first row, in bytes
    name      of the file, for messages
    """

    def __init__(self, file: Any, offset: int, shape: tuple[int, ...], dtype: Any, name: str):
        self.file, self.offset, self.name = file, offset, name
        self.shape, self.dtype = shape, np.dtype(dtype)
        weakref.finalize(self, file.close)

    def __getitem__(self, rows: Any) -> np.ndarray:
        if isinstance(rows, slice):
            start, stop, step = rows.indices(len(self))
            if step == 1:
                x = self._empty(max(stop - start, 0))
                self._read_into(x, start)
                return x
        return super().__getitem__(rows)

    def _read(self, rows: np.ndarray) -> np.ndarray:
        """Rows by their numbers; neighbours are read at once."""
        x = self._empty(len(rows))
        starts = np.flatnonzero(np.diff(rows, prepend=rows[:1] - 2) != 1)
        for start, end in pairwise([*starts.tolist(), len(rows)]):
            self._read_into(x[start:end], int(rows[start]))
        return x

    def _empty(self, n: int) -> np.ndarray:
        return np.empty((n, *self.shape[1:]), self.dtype)

    def _read_into(self, x: np.ndarray, first: int) -> None:
        """Read the rows of x, the one numbered `first` and its neighbours. Raises BadInput where the file has ended."""
        if not x.size:
            return
        self.file.seek(self.offset + first * (x.nbytes // len(x)))
        if self.file.readinto(x.reshape(-1).view(np.uint8).data) != x.nbytes:
            raise BadInput(f"{self.name} has become shorter since it was opened; restore it, and begin again")


class StoredRows(Stored):
    """Examples (N, D) float32 that are stored in another form and order: some rows of a `StoredArray`, converted.

    `batches`, `vae.train` and the scores take them like an array; each row is converted whenever it is read.

    places     (N,) the row of the stored array that each example is
    convert    rows as they are stored (n, ...) → (n, …) float32, D numbers each
    """

    dtype = np.dtype(np.float32)

    def __init__(self, stored: StoredArray, places: np.ndarray, D: int, convert: Convert):
        self.stored, self.places, self.convert = stored, places, convert
        self.shape = (len(places), D)

    def _read(self, rows: np.ndarray) -> np.ndarray:
        return self.convert(self.stored[self.places[rows]]).reshape(len(rows), self.shape[1])


def rows_of_parts(
    stored: np.ndarray | StoredArray, places: Sequence[np.ndarray], D: int, convert: Convert
) -> list[Any]:
    """The examples at some places for each part, (N, D) float32: `StoredRows` of a stored array, else arrays."""
    if isinstance(stored, StoredArray):
        return [StoredRows(stored, part, D, convert) for part in places]
    rows = convert(stored).reshape(len(stored), D)
    return [rows[part] for part in places]


def range_of(parts: Sequence[np.ndarray | Stored]) -> tuple[float, float]:
    """The smallest and the largest number of some arrays."""
    return min(float(x.min()) for x in parts), max(float(x.max()) for x in parts)


class ArrayWriter:
    """Rows of one shape and type, one after another, that become a `StoredArray`.

    They are in memory while they are few; then they are in a file in the system's folder for temporary files
    (`TMPDIR` names another), which is deleted with the array or with the process.
    """

    def __init__(self, shape: tuple[int, ...], dtype: Any):
        self.shape, self.dtype, self.n = shape, np.dtype(dtype), 0
        self.file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, buffering=0)  # noqa: SIM115  # `stored` closes it

    def append(self, rows: np.ndarray) -> None:
        """Write rows (n, *shape). Raises BadInput where there is no room for them."""
        content = np.ascontiguousarray(rows, self.dtype)
        try:
            written = self.file.write(content.reshape(-1).view(np.uint8).data)
        except OSError as error:
            raise _no_room(error.strerror) from None
        if written != content.nbytes:
            raise _no_room("it is full")
        self.n += len(rows)

    def rewritten(
        self, shape: tuple[int, ...], dtype: Any, convert: Convert = lambda rows: rows
    ) -> ArrayWriter:
        """A writer that holds the rows so far, converted to another shape and type."""
        writer = ArrayWriter(shape, dtype)
        for rows in self.stored().chunks():
            writer.append(convert(rows))
        return writer

    def stored(self) -> StoredArray:
        """All rows. Nothing can be appended any more."""
        return StoredArray(self.file, 0, (self.n, *self.shape), self.dtype, "a temporary file")


def _no_room(why: str | None) -> BadInput:
    return BadInput(
        f"{tempfile.gettempdir()} cannot hold the data while they are used ({why}); free some space, or name another "
        "folder in the environment variable TMPDIR"
    )


def open_array(path: str) -> StoredArray | None:
    """The array of numbers in a large .npy file, whose rows are then read from it; None for any other file.

    A file is large if its numbers take more than 32 MB as float32. One in the order of Fortran has no rows that could
    be read by themselves: None.
    """
    file = open(path, "rb", buffering=0)  # noqa: SIM115  # the array closes it
    try:
        version = np.lib.format.read_magic(file)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, is_fortran, dtype = read_header(file)
        offset = file.tell()
        length = file.seek(0, 2) - offset
    except (ValueError, KeyError, OSError):  # another file, or a damaged one: its reader explains it
        file.close()
        return None
    size = math.prod(shape)
    is_whole = length >= size * dtype.itemsize
    if not shape or 4 * size <= IN_MEMORY or is_fortran or dtype.kind not in "biuf" or not is_whole:
        file.close()
        return None
    return StoredArray(file, offset, shape, dtype, path)


def chunks(x: Any) -> Iterator[Any]:
    """All examples in their order, as arrays: an array as it is, stored ones a few megabytes at a time."""
    return x.chunks() if isinstance(x, Stored) else iter((x,))


def row_numbers(rows: Any, n: int) -> np.ndarray:
    """The numbers 0 … n−1 of the rows that an index means: an integer, integers, a slice, or n truth values.

    Raises IndexError for anything else, and for numbers of no row.
    """
    if isinstance(rows, slice):
        return np.arange(n)[rows]
    rows = np.asarray(rows)
    if rows.dtype.kind == "b" and rows.shape == (n,):
        return np.flatnonzero(rows)
    if rows.size and rows.dtype.kind not in "iu":
        raise IndexError(f"rows are indexed by integers or a slice, not by {rows.dtype}")
    rows = rows.astype(np.int64)
    if rows.size and not -n <= rows.min() <= rows.max() < n:
        raise IndexError(f"rows are numbered 0 … {n - 1}, not {rows.min()} … {rows.max()}")
    return rows % max(n, 1)
