"""Checks of arguments. Every kernel calls these before a backend sees anything.

Compiled backends run without bounds checks, so what passes here must be safe: a true float array of the
stated rank, shape and dtype, contiguous in C order and aligned.
"""

import operator
import reprlib

import numpy as np

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
LARGEST = 2**63 - 1
WORDS = 2**64


def alike(*arrays):
    """Whether these are plain arrays of one dtype, float32 or float64, as in every step of a training.

    Then no argument needs a look of its own at type and dtype, which costs as much as a small product.
    """
    dtype = getattr(arrays[0], "dtype", None)
    for array in arrays:
        if type(array) is not np.ndarray or array.dtype is not dtype:
            return False
    return dtype in FLOATS


def float_array(kernel, name, value, rank=None, any_layout=False):
    """`value` as a contiguous C-ordered float array; copied only if it is not one already.

    rank: the number of dimensions required, or None for any.
    any_layout: leave the layout as it is; the backend takes any, or puts it in C order itself.
    Raises: TypeError unless a plain array of native float32 or float64; ValueError for another rank.
    """
    if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{kernel}: {name} must be a NumPy array of float32 or float64, got {describe(value)}"
        )
    if value.dtype not in FLOATS:
        raise TypeError(f"{kernel}: {name} must have dtype float32 or float64, got {describe(value)}")
    if rank is not None and value.ndim != rank:
        raise ValueError(f"{kernel}: {name} must have {rank} dimensions, got {describe(value)}")
    return np.asarray(value) if any_layout else in_c_order(value)


def in_c_order(array):
    """`array` itself where compiled code can walk it as it lies, else a copy in C order."""
    flags = array.flags
    if type(array) is np.ndarray and flags.c_contiguous and flags.aligned:
        return array
    return np.require(np.asarray(array), requirements=("C", "ALIGNED"))


def same_dtype(kernel, **arrays):
    """Raise TypeError unless all the arrays, given by name, share one dtype."""
    if len({array.dtype for array in arrays.values()}) > 1:
        found = ", ".join(f"{name} is {array.dtype}" for name, array in arrays.items())
        raise TypeError(f"{kernel}: all arguments must have the same dtype, but {found}")


def has_shape(kernel, name, array, shape, meaning):
    """Raise ValueError unless `array` has `shape`; `meaning` names its axes, as in "(B, H)"."""
    if array.shape != shape:
        raise ValueError(f"{kernel}: {name} must have shape {meaning} = {shape}, got {describe(array)}")


def result_size(kernel, shape, itemsize):
    """The number of elements of `shape`. Raises ValueError if as many bytes cannot be counted in int64.

    Empty dimensions count as one, as in NumPy's own rule: (2**40, 0, 2**40) is refused too.
    """
    size, bytes_ = 1, itemsize
    for length in shape:
        size *= length
        bytes_ *= max(length, 1)
    if bytes_ > LARGEST:
        raise ValueError(f"{kernel}: the result's shape {tuple(shape)} is too large for any array")
    return size


def integer(kernel, name, value, below=WORDS):
    """`value` as a Python int in [0, below). Raises: TypeError for a non-integer, ValueError out of range."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.ndarray)):
        raise TypeError(f"{kernel}: {name} must be an integer, got {describe(value)}")
    if not 0 <= number < below:
        raise ValueError(f"{kernel}: {name} must lie in [0, 2**{below.bit_length() - 1}), got {number}")
    return number


def positions(kernel, counter, n):
    """Raise ValueError if positions counter .. counter + n − 1 run past the end of the stream, 2**64."""
    if counter + n > WORDS:
        raise ValueError(f"{kernel}: counter + n must not exceed 2**64, got {counter} + {n}")


def describe(value):
    """What came, in a few words: for error messages."""
    if isinstance(value, np.ndarray):
        kind = "masked array" if isinstance(value, np.ma.MaskedArray) else "array"
        return f"{kind} of dtype {value.dtype} and shape {value.shape}"
    return f"{type(value).__name__} {reprlib.repr(value)}"
