"""Rules of functions that reduce axes: the cotangent of the result is spread back over what was reduced."""

import numpy as np

from scratchgen.autograd.primitives import defvjp


def spread(g, x, axis, keepdims):
    """Repeat g, the cotangent of a reduction of x over `axis`, along the reduced axes: shape x.shape."""
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, x.shape)


def count(x, axis):
    """How many elements of x go into one element of the result."""
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return int(np.prod([x.shape[a] for a in axes]))


# y = Σ x        ∂y/∂x = 1
defvjp(np.sum, lambda g, y, x, axis=None, *, keepdims=False: spread(g, x, axis, keepdims))

# y = Σ x / n    ∂y/∂x = 1/n
defvjp(
    np.mean,
    lambda g, y, x, axis=None, *, keepdims=False: spread(g / max(count(x, axis), 1), x, axis, keepdims),
)


def _extreme(g, y, x, axis=None, *, keepdims=False):
    """y = x at the extreme element, ∂y/∂x = 1 there and 0 elsewhere; equal extremes share it evenly."""
    chosen = np.equal(x, spread(y, x, axis, keepdims))
    ties = np.sum(chosen, axis=axis, keepdims=True)
    return spread(g, x, axis, keepdims) * chosen / ties.astype(x.dtype)


defvjp(np.max, _extreme)
defvjp(np.min, _extreme)
