"""Rules of the methods of universal functions: np.add.reduce, np.multiply.accumulate, np.maximum.outer, ...

f.reduce over an axis is a reduction that NumPy also has under another name, and f.outer(a, b) is f of a and b
with new axes between them: each has such a twin.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchgen.autograd.arguments import SIGNATURES
from scratchgen.autograd.primitives import TABLE, defvjp_template, to_numpy
from scratchgen.autograd.pullback import defvjp_twin
from scratchgen.autograd.rules.reductions import expand_reduced, widened

__all__: list[str] = []


def _reducing(function):
    """The twin of f.reduce, whose axis is 0 by default, and which returns a single number unchanged."""

    def reduce(array, /, axis=0, *, keepdims=False):
        return function(array, axis=axis if array.ndim else None, keepdims=keepdims)

    return reduce


def _accumulating(function):
    return lambda array, /, axis=0: function(array, axis=axis)


def _folding(ufunc):
    """The twin of f.accumulate for a function that has no cumulative form in NumPy: one step after another."""

    def accumulate(array, /, axis=0):
        axis = 0 if axis is None else axis
        rows = np.moveaxis(array, axis, 0)
        found = [rows[0]] if len(rows) else []
        for row in rows[1:] if len(rows) else ():
            found.append(ufunc(found[-1], row))
        return np.stack(found, axis=axis) if found else array

    return accumulate


def _outer(ufunc):
    def outer(A, B, /):
        A, B = (a if hasattr(a, "ndim") else np.asarray(a) for a in (A, B))  # a number has no axes
        return ufunc(np.reshape(A, (*A.shape, *(1,) * B.ndim)), B)

    return outer


# y = log Σ e^x        ∂y/∂x_i = e^(x_i − m) / Σ e^(x_j − m) with m = max x; where m = ∞, the elements equal to it share
# alike, and where m = −∞, all have 0, as in functional.logsumexp
def _log_sum_back(g, y, x, call):
    axis, keepdims = call.arguments.get("axis", 0), call.arguments.get("keepdims", False)
    wide = widened(x)
    top = np.max(to_numpy(wide), axis=axis, keepdims=True, initial=-np.inf)
    infinite = np.isinf(top) & np.equal(wide, top)
    e = np.exp(np.where(infinite, np.zeros_like(top), wide) - np.where(infinite, np.zeros_like(top), top))
    share = np.where(top > -np.inf, e / np.sum(e, axis=axis, keepdims=True), np.zeros_like(top))
    return [expand_reduced(widened(g), x, axis, keepdims) * share]


def _signature(function, by):
    SIGNATURES[function] = by
    return function


def _of_reduce(array, /, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True): ...
def _of_accumulate(array, /, axis=0, dtype=None, out=None): ...
def _of_outer(A, B, /, *, out=None, where=True, dtype=None): ...


REDUCED: dict[Callable, Callable] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
}
ACCUMULATED: dict[Callable, Callable] = {
    np.add: _accumulating(np.cumsum),
    np.multiply: _accumulating(np.cumprod),
}
ACCUMULATED.update({f: _folding(f) for f in (np.maximum, np.minimum, np.logaddexp)})

ufunc: Any  # NumPy's stubs have a separate type for each
for ufunc, function in REDUCED.items():
    defvjp_twin(_signature(ufunc.reduce, _of_reduce), _reducing(function))
defvjp_template(
    _signature(np.logaddexp.reduce, _of_reduce), _log_sum_back, known=("array", "axis", "keepdims")
)
for ufunc, twin in ACCUMULATED.items():
    defvjp_twin(_signature(ufunc.accumulate, _of_accumulate), twin)
for ufunc in [f for f in TABLE if isinstance(f, np.ufunc) and f.nin == 2 and f.signature is None]:
    defvjp_twin(_signature(ufunc.outer, _of_outer), _outer(ufunc))
