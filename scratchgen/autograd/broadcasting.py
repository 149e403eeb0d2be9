"""The transpose of broadcasting.

Where NumPy repeats the elements of x to fit another array, each element is used several times, and the
derivative by it is the sum over its uses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["is_repeated", "sum_to_shape"]


def sum_to_shape(g: Any, x: Any) -> Any:
    """Sum g over the axes along which x was repeated, down to x.shape: the transpose of broadcasting.

    g, x    arrays or tensors; the result is of the kind of g
    """
    if g.shape == x.shape:
        return g
    new = g.ndim - x.ndim
    repeated = [new + i for i, n in enumerate(x.shape) if n == 1 and g.shape[new + i] != 1]
    return np.reshape(np.sum(g, axis=(*range(new), *repeated)), x.shape)


def is_repeated(shape: tuple, repeated: tuple) -> bool:
    """Return whether broadcasting can turn `shape` into `repeated`."""
    pairs = zip(reversed(shape), reversed(repeated), strict=False)
    return len(shape) <= len(repeated) and all(n in (1, m) for n, m in pairs)
