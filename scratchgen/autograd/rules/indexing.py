"""Rules of indexing: the cotangent of a selected element returns to the position of that element.

Reading x[index] and adding into zeros at `index` are transposes of each other, so each is the other's rule.
"""

import numpy as np

from scratchgen.autograd.primitives import COMPOSED, defvjp, primitive, to_numpy
from scratchgen.autograd.rules.shapes import gather
from scratchgen.autograd.tensor import Tensor

__all__ = ["add_at", "frozen", "getitem"]


def frozen(index):
    """The index with its lists as arrays and without tensors: a list that changes later does not change it."""
    if isinstance(index, tuple):
        return tuple(map(frozen, index))
    if isinstance(index, list):
        return np.array(index) if index else np.array([], np.intp)  # an empty list selects nothing
    return index.data if isinstance(index, Tensor) else index


@primitive
def getitem(x, index):
    """y = x[index], for any index that NumPy understands."""
    return x[index]


@primitive
def add_at(g, index, shape):
    """y = zeros(shape) with y[index] += g; an element that is indexed several times gets the sum."""
    y = np.zeros(shape, dtype=g.dtype)
    if _is_basic_index(index):
        y[index] += g
    elif isinstance(index, np.ndarray) and index.dtype.kind in "iu" and g.size:
        _add_rows(y, index.ravel().astype(np.intp) % len(y), g.reshape(index.size, *shape[1:]))
    else:
        np.add.at(y, index, g)
    return y


def _is_basic_index(index) -> bool:
    """Whether the index has no arrays: then each element is indexed at most once."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(p is None or p is Ellipsis or isinstance(p, slice | int | np.integer) for p in parts)


def _add_rows(y, ids, rows):
    """y[ids] += rows, summed over sorted groups of equal ids: many times faster than np.add.at on rows."""
    order = np.argsort(ids, kind="stable")
    names, starts = np.unique(ids[order], return_index=True)
    y[names] = np.add.reduceat(rows[order], starts, axis=0)


def _only_reshapes(index, y, x) -> bool:
    """Whether y = x[index] is x in another shape: x[None], x[0] of one row, x[:, 0] of one column."""
    parts = index if isinstance(index, tuple) else (index,)
    in_order = (p is None or p is Ellipsis or type(p) is int or _is_full_slice(p) for p in parts)
    return y.size == x.size and all(in_order)


def _is_full_slice(part) -> bool:
    return type(part) is slice and part == slice(None)


def _put_back(g, y, x, index):
    if _only_reshapes(index, y, x):
        return np.reshape(g, x.shape)  # add_at would fill zeros first and then add to each of them
    return add_at(g, index, x.shape)


defvjp(getitem, _put_back)
defvjp(add_at, lambda g, y, x, index, shape: g[index])


def _along(x, indices, axis):
    """The index that is equivalent to np.take_along_axis."""
    axis = axis % x.ndim
    grid = np.ogrid[tuple(slice(n) for n in x.shape)]
    return tuple(indices if i == axis else grid[i] for i in range(x.ndim))


def _take(x, indices, axis=None):
    if axis is None:
        return np.ravel(x)[np.asarray(indices)]
    return gather(x, np.asarray(indices), axis)


def _take_along_axis(x, indices, axis=-1):
    if axis is None:
        x, axis = np.ravel(x), 0
    return getitem(x, _along(x, indices, axis))


def _sort(x, axis=-1):
    if axis is None:
        x, axis = np.ravel(x), 0
    return np.take_along_axis(x, np.argsort(to_numpy(x), axis=axis), axis=axis)


def _diff(x, n=1, axis=-1):
    before = (slice(None),) * (axis % x.ndim)
    for _ in range(n):
        x = x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
    return x


def _diagonal_of(x, offset=0, axis1=0, axis2=1):
    return _diagonal(np.moveaxis(x, (axis1, axis2), (-2, -1)), offset)


def _trace(x, offset=0, axis1=0, axis2=1):
    return np.sum(_diagonal_of(x, offset, axis1, axis2), axis=-1)


def _diagonal(x, k):
    """The k-th diagonal of the last two axes."""
    rows, columns = x.shape[-2:]
    i = np.arange(max(0, -k), max(0, min(rows, columns - k), -k))
    return x[..., i, i + k]


def _diag(x, k=0):
    if x.ndim == 2:
        return _diagonal(x, k)
    n = len(x) + abs(k)
    i = np.arange(len(x))
    return add_at(x, (i + max(0, -k), i + max(0, k)), (n, n))


def _below_diagonal(x, k):
    """A mask of the elements on and below the k-th diagonal of the last two axes."""
    rows, columns = x.shape[-2:]
    return np.tri(rows, columns, k, dtype=bool)


COMPOSED[np.take] = _take
COMPOSED[np.take_along_axis] = _take_along_axis
COMPOSED[np.sort] = _sort
COMPOSED[np.diff] = _diff
COMPOSED[np.diagonal] = _diagonal_of
COMPOSED[np.trace] = _trace
COMPOSED[np.diag] = _diag
COMPOSED[np.tril] = lambda x, k=0: np.where(_below_diagonal(x, k), x, np.zeros_like(x))
COMPOSED[np.triu] = lambda x, k=0: np.where(_below_diagonal(x, k - 1), np.zeros_like(x), x)
