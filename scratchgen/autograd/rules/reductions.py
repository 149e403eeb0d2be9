"""Rules of functions that reduce axes: the cotangent of the result is repeated along the reduced axes."""

import math

import numpy as np

from scratchgen.autograd.primitives import COMPOSED, defvjp

__all__ = ["count", "expand_reduced"]


def expand_reduced(g, x, axis, keepdims):
    """Repeat g, the cotangent of a reduction of x over `axis`, along the reduced axes: shape x.shape."""
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, x.shape)


def count(x, axis):
    """The number of elements of x that are reduced to one element of the result."""
    if axis is None:
        return x.size
    return math.prod(x.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,)))


# y = Σ x        ∂y/∂x = 1
defvjp(np.sum, lambda g, y, x, axis=None, *, keepdims=False: expand_reduced(g, x, axis, keepdims))

# y = Σ x / n    ∂y/∂x = 1/n
defvjp(
    np.mean,
    lambda g, y, x, axis=None, *, keepdims=False: expand_reduced(
        g / max(count(x, axis), 1), x, axis, keepdims
    ),
)


def _extreme(g, y, x, axis=None, *, keepdims=False):
    """y = x at the extreme element, ∂y/∂x = 1 there and 0 elsewhere; n equal extremes get 1/n each."""
    selected = np.equal(x, expand_reduced(y, x, axis, keepdims))
    ties = np.sum(selected, axis=axis, keepdims=True)
    return expand_reduced(g, x, axis, keepdims) * selected / ties.astype(x.dtype)


for extreme in (np.max, np.amax, np.min, np.amin):
    defvjp(extreme, _extreme)


def _product(g, y, x, axis=None, *, keepdims=False):
    """y = Π x, ∂y/∂x_i = Π_{j≠i} x_j: that is y / x_i, unless a factor is 0."""
    g = expand_reduced(g, x, axis, keepdims)
    if np.all(x != 0):
        return g * expand_reduced(y, x, axis, keepdims) / x
    return g * _product_of_the_others(x, axis)


def _product_of_the_others(x, axis):
    """Π_{j≠i} x_j for every i: a matrix of factors with 1 on the diagonal, multiplied along its rows."""
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    to_the_end = tuple(range(x.ndim - len(axes), x.ndim))
    rows = np.moveaxis(x, axes, to_the_end)
    flat = np.reshape(rows, (*rows.shape[: x.ndim - len(axes)], 1, count(x, axes)))
    left_out = np.eye(flat.shape[-1], dtype=bool)
    others = np.prod(np.where(left_out, np.ones_like(flat), flat), axis=-1)
    return np.moveaxis(np.reshape(others, rows.shape), to_the_end, axes)


defvjp(np.prod, _product)


# y = Σ (x − x̄)² / (n − ddof)        ∂y/∂x_i = 2 (x_i − x̄) / (n − ddof), as Σ (x − x̄) = 0
def _variance(g, y, x, axis=None, *, ddof=0, keepdims=False):
    centred = x - np.mean(x, axis=axis, keepdims=True)
    return expand_reduced(g * (2 / (count(x, axis) - ddof)), x, axis, keepdims) * centred


# y = √variance        ∂y/∂x_i = (x_i − x̄) / ((n − ddof) y), and 0 where all x are equal
def _deviation(g, y, x, axis=None, *, ddof=0, keepdims=False):
    centred = x - np.mean(x, axis=axis, keepdims=True)
    scale = np.where(np.equal(y, 0), np.ones_like(y), y) * (count(x, axis) - ddof)
    return expand_reduced(g / scale, x, axis, keepdims) * centred


defvjp(np.var, _variance)
defvjp(np.std, _deviation)


# y_k = Σ_{i≤k} x_i        ∂L/∂x_i = Σ_{k≥i} g_k
def _cumulated(g, y, x, axis=None):
    backwards = np.flip(np.cumsum(np.flip(g, axis), axis), axis)
    return backwards if axis is not None else np.reshape(backwards, x.shape)


defvjp(np.cumsum, _cumulated)


def _cumulated_product(x, axis=None):
    """Π_{i≤k} x_i is the product of row k of a matrix: x on and below its diagonal, 1 above."""
    rows = np.ravel(x) if axis is None else np.moveaxis(x, axis, -1)
    below = np.tri(rows.shape[-1], dtype=bool)
    y = np.prod(np.where(below, np.expand_dims(rows, -2), np.ones((), x.dtype)), axis=-1)
    return y if axis is None else np.moveaxis(y, -1, axis)


def _average(x, axis=None, weights=None, *, keepdims=False):
    if weights is None:
        return np.mean(x, axis=axis, keepdims=keepdims)
    if np.shape(weights) != np.shape(x):  # one weight per position along the axis
        along = [n if i == axis % np.ndim(x) else 1 for i, n in enumerate(np.shape(x))]
        weights = np.broadcast_to(np.reshape(weights, along), np.shape(x))
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    return np.sum(x * weights, axis=axis, keepdims=keepdims) / total


def _range(x, axis=None, *, keepdims=False):
    return np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)


COMPOSED[np.cumprod] = _cumulated_product
COMPOSED[np.average] = _average
COMPOSED[np.ptp] = _range
