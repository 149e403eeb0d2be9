"""Broadcasting, backwards.

Where NumPy has repeated the elements of x to fit another array, each of them was used several times, and the
derivative by it is the sum over its uses.
"""

import numpy as np


def sum_to_shape(g, x):
    """The transpose of broadcasting: sum g over the axes along which x was repeated, down to x.shape."""
    if g.shape == x.shape:
        return g
    new = g.ndim - x.ndim
    repeated = [new + i for i, n in enumerate(x.shape) if n == 1 and g.shape[new + i] != 1]
    return np.reshape(np.sum(g, axis=(*range(new), *repeated)), x.shape)


def is_repeated(shape: tuple, repeated: tuple) -> bool:
    """Whether broadcasting can make `repeated` of `shape`."""
    pairs = zip(reversed(shape), reversed(repeated), strict=False)
    return len(shape) <= len(repeated) and all(n in (1, m) for n, m in pairs)
