"""Rules of indexing: an element that was taken out gets its cotangent back in the same place.

Reading x[index] and adding into zeros at `index` are transposes of each other, so each is the other's rule.
"""

import numpy as np

from scratchgen.autograd.primitives import SPREAD, defvjp, primitive


@primitive
def getitem(x, index):
    """y = x[index], for any index that NumPy understands."""
    return x[index]


@primitive
def add_at(g, index, shape):
    """y = zeros(shape) with y[index] += g; an element that is named several times gets the sum."""
    y = np.zeros(shape, dtype=g.dtype)
    if _names_each_element_once(index):
        y[index] += g
    elif isinstance(index, np.ndarray) and index.dtype.kind in "iu" and g.size:
        _add_rows(y, index.ravel().astype(np.intp) % len(y), g.reshape(index.size, *shape[1:]))
    else:
        np.add.at(y, index, g)
    return y


def _names_each_element_once(index) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(p is None or p is Ellipsis or isinstance(p, slice | int | np.integer) for p in parts)


def _add_rows(y, ids, rows):
    """y[ids] += rows, by sorting equal ids together: many times faster than np.add.at on rows."""
    order = np.argsort(ids, kind="stable")
    names, starts = np.unique(ids[order], return_index=True)
    y[names] = np.add.reduceat(rows[order], starts, axis=0)


defvjp(getitem, lambda g, y, x, index: add_at(g, index, x.shape))
defvjp(add_at, lambda g, y, x, index, shape: g[index])


def _along(x, indices, axis):
    """The index that np.take_along_axis stands for."""
    axis = axis % x.ndim
    grid = np.ogrid[tuple(slice(n) for n in x.shape)]
    return tuple(indices if i == axis else grid[i] for i in range(x.ndim))


SPREAD[np.take_along_axis] = lambda x, indices, axis: getitem(x, _along(x, indices, axis))
