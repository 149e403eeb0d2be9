"""Rules of functions that give the same elements another shape: the rule gives the cotangent its old shape."""

import numpy as np

from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.primitives import COMPOSED, defvjp, primitive, to_numpy

__all__ = ["astype", "identity"]


@primitive
def identity(x):
    """y = x, recorded as a separate node."""
    return x


@primitive
def astype(x, dtype):
    """y = x in another floating-point type."""
    return x.astype(dtype)


defvjp(identity, lambda g, y, x: g)
defvjp(astype, lambda g, y, x, dtype: (np.real(g) if x.dtype.kind == "f" else g).astype(x.dtype))


def _shape_back(g, y, x, shape=None, order="C"):
    return np.reshape(g, x.shape, order=_in_memory(x, order))


def _in_memory(x, order):
    """The order of reading "A", and "K" where NumPy's result is the same, as "C" or "F"."""
    if order in "CF":
        return order
    flags = to_numpy(x).flags
    if order == "K" and not flags.forc:
        raise TypeError('order="K" of an array that is contiguous in no order has no rule; use "C" or "F"')
    return "F" if flags.fnc else "C"


defvjp(np.reshape, _shape_back)
defvjp(np.ravel, lambda g, y, x, order="C": _shape_back(g, y, x, None, order))
defvjp(np.expand_dims, lambda g, y, x, axis=None: np.reshape(g, x.shape))
defvjp(np.squeeze, lambda g, y, x, axis=None: np.reshape(g, x.shape))
defvjp(np.broadcast_to, lambda g, y, x, shape=None: sum_to_shape(g, x))
defvjp(np.swapaxes, lambda g, y, x, axis1, axis2: np.swapaxes(g, axis1, axis2))
defvjp(np.moveaxis, lambda g, y, x, source, destination: np.moveaxis(g, destination, source))
for transpose_matrix in (np.matrix_transpose, np.linalg.matrix_transpose):
    defvjp(transpose_matrix, lambda g, y, x: np.swapaxes(g, -1, -2))


def _transpose_back(g, y, x, axes=None):
    return np.transpose(g, None if axes is None else np.argsort([a % x.ndim for a in np.atleast_1d(axes)]))


def _negative(shift):
    return tuple(-s for s in shift) if np.iterable(shift) else -shift


defvjp(np.transpose, _transpose_back)
defvjp(np.roll, lambda g, y, x, shift, axis=None: np.roll(g, _negative(shift), axis))

# --- several results ----------------------------------------------------------------------------------------


def _split(ary, indices_or_sections, axis=0):
    """Equal parts, or the parts between the given places."""
    n = ary.shape[axis]
    sections = indices_or_sections
    if not np.iterable(sections):
        sections = range(n // sections, n, n // sections) if n else [0] * (sections - 1)
    before = (slice(None),) * (axis % ary.ndim)
    bounds = zip([0, *sections], [*sections, n], strict=True)
    return [ary[(*before, slice(start, stop))] for start, stop in bounds]


def _array_split(ary, indices_or_sections, axis=0):
    """Parts whose lengths differ by 1 at most, the longer ones first."""
    sections = indices_or_sections
    if not np.iterable(sections):
        shorter, longer = divmod(ary.shape[axis], sections)
        sections = np.cumsum([shorter + 1] * longer + [shorter] * (sections - longer))[:-1]
    return _split(ary, sections, axis)


def _broadcast_arrays(*args):
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(np.broadcast_to(a, shape) for a in args)


def _each(widen):
    """np.atleast_1d and the like: one array for one argument, a tuple for several."""

    def each(*arys):
        wide = tuple(widen(x if hasattr(x, "ndim") else np.asarray(x)) for x in arys)
        return wide if len(wide) != 1 else wide[0]

    return each


def _three_axes(x):
    """np.atleast_3d puts a vector into the middle, and a matrix before the last axis."""
    return np.reshape(x, {0: (1, 1, 1), 1: (1, -1, 1), 2: (*np.shape(x), 1)}.get(np.ndim(x), np.shape(x)))


COMPOSED[np.split] = _split
COMPOSED[np.array_split] = _array_split
COMPOSED[np.hsplit] = lambda ary, indices_or_sections: _split(ary, indices_or_sections, min(ary.ndim - 1, 1))
COMPOSED[np.vsplit] = lambda ary, indices_or_sections: _split(ary, indices_or_sections, 0)
COMPOSED[np.dsplit] = lambda ary, indices_or_sections: _split(ary, indices_or_sections, 2)
COMPOSED[np.broadcast_arrays] = _broadcast_arrays
COMPOSED[np.atleast_1d] = _each(lambda x: np.reshape(x, (1,)) if np.ndim(x) == 0 else x)
COMPOSED[np.atleast_2d] = _each(lambda x: np.reshape(x, (1, -1)) if np.ndim(x) < 2 else x)
COMPOSED[np.atleast_3d] = _each(_three_axes)
if hasattr(np, "unstack"):  # from NumPy 2.1 on
    COMPOSED[np.unstack] = lambda x, axis=0: tuple(np.moveaxis(x, axis, 0))
