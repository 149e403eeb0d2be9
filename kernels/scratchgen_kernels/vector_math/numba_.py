"""exp, log, tanh, sin and cos, compiled on the first call: of one number, for other kernels, and of arrays.

Why they are fast: no branch and no call into a library. Selections are conditional expressions, the exponent of a
number is read and written through its bits, and a float is rounded to an integer by adding and subtracting ROUNDER;
so LLVM turns a loop that calls one of these functions into vector instructions, while math.exp would be called once
per number. `loops.py` has the same steps with their reasons.
"""

from collections import namedtuple

import numpy as np
from numba import types
from numba.extending import overload

from scratchgen_kernels.jit import EXACT_OPTIONS, OPTIONS, compiled
from scratchgen_kernels.threads import in_parallel
from scratchgen_kernels.vector_math import coefficients

INLINE_OPTIONS = {**EXACT_OPTIONS, "forceinline": True}
FUSED_INLINE_OPTIONS = {**OPTIONS, "forceinline": True}
GRAIN_SIZE = 32768  # elements that pay for a thread

SMALL_NUMBERS = {
    "ZERO": 0,
    "QUARTER": 0.25,
    "HALF": 0.5,
    "ONE": 1,
    "TWO": 2,
    "FOUR": 4,
    "UNIT": 2.0**-32,
    "SQRT_2_MINUS_1": 0.41421354,
}
Constants = namedtuple("Constants", [*vars(coefficients.FLOAT32), *SMALL_NUMBERS])  # type: ignore[misc]  # names in a list


def constants(dtype, numbers):
    """The coefficients and SMALL_NUMBERS in one dtype, because with a Python number 1 + x would be float64."""
    values = (*vars(numbers).values(), *SMALL_NUMBERS.values())
    return Constants(*(tuple(map(dtype, v)) if isinstance(v, tuple) else dtype(v) for v in values))


C32, C64 = constants(np.float32, coefficients.FLOAT32), constants(np.float64, coefficients.FLOAT64)


def by_dtype(of_float32, of_float64):
    """A function of one number, of_float32(x) or of_float64(x) by the dtype of x, for compiled code."""

    def function(x):
        return of_float32(x) if x.dtype == np.float32 else of_float64(x)

    @overload(function)
    def choose(x):
        chosen = of_float32 if x is types.float32 else of_float64
        return lambda x: chosen(x)

    return function


# --- bits -------------------------------------------------------------------------------------------------


@compiled(options=INLINE_OPTIONS)
def power_of_two32(n):
    """2ⁿ where it is normal: n + 127 is in the low bits of the sum and is moved to the exponent."""
    bits = np.float32(n + (C32.ROUNDER + C32.BIAS)).view(np.uint32)
    return np.uint32(bits << np.uint32(23)).view(np.float32)


@compiled(options=INLINE_OPTIONS)
def power_of_two64(n):
    """2**n in double precision: n + 1023 in the bits of the exponent, moved by 52 places."""
    bits = np.float64(n + (C64.ROUNDER + C64.BIAS)).view(np.uint64)
    return np.uint64(bits << np.uint64(52)).view(np.float64)


@compiled(options=INLINE_OPTIONS)
def exponent_removed32(x):
    """(m, n) with x = m 2ⁿ and m in [√½, √2), for a normal x > 0."""
    shifted = np.uint32(np.float32(x).view(np.uint32) + np.uint32(0x3F800000 - 0x3F3504F3))  # of 1 and of √½
    exponent = np.uint32(np.uint32(0x4B000000) | np.uint32(shifted >> np.uint32(23))).view(np.float32)
    m = np.uint32(np.uint32(shifted & np.uint32(0x007FFFFF)) + np.uint32(0x3F3504F3)).view(np.float32)
    return m, exponent - (C32.INTEGRAL + C32.BIAS)


@compiled(options=INLINE_OPTIONS)
def exponent_removed64(x):
    """`exponent_removed` in float64."""
    shifted = np.float64(x).view(np.uint64) + np.uint64(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
    exponent = np.uint64(np.uint64(0x4330000000000000) | np.uint64(shifted >> np.uint64(52))).view(np.float64)
    m = np.uint64((shifted & np.uint64(0x000FFFFFFFFFFFFF)) + np.uint64(0x3FE6A09E667F3BCD)).view(np.float64)
    return m, exponent - (C64.INTEGRAL + C64.BIAS)


@compiled(options=INLINE_OPTIONS)
def sign32(x):
    """1 or −1, with the sign bit of x, also of x = −0."""
    sign = np.uint32(np.float32(x).view(np.uint32) & np.uint32(0x80000000))
    return np.uint32(sign | np.uint32(0x3F800000)).view(np.float32)


@compiled(options=INLINE_OPTIONS)
def sign64(x):
    """`sign` in double precision."""
    sign = np.uint64(np.float64(x).view(np.uint64) & np.uint64(0x8000000000000000))
    return np.uint64(sign | np.uint64(0x3FF0000000000000)).view(np.float64)


power_of_two = by_dtype(power_of_two32, power_of_two64)
exponent_removed = by_dtype(exponent_removed32, exponent_removed64)
sign = by_dtype(sign32, sign64)

# --- reduced ranges; c: the constants of the dtype of x -----------------------------------------------------


@compiled(options=INLINE_OPTIONS)
def polynomial(x, coefficients):
    """Σ_k coefficients[k] xᵏ by Horner's rule; the loop is unrolled."""
    y = coefficients[len(coefficients) - 1]
    for k in range(len(coefficients) - 2, -1, -1):
        y = coefficients[k] + x * y
    return y


@compiled(options=INLINE_OPTIONS)
def nearest(x, c):
    """x rounded to an integer, for |x| < 2²² (float32) or 2⁵¹ (float64)."""
    return (x + c.ROUNDER) - c.ROUNDER


@compiled(options=FUSED_INLINE_OPTIONS)
def exp_of(x, c):
    """exp(x) − 1 = r + r² Q(r), and 2ⁿ in two steps, so that gradual underflow is rounded once."""
    x = c.EXP_MIN if x < c.EXP_MIN else x
    x = c.EXP_MAX if x > c.EXP_MAX else x
    n = nearest(x * c.LOG2_E, c)
    r = (x - n * c.LN2_HIGH) - n * c.LN2_LOW
    a = nearest(c.HALF * n, c)
    return ((c.ONE + (r + r * r * polynomial(r, c.EXP_Q))) * power_of_two(a)) * power_of_two(n - a)


@compiled(options=INLINE_OPTIONS)
def log_reduced(f, n, c):
    """log(1 + f) + n ln 2 for √½ ≤ 1 + f < √2."""
    s = f / (c.TWO + f)
    z = s * s
    R, square = z * polynomial(z, c.LOG_R), c.HALF * f * f
    return n * c.LN2_HIGH + (f - (square - (s * (square + R) + n * c.LN2_LOW)))


@compiled(options=FUSED_INLINE_OPTIONS)
def log_of(x, c):
    """log x = log m + n ln 2 for x = m 2ⁿ; a subnormal is scaled up first."""
    subnormal = x < c.SMALLEST_NORMAL
    m, n = exponent_removed(x * c.INTEGRAL if subnormal else x)
    y = log_reduced(m - c.ONE, n - c.DIGITS if subnormal else n, c)
    infinity = c.ONE / c.ZERO
    y = y if x > c.ZERO else (-infinity if x == c.ZERO else infinity - infinity)
    return y if x < infinity else x + x  # NaN and infinity


@compiled(options=FUSED_INLINE_OPTIONS)
def tanh_of(x, c):
    """|x| + |x|³ T(x²) near 0, 1 − 2 / (exp 2|x| + 1) elsewhere, with the sign of x."""
    y = abs(x)
    a = c.TWO * (c.TANH_MAX if y > c.TANH_MAX else y)
    far = c.ONE - c.TWO / (exp_of(a, c) + c.ONE)
    z = y * y
    near = y + y * z * polynomial(z, c.TANH_T)
    return sign(x) * (far if y > c.TANH_SWITCH else near)


@compiled(options=FUSED_INLINE_OPTIONS)
def sigmoid_of(x, c):
    """1 / (1 + exp(−x)), without overflow at either end."""
    e = exp_of(-abs(x), c)
    return (e if x < c.ZERO else c.ONE) / (c.ONE + e)


@compiled(options=FUSED_INLINE_OPTIONS)
def softplus_of(x, c):
    """log(1 + exp x) = max(x, 0) + log(1 + e), e = exp(−|x|) ≤ 1: not rounded away where e is small."""
    e = exp_of(-abs(x), c)
    near = e <= c.SQRT_2_MINUS_1  # else log(1 + e) = log((1 + e) / 2) + ln 2
    f, n = e if near else c.HALF * (e - c.ONE), c.ZERO if near else c.ONE
    return (x if x > c.ZERO else c.ZERO) + log_reduced(f, n, c)


@compiled(options=INLINE_OPTIONS)
def sin_reduced(t, c):
    """sin 2πt for |t| ≤ ⅛."""
    z = t * t
    return t * (c.TWO_PI + z * polynomial(z, c.SIN_S))


@compiled(options=INLINE_OPTIONS)
def cos_reduced(t, c):
    """cos 2πt for |t| ≤ ⅛."""
    z = t * t
    return c.ONE - (z * c.TWO_PI_SQUARED - z * z * polynomial(z, c.COS_C))


@compiled(options=FUSED_INLINE_OPTIONS)
def sincos_turns_of(u, c):
    """(sin 2πu, cos 2πu); every difference here is exact."""
    t = u - (c.TWO * nearest(c.HALF * u, c) if abs(u) < c.INTEGRAL else u)
    t = t - nearest(t, c)
    q = nearest(c.FOUR * t, c)  # the nearest quarter turn, −2 … 2
    t = t - c.QUARTER * q
    sine, cosine, sign = sin_reduced(t, c), cos_reduced(t, c), c.ONE - c.HALF * q * q
    odd = q * q == c.ONE
    return q * cosine if odd else sign * sine, -q * sine if odd else sign * cosine


# --- of one number, for other kernels -----------------------------------------------------------------------


def with_constants(function):
    """The function of x alone, with the constants of its dtype."""
    return by_dtype(
        compiled(lambda x: function(x, C32), options=FUSED_INLINE_OPTIONS),
        compiled(lambda x: function(x, C64), options=FUSED_INLINE_OPTIONS),
    )


constants_of = by_dtype(
    compiled(lambda x: C32, options=INLINE_OPTIONS),  # the constants of the dtype of x
    compiled(lambda x: C64, options=INLINE_OPTIONS),
)
exp, log, tanh, sincos_turns = map(with_constants, (exp_of, log_of, tanh_of, sincos_turns_of))
sigmoid, softplus = map(with_constants, (sigmoid_of, softplus_of))

# --- of arrays --------------------------------------------------------------------------------------------


@compiled
def exp_into(x, y):
    """y_i = exp(x_i)."""
    for i in range(len(x)):
        y[i] = exp(x[i])


@compiled
def log_into(x, y):
    """y_i = log(x_i)."""
    for i in range(len(x)):
        y[i] = log(x[i])


@compiled
def tanh_into(x, y):
    """y_i = tanh(x_i)."""
    for i in range(len(x)):
        y[i] = tanh(x[i])


@compiled
def sincos_turns_into(u, sine, cosine):
    """sin 2πu_i and cos 2πu_i."""
    for i in range(len(u)):
        sine[i], cosine[i] = sincos_turns(u[i])


def mapped(fill, x, results=1):
    """New arrays of the length of x, filled by one of the loops above."""
    results = [np.empty_like(x) for _ in range(results)]
    in_parallel(lambda a, b: fill(x[a:b], *(y[a:b] for y in results)), len(x), grain_size=GRAIN_SIZE)
    return results


def exp_array(x):
    """x: (n,) → exp(x): (n,)."""
    return mapped(exp_into, x)[0]


def log_array(x):
    """x: (n,) → log(x): (n,)."""
    return mapped(log_into, x)[0]


def tanh_array(x):
    """x: (n,) → tanh(x): (n,)."""
    return mapped(tanh_into, x)[0]


def sincos_turns_array(u):
    """u: (n,) → sin 2πu, cos 2πu: (n,)."""
    return tuple(mapped(sincos_turns_into, u, results=2))
