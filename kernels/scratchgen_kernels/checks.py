"""Checks of arguments. Every kernel calls these before any backend sees its arguments.

Compiled backends run without bounds checks, so an argument that passes here must be safe: a plain float array of the
stated rank, shape and dtype, contiguous in C order and aligned.
"""

import operator
import reprlib
from collections.abc import Sequence

import numpy as np

FLOAT_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
MAX_BYTES = 2**63 - 1
STREAM_LENGTH = 2**64


def alike(*arrays: object) -> bool:
    """Whether these are plain arrays of one dtype, float32 or float64, as in every training step.

    Then the separate checks of type and dtype per argument, which take as long as a small product, can be skipped.
    """
    dtype = getattr(arrays[0], "dtype", None)
    for array in arrays:
        if type(array) is not np.ndarray or array.dtype is not dtype:
            return False
    return dtype in FLOAT_DTYPES


def float_array(
    kernel: str, name: str, value: object, rank: int | None = None, any_layout: bool = False
) -> np.ndarray:
    """`value` as a float array in C order; it is copied only if its layout is different.

    rank: the required number of dimensions, or None for any.
    any_layout: keep the layout; the backend reads any layout, or copies to C order itself.
    Raises: TypeError unless a plain array of native float32 or float64; ValueError for another rank.
    """
    if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{kernel}: {name} must be a NumPy array of float32 or float64, got {describe(value)}"
        )
    if value.dtype not in FLOAT_DTYPES:
        raise TypeError(f"{kernel}: {name} must have dtype float32 or float64, got {describe(value)}")
    if rank is not None and value.ndim != rank:
        raise ValueError(f"{kernel}: {name} must have {rank} dimensions, got {describe(value)}")
    return np.asarray(value) if any_layout else in_c_order(value)


def in_c_order(array: np.ndarray) -> np.ndarray:
    """`array` itself if it is aligned and in C order, else a copy that is."""
    flags = array.flags
    if type(array) is np.ndarray and flags.c_contiguous and flags.aligned:
        return array
    return np.require(np.asarray(array), requirements=("C", "ALIGNED"))


def same_dtype(kernel: str, **arrays: np.ndarray) -> None:
    """Raise TypeError unless all the arrays, passed by name, share one dtype."""
    if len({array.dtype for array in arrays.values()}) > 1:
        found = ", ".join(f"{name} is {array.dtype}" for name, array in arrays.items())
        raise TypeError(f"{kernel}: all arguments must have the same dtype, but {found}")


def has_shape(kernel: str, name: str, array: np.ndarray, shape: tuple[int, ...], meaning: str) -> None:
    """Raise ValueError unless `array` has `shape`; `meaning` names its axes, as in "(B, H)"."""
    if array.shape != shape:
        raise ValueError(f"{kernel}: {name} must have shape {meaning} = {shape}, got {describe(array)}")


def result_size(kernel: str, shape: Sequence[int], itemsize: int) -> int:
    """The number of elements of `shape`. Raises ValueError if int64 cannot hold its size in bytes.

    Empty dimensions count as one, as in NumPy's own rule: (2**40, 0, 2**40) is refused too.
    """
    size, bytes_ = 1, itemsize
    for length in shape:
        size *= length
        bytes_ *= max(length, 1)
    if bytes_ > MAX_BYTES:
        raise ValueError(f"{kernel}: the result's shape {tuple(shape)} is too large for any array")
    return size


def integer(kernel: str, name: str, value: object, below: int = STREAM_LENGTH) -> int:
    """`value` as a Python int in [0, below). Raises: TypeError for a non-integer, ValueError out of range."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # a value of any type is tested here
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.ndarray)):
        raise TypeError(f"{kernel}: {name} must be an integer, got {describe(value)}")
    if not 0 <= number < below:
        raise ValueError(f"{kernel}: {name} must lie in [0, 2**{below.bit_length() - 1}), got {number}")
    return number


def positions(kernel: str, counter: int, n: int) -> None:
    """Raise ValueError if positions counter .. counter + n − 1 run past the end of the stream, 2**64."""
    if counter + n > STREAM_LENGTH:
        raise ValueError(f"{kernel}: counter + n must not exceed 2**64, got {counter} + {n}")


def describe(value: object) -> str:
    """The type, dtype and shape of a value in a few words, for error messages."""
    if isinstance(value, np.ndarray):
        kind = "masked array" if isinstance(value, np.ma.MaskedArray) else "array"
        return f"{kind} of dtype {value.dtype} and shape {value.shape}"
    return f"{type(value).__name__} {reprlib.repr(value)}"
