"""Rules of functions that act on each element, with broadcasting.

    y = f(x)  element by element  ⇒  ∂L/∂x = g · f'(x),   g = ∂L/∂y

Where x was broadcast, each element of x was used several times, and its derivative is the sum over the uses.
The sweep computes that sum (`broadcasting.sum_to_shape`), so a rule here is only the derivative of f.
At kinks: |x| has derivative 0 at 0; `maximum` and `minimum` of equal arguments give each of them one half.

Ledger: autograd.chain_rule
"""

import math

import numpy as np

from scratchgen.autograd.primitives import COMPOSED, constant, defvjp, mark_nondifferentiable, primitive

__all__ = ["clip"]

# --- arithmetic -------------------------------------------------------------------------------------------

defvjp(np.add, lambda g, y, a, b: g, lambda g, y, a, b: g)
defvjp(np.subtract, lambda g, y, a, b: g, lambda g, y, a, b: -g)
defvjp(np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
defvjp(np.divide, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b)
defvjp(np.negative, lambda g, y, x: -g)
defvjp(np.positive, lambda g, y, x: g)


def _power_by_base(g, y, a, b):
    # 0**(b−1) is infinite for b = 0, where the derivative is 0: only there the exponent is replaced by 1
    lowered = b - 1 if np.all(b) else np.where(np.equal(a, 0) & np.equal(b, 0), np.ones((), y.dtype), b - 1)
    return g * b * a**lowered


def _power_by_exponent(g, y, a, b):
    # y log a → 0 as a → 0, so log is only computed where a > 0
    return g * y * np.log(np.where(a > 0, a, np.ones((), y.dtype)))


defvjp(np.power, _power_by_base, _power_by_exponent)
defvjp(np.square, lambda g, y, x: g * (2 * x))
defvjp(np.sqrt, lambda g, y, x: g * 0.5 / y)
defvjp(np.reciprocal, lambda g, y, x: -g * y * y)

# --- exponentials, logarithms, hyperbolic functions -------------------------------------------------------

defvjp(np.exp, lambda g, y, x: g * y)
defvjp(np.exp2, lambda g, y, x: g * y * math.log(2))
defvjp(np.expm1, lambda g, y, x: g * (y + 1))
defvjp(np.log, lambda g, y, x: g / x)
defvjp(np.log2, lambda g, y, x: g / (x * math.log(2)))
defvjp(np.log10, lambda g, y, x: g / (x * math.log(10)))
defvjp(np.log1p, lambda g, y, x: g / (x + 1))
defvjp(np.sinh, lambda g, y, x: g * np.cosh(x))
defvjp(np.cosh, lambda g, y, x: g * np.sinh(x))
defvjp(np.tanh, lambda g, y, x: g * (1 - y * y))
defvjp(np.arcsinh, lambda g, y, x: g / np.hypot(1, x))
defvjp(
    np.arccosh, lambda g, y, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1))
)  # √(x² − 1) would lose digits near 1
defvjp(np.arctanh, lambda g, y, x: g / ((1 - x) * (1 + x)))

# y = log(eᵃ + eᵇ)        ∂y/∂a = e^(a − y)
defvjp(np.logaddexp, lambda g, y, a, b: g * np.exp(a - y), lambda g, y, a, b: g * np.exp(b - y))
defvjp(np.logaddexp2, lambda g, y, a, b: g * np.exp2(a - y), lambda g, y, a, b: g * np.exp2(b - y))

# --- angles -----------------------------------------------------------------------------------------------

defvjp(np.sin, lambda g, y, x: g * np.cos(x))
defvjp(np.cos, lambda g, y, x: -g * np.sin(x))
defvjp(np.tan, lambda g, y, x: g * (1 + y * y))
defvjp(np.arcsin, lambda g, y, x: g / np.sqrt((1 - x) * (1 + x)))
defvjp(np.arccos, lambda g, y, x: -g / np.sqrt((1 - x) * (1 + x)))
defvjp(np.arctan, lambda g, y, x: g / (1 + x * x))
for to_radians, to_degrees in ((np.deg2rad, np.rad2deg), (np.radians, np.degrees)):
    defvjp(to_radians, lambda g, y, x: g * (math.pi / 180))
    defvjp(to_degrees, lambda g, y, x: g * (180 / math.pi))

# y = the angle of the point (b, a)        ∂y/∂a = b / (a² + b²),   ∂y/∂b = −a / (a² + b²)
defvjp(
    np.arctan2,
    lambda g, y, a, b: g * b / (a * a + b * b),
    lambda g, y, a, b: -g * a / (a * a + b * b),
)

# y = √(a² + b²)        ∂y/∂a = a / y
defvjp(np.hypot, lambda g, y, a, b: g * a / y, lambda g, y, a, b: g * b / y)

# --- comparisons ------------------------------------------------------------------------------------------


def _tie_weight(y, other):
    """½ where y, the selected argument, equals the other one; 1 elsewhere. In the dtype of y."""
    return np.where(np.equal(y, other), y.dtype.type(0.5), y.dtype.type(1))


def _selection_rules(is_selected):
    """The rules of maximum (is_selected = np.greater_equal) and minimum (np.less_equal)."""
    return (
        lambda g, y, a, b: g * _tie_weight(y, b) * is_selected(a, b),
        lambda g, y, a, b: g * _tie_weight(y, a) * is_selected(b, a),
    )


defvjp(np.maximum, *_selection_rules(np.greater_equal))
defvjp(np.minimum, *_selection_rules(np.less_equal))
defvjp(np.absolute, lambda g, y, x: g * np.sign(x))
defvjp(np.sign, lambda g, y, x: np.zeros_like(x))  # flat on both sides of its jump


@primitive
def clip(x, low, high):
    """min(max(x, low), high); at the ends of the interval the derivative goes to x."""
    return np.clip(x, low, high)


defvjp(
    clip,
    lambda g, y, x, low, high: g * ((x >= low) & (x <= high)),
    lambda g, y, x, low, high: g * ((x < low) & (low <= high)),
    lambda g, y, x, low, high: g * ((x > high) | (low > high)),
    broadcasts=True,
)


def _clip(x, a_min=None, a_max=None, *, min=None, max=None):
    """np.clip with either pair of its keyword names; a missing bound is infinite."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    return clip(x, -np.inf if low is None else low, np.inf if high is None else high)


COMPOSED[np.clip] = _clip

defvjp(
    np.where,
    None,
    lambda g, y, mask, a, b: np.where(mask, g, np.zeros_like(g)),
    lambda g, y, mask, a, b: np.where(mask, np.zeros_like(g), g),
    broadcasts=True,
)


def _select(conditions, choices, default=0):
    y = default
    for mask, choice in reversed(
        list(zip(conditions, choices, strict=True))
    ):  # the first true condition decides
        y = np.where(mask, choice, y)
    return y


COMPOSED[np.select] = _select

constant(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
constant(np.logical_and, np.logical_or, np.logical_not, np.isnan, np.isfinite, np.isinf)
constant(np.all, np.any, np.isclose, np.allclose, np.array_equal)
constant(np.zeros_like, np.ones_like, np.full_like, np.empty_like, np.shape, np.ndim, np.size)
constant(np.array2string)
mark_nondifferentiable(
    "a position is constant almost everywhere: np.argmax(t.detach()) and the like are constants, "
    "np.max(t) has a derivative",
    *(np.argmax, np.argmin, np.argsort, np.nonzero, np.searchsorted),
)
mark_nondifferentiable(
    "its derivative is 0 wherever it exists: np.round(t.detach()) and the like are constants, and "
    "t + (np.round(t.detach()) - t.detach()) is the straight-through estimator",
    *(np.round, np.around, np.rint, np.floor, np.ceil, np.trunc, np.floor_divide),
)
