"""Rules of functions that move elements without changing them: the cotangent is moved back."""

import numpy as np

from scratchgen.autograd.primitives import SPREAD, defvjp, defvjp_each, primitive
from scratchgen.autograd.rules.elementwise import sum_to_shape


@primitive
def identity(x):
    """y = x, as a node of its own."""
    return x


@primitive
def astype(x, dtype):
    """y = x in another floating-point type."""
    return x.astype(dtype)


defvjp(identity, lambda g, y, x: g)
defvjp(astype, lambda g, y, x, dtype: g.astype(x.dtype))

defvjp(np.reshape, lambda g, y, x, shape=None: np.reshape(g, x.shape))
defvjp(np.ravel, lambda g, y, x: np.reshape(g, x.shape))
defvjp(np.expand_dims, lambda g, y, x, axis=None: np.reshape(g, x.shape))
defvjp(np.squeeze, lambda g, y, x, axis=None: np.reshape(g, x.shape))
defvjp(np.broadcast_to, lambda g, y, x, shape=None: sum_to_shape(g, x))
defvjp(np.swapaxes, lambda g, y, x, axis1, axis2: np.swapaxes(g, axis1, axis2))
defvjp(np.moveaxis, lambda g, y, x, source, destination: np.moveaxis(g, destination, source))


def _transpose_back(g, y, x, axes=None):
    return np.transpose(g, None if axes is None else np.argsort([a % x.ndim for a in axes]))


defvjp(np.transpose, _transpose_back)


@primitive
def join(*parts, axis=0):
    """np.concatenate with its arrays as separate arguments, so that each has its own derivative."""
    return np.concatenate(parts, axis=axis)


def _part(i):
    """The rule of the i-th part: its own stretch of the cotangent."""

    def rule(g, y, *parts, axis=0):
        start = sum(p.shape[axis] for p in parts[:i])
        stretch = [slice(None)] * g.ndim
        stretch[axis] = slice(start, start + parts[i].shape[axis])
        return g[tuple(stretch)]

    return rule


defvjp_each(join, _part, options={"axis"})


def _concatenate(arrays, axis=0):
    if axis is None:
        return join(*(np.ravel(a) for a in arrays), axis=0)
    return join(*arrays, axis=axis)


def _stack(arrays, axis=0):
    return join(*(np.expand_dims(a, axis) for a in arrays), axis=axis)


SPREAD[np.concatenate] = _concatenate
SPREAD[np.stack] = _stack
