"""Rules of order statistics, averages and functions that leave out NaN, each by a twin.

A twin is composed of functions that have rules. The value is NumPy's own; only the derivative is the twin's.
"""

from collections.abc import Callable

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.autograd.pullback import defvjp_twin
from scratchgen.autograd.rules.reductions import in_rows, widened

__all__: list[str] = []

# --- order --------------------------------------------------------------------------------------------------


def _sort(a, axis=-1, kind=None, *, stable=None):
    if axis is None:
        a, axis = np.ravel(a), 0
    return np.take_along_axis(a, np.argsort(to_numpy(a), axis=axis, kind=kind, stable=stable), axis=axis)


def _partition(a, kth, axis=-1):
    if axis is None:
        a, axis = np.ravel(a), 0
    return np.take_along_axis(a, np.argpartition(to_numpy(a), kth, axis=axis), axis=axis)


def _ptp(a, axis=None, *, keepdims=False):
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


def _quantile(a, q, axis=None, keepdims=False):
    rows, axes = in_rows(a, axis)
    return _quantile_of_rows(rows, axes, q, np.full(rows.shape[:-1], rows.shape[-1]), keepdims)


def _quantile_of_rows(rows, axes, q, numbers, keepdims):
    """The element at the place q (n − 1) of the n ordered ones, between two of them by linear interpolation.

    numbers    n for each row: how many of its elements are not NaN, which are ordered behind all others
    """
    kept, several = rows.shape[:-1], np.shape(q)
    last = np.maximum(numbers - 1, 0)[..., None]
    place = last * np.ravel(q)
    below = np.floor(to_numpy(place)).astype(int)
    part = (place - below).astype(rows.dtype)
    ordered = np.sort(rows, axis=-1)
    if rows.size:
        low = np.take_along_axis(ordered, below, axis=-1)
        high = np.take_along_axis(ordered, np.minimum(below + 1, last), axis=-1)
        found = low + (high - low) * part
    else:
        found = np.full(place.shape, np.nan, rows.dtype)
    if not np.all(numbers):
        found = np.where((numbers == 0)[..., None], np.nan, found)
    found = np.reshape(np.moveaxis(found, -1, 0), (*several, *kept))
    return np.expand_dims(found, tuple(len(several) + i for i in axes)) if keepdims else found


def _percentile(a, q, axis=None, keepdims=False):
    return _quantile(a, np.divide(q, 100), axis, keepdims)


def _median(a, axis=None, keepdims=False):
    return _quantile(a, 0.5, axis, keepdims)


defvjp_twin(np.sort, _sort)
defvjp_twin(np.partition, _partition)
defvjp_twin(np.ptp, _ptp)
defvjp_twin(np.median, _median)
defvjp_twin(np.quantile, _quantile)
defvjp_twin(np.percentile, _percentile)

# --- averages -----------------------------------------------------------------------------------------------


def _average(a, axis=None, weights=None, *, keepdims=False):
    axis = tuple(axis) if isinstance(axis, list) else axis
    if weights is None:
        return np.mean(a, axis=axis, keepdims=keepdims)
    if np.shape(weights) != np.shape(a):  # one weight per position along the axes
        axes = axis if isinstance(axis, tuple) else (axis,)
        order = np.argsort([i % a.ndim for i in axes])
        weights = np.transpose(weights, order)
        along = [n if i in [j % a.ndim for j in axes] else 1 for i, n in enumerate(a.shape)]
        weights = np.broadcast_to(np.reshape(weights, along), a.shape)
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    return np.sum(a * weights, axis=axis, keepdims=keepdims) / total


def _cov(m, y=None, rowvar=True, bias=False, ddof=None):
    """The covariances of the rows of m: C = X Xᵀ / (n − ddof), with the mean taken off each row, in float64."""
    X = _variables(m, rowvar)
    if y is not None:
        X = np.concatenate([X, _variables(y, rowvar)], axis=0)
    X = X - np.mean(X, axis=1, keepdims=True)
    ddof = (0 if bias else 1) if ddof is None else ddof
    return np.squeeze(X @ np.transpose(X) / max(X.shape[1] - ddof, 0))


def _variables(m, rowvar):
    m = np.multiply(m, np.ones((), np.float64))
    one_variable = np.ndim(m) < 2
    m = np.reshape(m, (1, -1)) if one_variable else m
    return m if rowvar or one_variable else np.transpose(m)


def _corrcoef(x, y=None, rowvar=True):
    C = np.atleast_2d(_cov(x, y, rowvar))
    deviation = np.sqrt(np.diagonal(C))
    found = C / deviation[:, None] / deviation[None, :]
    return np.squeeze(found)


defvjp_twin(np.average, _average)
defvjp_twin(np.cov, _cov)
defvjp_twin(np.corrcoef, _corrcoef)

# --- without NaN --------------------------------------------------------------------------------------------


def _instead_of_nan(a, value):
    return np.where(np.isnan(a), np.full((), value, a.dtype), a)


def _numbers(a, axis, keepdims=False):
    """The number of elements that are not NaN, as a float that can hold any count."""
    return np.sum(~np.isnan(a), axis=axis, keepdims=keepdims).astype(widened(a).dtype)


def _nansum(a, axis=None, *, keepdims=False):
    return np.sum(_instead_of_nan(a, 0), axis=axis, keepdims=keepdims)


def _nanprod(a, axis=None, *, keepdims=False):
    return np.prod(_instead_of_nan(a, 1), axis=axis, keepdims=keepdims)


def _nanmean(a, axis=None, *, keepdims=False):
    return _nansum(widened(a), axis, keepdims=keepdims) / _numbers(a, axis, keepdims)


def _centred(a, axis):
    """The numbers less their mean, and 0 for each NaN."""
    return _instead_of_nan(widened(a) - _nanmean(a, axis, keepdims=True), 0)


def _nanvar(a, axis=None, *, ddof=0, keepdims=False):
    squares = np.square(_centred(a, axis))
    return np.sum(squares, axis=axis, keepdims=keepdims) / np.maximum(_numbers(a, axis, keepdims) - ddof, 0)


def _nanstd(a, axis=None, *, ddof=0, keepdims=False):
    """As a norm, whose derivative at 0 is 0: so is that of the deviation of equal numbers."""
    length = np.linalg.vector_norm(_centred(a, axis), axis=axis if a.ndim else None, keepdims=keepdims)
    return length / np.sqrt(np.maximum(_numbers(a, axis, keepdims) - ddof, 0))


def _nanmax(a, axis=None, *, keepdims=False):
    return np.max(_instead_of_nan(a, -np.inf), axis=axis, keepdims=keepdims)


def _nanmin(a, axis=None, *, keepdims=False):
    return np.min(_instead_of_nan(a, np.inf), axis=axis, keepdims=keepdims)


def _nancumsum(a, axis=None):
    return np.cumsum(_instead_of_nan(a, 0), axis=axis)


def _nancumprod(a, axis=None):
    return np.cumprod(_instead_of_nan(a, 1), axis=axis)


def _nanquantile(a, q, axis=None, keepdims=False):
    rows, axes = in_rows(a, axis)
    return _quantile_of_rows(rows, axes, q, np.sum(~np.isnan(rows), axis=-1), keepdims)


def _nanpercentile(a, q, axis=None, keepdims=False):
    return _nanquantile(a, np.divide(q, 100), axis, keepdims)


def _one_axis(q, **_):
    """NumPy's own result has its axes in another order than that of np.quantile, if q has several."""
    if np.ndim(q) > 1:
        raise TypeError(
            "quantiles without NaN are differentiable with q of one axis at most; give np.ravel(q)"
        )


def _nanmedian(a, axis=None, keepdims=False):
    return _nanquantile(a, 0.5, axis, keepdims)


WITHOUT_NAN: dict[Callable, Callable] = {
    np.nansum: _nansum,
    np.nanprod: _nanprod,
    np.nanmean: _nanmean,
    np.nanvar: _nanvar,
    np.nanstd: _nanstd,
    np.nanmax: _nanmax,
    np.nanmin: _nanmin,
    np.nancumsum: _nancumsum,
    np.nancumprod: _nancumprod,
    np.nanmedian: _nanmedian,
}
for function, twin in WITHOUT_NAN.items():
    defvjp_twin(function, twin)
defvjp_twin(np.nanquantile, _nanquantile, check=_one_axis)
defvjp_twin(np.nanpercentile, _nanpercentile, check=_one_axis)
