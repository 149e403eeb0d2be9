"""Rules of functions that act on each element, with broadcasting.

    y = f(x)  element by element  ⇒  ∂L/∂x = g · f'(x),   g = ∂L/∂y

Where x was broadcast, each element of x was used several times, and its derivative is the sum over the uses.
The sweep computes that sum (`broadcasting.sum_to_shape`), so a rule here is only the derivative of f.
At kinks: |x| has derivative 0 at 0; `maximum` and `minimum` of equal arguments give each of them one half.
Functions that are constant between jumps (floor, round, //) have the derivative 0 everywhere, as in PyTorch and
JAX; t + (np.round(t.detach()) - t.detach()) is the straight-through estimator.

Ledger: autograd.chain_rule
"""

import math

import numpy as np

from scratchgen.autograd.primitives import (
    COMPOSED,
    constant,
    defvjp,
    mark_nondifferentiable,
    primitive,
)

__all__ = ["clip", "conjugate_of", "divided_by_length"]


def conjugate_of(x):
    """The conjugate of complex numbers; real numbers unchanged."""
    return np.conj(x) if x.dtype.kind == "c" else x


@primitive
def divided_by_length(g, length):
    """g / length, and g where the length is 0: there g multiplies a vector of zeros.

    Such a vector has no direction, so the derivative of this function does not exist there: it is NaN.
    """
    return g / np.where(np.equal(length, 0), np.ones_like(length), length)


defvjp(
    divided_by_length,
    lambda g, y, a, length: g / length,
    lambda g, y, a, length: -g * y / length,
    broadcasts=True,
)

# --- arithmetic -------------------------------------------------------------------------------------------

defvjp(np.add, lambda g, y, a, b: g, lambda g, y, a, b: g)
defvjp(np.subtract, lambda g, y, a, b: g, lambda g, y, a, b: -g)
defvjp(np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
defvjp(np.divide, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b)
defvjp(np.negative, lambda g, y, x: -g)
defvjp(np.positive, lambda g, y, x: g)


def _power_by_base(g, y, a, b):
    # 0**(b−1) is infinite for b = 0, where the derivative is 0: only there the exponent is replaced by 1
    b = (
        b if getattr(b, "dtype", y.dtype).itemsize == y.dtype.itemsize else b + np.zeros((), y.dtype)
    )  # of a half, 1 less is rounded
    lowered = b - 1 if np.all(b) else np.where(np.equal(a, 0) & np.equal(b, 0), np.ones((), y.dtype), b - 1)
    return g * b * a**lowered


def _power_by_exponent(g, y, a, b):
    # y log a → 0 as a → 0; a negative base has no power at the neighbours of b: NaN, by the logarithm
    return g * y * np.log(np.where(np.equal(a, 0), np.ones((), y.dtype), a))


for power in (np.power, np.float_power):
    defvjp(power, _power_by_base, _power_by_exponent)
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
defvjp(np.arcsinh, lambda g, y, x: g / (np.sqrt(1 + x * x) if x.dtype.kind == "c" else np.hypot(1, x)))
defvjp(
    np.arccosh, lambda g, y, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1))
)  # √(x² − 1) would lose digits near 1
defvjp(np.arctanh, lambda g, y, x: g / ((1 - x) * (1 + x)))

# y = log(eᵃ + eᵇ)        ∂y/∂a = e^(a − y); of ∞ and ∞ each has one half, of −∞ and −∞ none, as in
# functional.logsumexp


def _share(exp, y, a, b):
    """The share of a in the sum. ∞ − ∞ is avoided: an infinite a equal to y has all, or half of it if b is equal."""
    infinite = np.isinf(y) & np.equal(a, y)
    share = exp(np.where(infinite, np.zeros((), y.dtype), a) - np.where(infinite, np.zeros((), y.dtype), y))
    return np.where(infinite & np.equal(b, y), np.where(y > 0, share / 2, np.zeros((), y.dtype)), share)


defvjp(
    np.logaddexp,
    lambda g, y, a, b: g * _share(np.exp, y, a, b),
    lambda g, y, a, b: g * _share(np.exp, y, b, a),
)
defvjp(
    np.logaddexp2,
    lambda g, y, a, b: g * _share(np.exp2, y, a, b),
    lambda g, y, a, b: g * _share(np.exp2, y, b, a),
)

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

# y = the angle of the point (b, a)        ∂y/∂a = b / r²,   ∂y/∂b = −a / r²,   r² = a² + b²
defvjp(
    np.arctan2,
    lambda g, y, a, b: g * (b / np.hypot(a, b)) / np.hypot(a, b),
    lambda g, y, a, b: -g * (a / np.hypot(a, b)) / np.hypot(a, b),
)

# y = √(a² + b²)        ∂y/∂a = a / y, and 0 where both are 0, as of a norm
defvjp(
    np.hypot,
    lambda g, y, a, b: divided_by_length(g, y) * a,
    lambda g, y, a, b: divided_by_length(g, y) * b,
)

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


def _absolute_back(g, y, x):
    """∂|x| = sign(x); of complex numbers conj(z) / |z|, and 0 at 0."""
    return divided_by_length(g, y) * np.conj(x) if x.dtype.kind == "c" else g * np.sign(x)


defvjp(np.absolute, _absolute_back)
defvjp(np.fabs, _absolute_back)


def _beside_nan(is_selected):
    """The rules of fmax and fmin, which ignore a NaN next to a number; of two NaN the first is selected."""
    return (
        lambda g, y, a, b: g * _tie_weight(y, b) * (is_selected(a, b) | np.isnan(b)),
        lambda g, y, a, b: g * _tie_weight(y, a) * (is_selected(b, a) | (np.isnan(a) & ~np.isnan(b))),
    )


defvjp(np.fmax, *_beside_nan(np.greater_equal))
defvjp(np.fmin, *_beside_nan(np.less_equal))

# --- jumps: flat on both sides ------------------------------------------------------------------------------

for jump in (np.sign, np.floor, np.ceil, np.trunc, np.rint):
    defvjp(jump, lambda g, y, x: np.zeros_like(x))
for rounding in (np.round, np.around):
    defvjp(rounding, lambda g, y, x, decimals=0: np.zeros_like(x))
defvjp(np.fix, lambda g, y, x: np.zeros_like(x))
defvjp(np.floor_divide, lambda g, y, a, b: np.zeros_like(y), lambda g, y, a, b: np.zeros_like(y))
defvjp(np.heaviside, lambda g, y, a, b: np.zeros_like(y), lambda g, y, a, b: g * np.equal(a, 0))

# y = a − ⌊a/b⌋ b, with the quotient constant between its jumps
defvjp(np.remainder, lambda g, y, a, b: g, lambda g, y, a, b: -g * np.floor_divide(a, b))
defvjp(np.fmod, lambda g, y, a, b: g, lambda g, y, a, b: -g * np.trunc(a / b))
COMPOSED[np.divmod] = lambda x1, x2, /: (np.floor_divide(x1, x2), np.remainder(x1, x2))


def _modf(x, /):
    """The part after the point, which of an infinite number is 0, and the whole number before it."""
    whole = np.trunc(x)
    return np.where(np.isinf(x), np.zeros_like(x), x - whole), whole


COMPOSED[np.modf] = _modf

# y = |a| with the sign of b
defvjp(
    np.copysign,
    lambda g, y, a, b: g * np.sign(a) * np.copysign(np.ones((), y.dtype), b),
    lambda g, y, a, b: np.zeros_like(y),
)
defvjp(np.ldexp, lambda g, y, a, b: np.ldexp(g, b), None)


@primitive
def sinc_derivative(x, n):
    """The n-th derivative of sin(πx)/(πx) = ∫ cos(πtx) dt over t from 0 to 1.

    By the integral for |x| < 1; elsewhere by the n-th derivative of x sinc(x) = sin(πx)/π, which is
    x s_n + n s_{n−1} = π^{n−1} sin(πx + nπ/2).
    """
    t, weight = (np.polynomial.legendre.leggauss(24)[0] + 1) / 2, np.polynomial.legendre.leggauss(24)[1] / 2
    angle = np.multiply.outer(x, math.pi * t) + n * math.pi / 2
    near = np.sum(weight * (math.pi * t) ** n * np.cos(angle), axis=-1)
    away = np.where(np.abs(x) < 1, 1, x)
    found = np.sinc(away)
    for k in range(1, n + 1):
        found = (math.pi ** (k - 1) * np.sin(math.pi * away + k * math.pi / 2) - k * found) / away
    return np.where(np.abs(x) < 1, near, found).astype(x.dtype)


defvjp(sinc_derivative, lambda g, y, x, n: g * sinc_derivative(x, n + 1))
defvjp(np.sinc, lambda g, y, x: g * sinc_derivative(x, 1))
defvjp(np.real_if_close, lambda g, y, a: g)
defvjp(np.cbrt, lambda g, y, x: g / (3 * y * y))
defvjp(
    np.nan_to_num,
    lambda g, y, x, *, nan=0.0, posinf=None, neginf=None: np.where(np.isfinite(x), g, np.zeros_like(g)),
)


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


def _clip(a, a_min=None, a_max=None, *, min=None, max=None):
    """np.clip with either pair of its keyword names; a missing bound is infinite."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    return clip(a, -np.inf if low is None else low, np.inf if high is None else high)


COMPOSED[np.clip] = _clip

defvjp(
    np.where,
    lambda g, y, mask, a, b: np.zeros_like(mask),  # a number that serves as a truth value
    lambda g, y, mask, a, b: np.where(mask, g, np.zeros_like(g)),
    lambda g, y, mask, a, b: np.where(mask, np.zeros_like(g), g),
    broadcasts=True,
)

# --- functions without a derivative -------------------------------------------------------------------------

# Results that are truth values, positions, counts or shapes; and new arrays that take only the shape of theirs.
constant(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
constant(np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.isnan, np.isfinite, np.isinf)
constant(np.all, np.any, np.isclose, np.allclose, np.array_equal, np.array_equiv, np.isin, np.signbit)
constant(np.isposinf, np.isneginf, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj)
constant(np.argmax, np.argmin, np.argsort, np.argwhere, np.flatnonzero, np.nonzero, np.count_nonzero)
constant(np.nanargmax, np.nanargmin, np.argpartition, np.searchsorted, np.digitize, np.lexsort)
constant(np.zeros_like, np.ones_like, np.empty_like, np.shape, np.ndim, np.size, np.linalg.matrix_rank)
constant(np.array2string, np.array_repr, np.array_str, np.result_type, np.can_cast, np.min_scalar_type)
constant(np.shares_memory, np.may_share_memory, np.common_type, np.logical_and.reduce, np.logical_or.reduce)
mark_nondifferentiable(
    "it writes into an array; build the new value with np.where, np.concatenate or np.stack; "
    "np.broadcast_to(t, shape) is np.full(shape, t)",
    *(np.copyto, np.put, np.place, np.putmask, np.put_along_axis, np.fill_diagonal),
)
mark_nondifferentiable(
    "sort with np.sort, or take the elements with np.take", *(np.unique, np.union1d, np.intersect1d)
)
mark_nondifferentiable(
    "its eigenvalues are complex; for symmetric matrices use np.linalg.eigh", np.linalg.eig
)
mark_nondifferentiable("they are complex; for symmetric matrices use np.linalg.eigvalsh", np.linalg.eigvals)
