"""Rules of functions that reduce axes: the cotangent of the result is repeated along the reduced axes.

At special points: n equal extremes get 1/n of the cotangent each. A standard deviation of equal numbers has the
derivative 0, which is one of its subgradients, and no second derivative (NaN). Sums over halves (float16) are
divided in float32, because a count can exceed the range of a half.
"""

import math

import numpy as np

from scratchgen.autograd.primitives import defvjp
from scratchgen.autograd.rules.elementwise import conjugate_of, divided_by_length

__all__ = ["count", "expand_reduced", "in_rows", "widened"]


def expand_reduced(g, x, axis, keepdims):
    """Repeat g, the cotangent of a reduction of x over `axis`, along the reduced axes: shape x.shape."""
    if (
        axis is not None and not keepdims and x.ndim
    ):  # a single number has no axis, and NumPy lets one name it
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, x.shape)


def count(x, axis):
    """The number of elements of x that are reduced to one element of the result."""
    if axis is None or x.ndim == 0:
        return x.size
    return math.prod(x.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,)))


def in_rows(x, axis):
    """Return x with the axes that are reduced as one last axis, and these axes as a tuple."""
    named = range(x.ndim) if axis is None or x.ndim == 0 else np.atleast_1d(axis)
    axes = tuple(int(i) % x.ndim for i in named)
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    return np.reshape(moved, (*moved.shape[: x.ndim - len(axes)], count(x, axes))), axes


def widened(g):
    """A half as float32, whose range a count fits into; other types unchanged."""
    return g.astype(np.float32) if g.dtype.itemsize == 2 else g


# y = Σ x        ∂y/∂x = 1
defvjp(np.sum, lambda g, y, x, axis=None, *, keepdims=False: expand_reduced(g, x, axis, keepdims))

# y = Σ x / n    ∂y/∂x = 1/n
defvjp(
    np.mean,
    lambda g, y, x, axis=None, *, keepdims=False: expand_reduced(
        widened(g) / max(count(x, axis), 1), x, axis, keepdims
    ),
)


def _extreme(g, y, x, axis=None, *, keepdims=False):
    """y = x at the extreme element, ∂y/∂x = 1 there and 0 elsewhere; n equal extremes get 1/n each."""
    g = widened(g)
    selected = np.equal(x, expand_reduced(y, x, axis, keepdims))
    ties = np.sum(selected, axis=axis, keepdims=True)
    return expand_reduced(g, x, axis, keepdims) * selected / ties.astype(g.dtype)


for extreme in (np.max, np.amax, np.min, np.amin):
    defvjp(extreme, _extreme)


# --- products -----------------------------------------------------------------------------------------------

# y = Π x        ∂y/∂x_i = Π_{j<i} x_j · Π_{j>i} x_j, without a division, so that a factor may be 0


def _product(g, y, x, axis=None, *, keepdims=False):
    rows, axes = in_rows(x, axis)
    others = _before(rows) * np.flip(_before(np.flip(rows, -1)), -1)
    kept = [n for i, n in enumerate(x.shape) if i not in axes]
    moved = np.reshape(others, (*kept, *(x.shape[i] for i in axes)))
    return expand_reduced(g, x, axis, keepdims) * np.moveaxis(moved, range(-len(axes), 0), axes)


def _before(x):
    """Π_{j<i} x_j along the last axis, with 1 for the first element."""
    one = np.ones((*x.shape[:-1], 1), x.dtype)
    return np.concatenate([one, np.cumprod(x[..., :-1], axis=-1)], axis=-1)[..., : x.shape[-1]]


# y_k = Π_{j≤k} x_j        ∂L/∂x_i = Π_{j<i} x_j · s_i,   s_i = g_i + x_{i+1} s_{i+1}
def _cumulated_product(g, y, x, axis=None):
    axis = axis if x.ndim else None
    rows, g_rows = (np.ravel(a) if axis is None else np.moveaxis(a, axis, -1) for a in (x, g))
    n = rows.shape[-1]
    sums = [g_rows[..., -1]] if n else []
    for i in range(n - 2, -1, -1):
        sums.append(g_rows[..., i] + rows[..., i + 1] * sums[-1])
    found = _before(rows) * np.stack(sums[::-1], axis=-1) if n else g_rows
    return np.reshape(found, x.shape) if axis is None else np.moveaxis(found, -1, axis)


defvjp(np.prod, _product)
defvjp(np.cumprod, _cumulated_product)

# --- variance -----------------------------------------------------------------------------------------------


# y = Σ (x − x̄)² / (n − ddof)        ∂y/∂x_i = 2 (x_i − x̄) / (n − ddof), as Σ (x − x̄) = 0
def _variance(g, y, x, axis=None, *, ddof=0, keepdims=False):
    x, g = widened(x), widened(g)
    centred = x - np.mean(x, axis=axis, keepdims=True)
    n = max(count(x, axis) - ddof, 0)
    return expand_reduced(g * (2 / n if n else math.inf), x, axis, keepdims) * conjugate_of(centred)


# y = √variance        ∂y/∂x_i = (x_i − x̄) / ((n − ddof) y), and 0 where all x are equal
def _deviation(g, y, x, axis=None, *, ddof=0, keepdims=False):
    x, g, y = widened(x), widened(g), widened(y)
    if count(x, axis) == 1 and ddof == 0:  # of one number it is 0, whatever the number
        return np.zeros_like(x)
    n = max(count(x, axis) - ddof, 0)
    centred = x - np.mean(x, axis=axis, keepdims=True)
    scaled = divided_by_length(g, y * n if n else y * math.nan)
    return expand_reduced(scaled, x, axis, keepdims) * conjugate_of(centred)


defvjp(np.var, _variance)
defvjp(np.std, _deviation)


# y_k = Σ_{i≤k} x_i        ∂L/∂x_i = Σ_{k≥i} g_k
def _cumulated(g, y, x, axis=None):
    backwards = np.flip(np.cumsum(np.flip(g, axis), axis), axis)
    return np.reshape(backwards, x.shape)


defvjp(np.cumsum, _cumulated)
