"""exp, log, tanh, sin and cos, one number at a time and one step at a time."""

import math

import numpy as np

from scratchgen_kernels.vector_math import coefficients
from scratchgen_kernels.vector_math.reduced import (
    cos_reduced,
    expm1_reduced,
    log_reduced,
    sin_reduced,
    tanh_reduced,
)


def exp(x, c):
    """With n = x / ln 2 rounded and r = x − n ln 2:   exp x = 2ⁿ exp r,   |r| ≤ ½ ln 2."""
    if math.isnan(x):
        return x
    x = np.clip(x, c.EXP_MIN, c.EXP_MAX)  # keeps n small; outside, the result is 0 or ∞
    n = np.rint(x * c.LOG2_E)
    r = (x - n * c.LN2_HIGH) - n * c.LN2_LOW  # ln 2 in two parts: n times the first is exact
    a = np.rint(0.5 * n)  # 2ⁿ = 2ᵃ 2ⁿ⁻ᵃ: either is a normal number, even where the result is not
    return (1 + expm1_reduced(r, c)) * power_of_two(a) * power_of_two(n - a)


def power_of_two(n):
    """2ⁿ in the dtype of n."""
    return n.dtype.type(2.0 ** int(n))


def log(x, c):
    """With x = m 2ⁿ and m in [√½, √2):   log x = log(1 + (m − 1)) + n ln 2."""
    if not 0 < x < math.inf:
        special = -math.inf if x == 0 else math.nan if x < 0 else x
        return x.dtype.type(special)
    m, n = math.frexp(x)
    if m < c.SQRT_HALF:
        m, n = 2 * m, n - 1
    return log_reduced(x.dtype.type(m - 1), x.dtype.type(n), c)


def tanh(x, c):
    """1 − 2 / (exp(2|x|) + 1) with the sign of x; near 0, where that form loses digits, a polynomial."""
    y = abs(x)
    if y <= c.TANH_SWITCH:
        size = tanh_reduced(y, c)
    else:
        size = 1 - 2 / (exp(2 * min(y, x.dtype.type(c.TANH_MAX)), c) + 1)
    return np.copysign(size, x)


def sincos_turns(u, c):
    """Sine and cosine of the rest beyond the nearest quarter turn, |t| ≤ ⅛, exchanged according to the quarter."""
    t = u - (2 * (np.rint(0.5 * u) + 0) if abs(u) < c.INTEGRAL else u)  # without whole turns; ∞ − ∞ is NaN
    t = t - (np.rint(t) + 0)  # + 0: rint(−0) is −0, and −0 − (−0) would lose the sign
    if math.isnan(t):
        return t, t
    quarter = np.rint(4 * t) + 0
    t = t - 0.25 * quarter
    sine, cosine = sin_reduced(t, c), cos_reduced(t, c)
    return {0: (sine, cosine), 1: (cosine, -sine), -1: (-cosine, sine)}.get(int(quarter), (-sine, -cosine))


def each(function, x):
    """function(x_i) for every i."""
    y, c = np.empty_like(x), coefficients.of(x.dtype)
    for i in range(len(x)):
        y[i] = function(x[i], c)
    return y


def exp_array(x):
    """x: (n,) → exp(x): (n,)."""
    with np.errstate(over="ignore", under="ignore"):
        return each(exp, x)


def log_array(x):
    """x: (n,) → log(x): (n,)."""
    return each(log, x)


def tanh_array(x):
    """x: (n,) → tanh(x): (n,)."""
    return each(tanh, x)


def sincos_turns_array(u):
    """u: (n,) → sin 2πu, cos 2πu: (n,)."""
    sine, cosine, c = np.empty_like(u), np.empty_like(u), coefficients.of(u.dtype)
    with np.errstate(invalid="ignore"):
        for i in range(len(u)):
            sine[i], cosine[i] = sincos_turns(u[i], c)
    return sine, cosine
