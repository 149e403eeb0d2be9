"""Rules of functions that move elements without changing them: the rule moves the cotangent back."""

import numpy as np

from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.primitives import COMPOSED, defvjp, defvjp_each, primitive

__all__ = ["astype", "gather", "identity", "join", "pad"]


@primitive
def identity(x):
    """y = x, recorded as a separate node."""
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
    """The rule of the i-th part: the corresponding slice of the cotangent."""

    def rule(g, y, *parts, axis=0):
        start = sum(p.shape[axis] for p in parts[:i])
        index = [slice(None)] * g.ndim
        index[axis] = slice(start, start + parts[i].shape[axis])
        return g[tuple(index)]

    return rule


defvjp_each(join, _part, options={"axis"})


def _concatenate(arrays, axis=0):
    if axis is None:
        return join(*(np.ravel(a) for a in arrays), axis=0)
    return join(*arrays, axis=axis)


def _stack(arrays, axis=0):
    return join(*(np.expand_dims(a, axis) for a in arrays), axis=axis)


def _at_least(ndim, x):
    """x with leading axes of length 1 until it has `ndim` axes."""
    return x if np.ndim(x) >= ndim else np.reshape(x, (1,) * (ndim - np.ndim(x)) + np.shape(x))


def _each_at_least(ndim):
    def widen(*arrays):
        wide = tuple(_at_least(ndim, x) for x in arrays)
        return wide if len(wide) > 1 else wide[0]

    return widen


def _hstack(arrays):
    parts = [_at_least(1, a) for a in arrays]
    return join(*parts, axis=0 if parts[0].ndim == 1 else 1)


def _column_stack(arrays):
    return join(*(a if np.ndim(a) >= 2 else np.reshape(a, (-1, 1)) for a in arrays), axis=1)


COMPOSED[np.concatenate] = _concatenate
COMPOSED[np.append] = lambda x, values, axis=None: _concatenate([x, values], axis)
COMPOSED[np.stack] = _stack
COMPOSED[np.hstack] = _hstack
COMPOSED[np.vstack] = lambda arrays: join(*(_at_least(2, a) for a in arrays), axis=0)
COMPOSED[np.column_stack] = _column_stack
COMPOSED[np.atleast_1d], COMPOSED[np.atleast_2d] = _each_at_least(1), _each_at_least(2)
COMPOSED[np.copy] = lambda x: identity(x)


def _split(x, sections, axis=0):
    n = x.shape[axis]
    if not np.iterable(sections):
        if n % sections:
            raise ValueError(f"an axis of {n} elements cannot be split into {sections} equal parts")
        sections = range(n // sections, n, n // sections) if n else [0] * (sections - 1)
    before = (slice(None),) * (axis % x.ndim)
    bounds = zip([0, *sections], [*sections, n], strict=True)
    return [x[(*before, slice(start, stop))] for start, stop in bounds]


def _array_split(x, sections, axis=0):
    if not np.iterable(sections):
        shorter, longer = divmod(x.shape[axis], sections)
        sections = np.cumsum([shorter + 1] * longer + [shorter] * (sections - longer))[:-1]
    return _split(x, sections, axis)


def gather(x, indices, axis):
    """The elements of x at the given positions along an axis."""
    return x[(*(slice(None),) * (axis % x.ndim), indices)]


def _flip(x, axis=None):
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    flipped = {a % x.ndim for a in axes}
    return x[tuple(slice(None, None, -1 if i in flipped else 1) for i in range(x.ndim))]


def _repeat(x, repeats, axis=None):
    if axis is None:
        x, axis = np.ravel(x), 0
    return gather(x, np.repeat(np.arange(x.shape[axis]), repeats), axis)


def _tile(x, reps):
    reps = tuple(reps) if np.iterable(reps) else (reps,)
    reps = (1,) * (x.ndim - len(reps)) + reps
    sides = (1,) * (len(reps) - x.ndim) + x.shape
    pairs = [side for pair in zip(reps, sides, strict=True) for side in pair]
    apart = np.reshape(x, [side for n in sides for side in (1, n)])
    return np.reshape(np.broadcast_to(apart, pairs), [r * n for r, n in zip(reps, sides, strict=True)])


@primitive
def pad(x, widths, value=0):
    """x padded with `value`: widths has one pair (before, after) per axis."""
    return np.pad(x, widths, constant_values=value)


def _cut_out(g, y, x, widths, value=0):
    return g[tuple(slice(before, before + n) for (before, _), n in zip(widths, x.shape, strict=True))]


defvjp(pad, _cut_out)


def _pad(x, pad_width, mode="constant", constant_values=0):
    if x.ndim == 0:  # a scalar has no axis to pad
        return identity(x)
    widths = tuple(tuple(map(int, pair)) for pair in np.broadcast_to(pad_width, (x.ndim, 2)))
    if mode == "constant":
        return pad(x, widths, constant_values)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise TypeError(
            f"np.pad is differentiable in the modes constant, edge, reflect, symmetric, wrap; not {mode}"
        )
    for axis, pair in enumerate(widths):
        x = gather(x, np.pad(np.arange(x.shape[axis]), pair, mode=mode), axis)
    return x


def _negative(shift):
    return tuple(-s for s in shift) if np.iterable(shift) else -shift


defvjp(np.roll, lambda g, y, x, shift, axis=None: np.roll(g, _negative(shift), axis))


def _broadcast_arrays(*arrays):
    shape = np.broadcast_shapes(*map(np.shape, arrays))
    return tuple(np.broadcast_to(a, shape) for a in arrays)


COMPOSED[np.broadcast_arrays] = _broadcast_arrays
COMPOSED[np.matrix_transpose] = lambda x: np.swapaxes(x, -1, -2)
COMPOSED[np.split] = _split
COMPOSED[np.array_split] = _array_split
COMPOSED[np.flip] = _flip
COMPOSED[np.flipud] = lambda x: x[::-1]
COMPOSED[np.fliplr] = lambda x: x[:, ::-1]
COMPOSED[np.repeat] = _repeat
COMPOSED[np.tile] = _tile
COMPOSED[np.pad] = _pad
