"""Rules of indexing: the cotangent of a selected element returns to the position of that element.

Reading x[index] and adding into zeros at `index` are transposes of each other, so each is the other's rule.
"""

import numpy as np

from scratchgen.autograd.primitives import defvjp, primitive
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
