"""Rules of differences, of integrals and of interpolation along an axis, each by a twin (see `pullback`)."""

import numpy as np

from scratchgen.autograd.primitives import COMPOSED, to_numpy
from scratchgen.autograd.pullback import defvjp_twin

__all__: list[str] = []

MISSING = object()


def _diff(a, n=1, axis=-1, prepend=MISSING, append=MISSING):
    if n == 0:
        return a
    for value, at_front in ((prepend, True), (append, False)):
        if value is not MISSING:
            shape = [1 if i == axis % a.ndim else m for i, m in enumerate(a.shape)]
            value = np.broadcast_to(value, shape) if np.ndim(value) == 0 else value
            a = np.concatenate([value, a] if at_front else [a, value], axis=axis)
    before = (slice(None),) * (axis % a.ndim)
    for _ in range(n):
        a = a[(*before, slice(1, None))] - a[(*before, slice(None, -1))]
    return a


def _ediff1d(ary, to_end=None, to_begin=None):
    between = _diff(np.ravel(ary))
    parts = [to_begin, between, to_end]
    return np.concatenate([np.ravel(part) for part in parts if part is not None])


def _trapezoid(y, x=None, dx=1.0, axis=-1):
    """∫ y dx by trapezoids: Σ (y_i + y_{i+1}) / 2 · (x_{i+1} − x_i)."""
    y = np.moveaxis(y, axis, -1)
    if x is not None:
        dx = _diff(np.moveaxis(x, axis, -1) if np.ndim(x) > 1 else x)
    return np.sum((y[..., 1:] + y[..., :-1]) / 2 * dx, axis=-1)


def _arrays(*arrays):
    return [a if hasattr(a, "dtype") else np.asarray(a) for a in arrays]


def _interp(x, xp, fp, left=None, right=None):
    """Between two points the straight line; outside of them `left` and `right`, by default the end values."""
    x, xp, fp = _arrays(x, xp, fp)
    places = np.clip(np.searchsorted(to_numpy(xp), to_numpy(x), side="right") - 1, 0, max(len(xp) - 2, 0))
    after = np.minimum(places + 1, len(xp) - 1)
    run = xp[after] - xp[places]
    part = (x - xp[places]) / np.where(np.equal(run, 0), np.ones((), np.float64), run)
    y = fp[places] + part * (fp[after] - fp[places])
    y = np.where(np.less(x, xp[0]), fp[0] if left is None else left, y)
    return np.where(np.greater(x, xp[-1]), fp[-1] if right is None else right, y)


def _linspace(start, stop, num=50, endpoint=True, *, axis=0):
    steps = num - 1 if endpoint else num
    shape = (-1, *(1,) * max(np.ndim(start), np.ndim(stop)))
    part = np.reshape(np.arange(num) / max(steps, 1), shape)
    return np.moveaxis(start + (stop - start) * part, 0, axis)


def _polyval(p, x):
    y = 0 * x
    for i in range(len(p)):
        y = y * x + p[i]
    return y


def _gradient(f, *varargs, axis=None, edge_order=1):
    """Central differences inside and one-sided ones at the ends, of constant spacing."""
    if any(np.ndim(h) for h in varargs):
        raise TypeError("np.gradient is differentiable with constant spacing; give one number per axis")
    axes = range(f.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    spacing = list(varargs) * (len(axes) if len(varargs) == 1 else 1) or [1.0] * len(axes)
    found = [_slope(f, i, h, edge_order) for i, h in zip(axes, spacing, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _slope(f, axis, h, edge_order):
    f = np.moveaxis(f, axis, 0)
    inside = (f[2:] - f[:-2]) / (2 * h)
    if edge_order == 1:
        first, last = f[1:2] - f[:1], f[-1:] - f[-2:-1]
    else:  # the slope of the parabola through three points
        first = 2 * f[1:2] - 1.5 * f[:1] - 0.5 * f[2:3]
        last = 1.5 * f[-1:] - 2 * f[-2:-1] + 0.5 * f[-3:-2]
    return np.moveaxis(np.concatenate([first / h, inside, last / h]), 0, axis)


COMPOSED[np.gradient] = _gradient
defvjp_twin(np.diff, _diff)
defvjp_twin(np.ediff1d, _ediff1d)
defvjp_twin(np.trapezoid, _trapezoid)
defvjp_twin(np.interp, _interp)
defvjp_twin(np.linspace, _linspace)
defvjp_twin(np.polyval, _polyval)
