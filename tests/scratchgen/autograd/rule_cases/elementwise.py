"""Cases of the functions that act on each element."""

import math

import numpy as np

from scratchgen.autograd.rules.elementwise import clip, sinc_derivative

from .case import DISTINCT, INSIDE, POSITIVE, REAL, Case, at_corners

BOTH = "(...),(...)"


def checkered(*arrays):
    """A mask of the shape that the arrays are broadcast to: true in every other place."""
    shape = np.broadcast_shapes(*map(np.shape, arrays))
    return (np.arange(math.prod(shape)) % 2 == 0).reshape(shape)


def beside_nan(x):
    """x with NaN in every other place."""
    return np.where(checkered(x), np.nan, x)


def extremes(f):
    """Cases of a function that ignores a NaN next to a number."""
    return [
        Case(f, BOTH, DISTINCT),
        Case(lambda a, b: f(beside_nan(a), b), BOTH, DISTINCT),
        Case(lambda a, b: f(a, beside_nan(b)), BOTH, DISTINCT),
    ]


# The quotient of these is between 2.5 and 2.7, so that no difference quotient crosses a jump.


def dividend(a):
    return 8 + a / 20


def divisor(b):
    return 3 + b / 30


def added(parts):
    """Two results as one: a sum of powers, which no sum of the rules can imitate."""
    first, second = parts
    return first + second * second


def float_power(a, b):
    """NumPy gives float64 for all types; single precision is single again."""
    return np.float_power(a, b).astype(a.dtype)


ROUNDED = (np.round, np.around)
UNARY = {
    REAL: "negative positive square exp exp2 expm1 sinh cosh tanh arcsinh sin cos arctan "
    "deg2rad rad2deg radians degrees",
    POSITIVE: "sqrt reciprocal log log2 log10 log1p cbrt",
    INSIDE: "arctanh tan arcsin arccos",
    DISTINCT: "absolute fabs sign floor ceil trunc rint fix",
}

# np.clip and the primitive that it is made of
CLIPPED = [
    Case(lambda x: np.clip(x, -0.51, 0.52), domain=DISTINCT),
    Case(lambda x: np.clip(x, 0.075, None), domain=DISTINCT),
    Case(lambda x: np.clip(x, a_min=-0.5, a_max=np.full(x.shape, 0.075, x.dtype)), domain=DISTINCT),
    Case(lambda x: np.clip(x, min=-0.3, max=0.7), domain=DISTINCT),
    Case(lambda x, low, high: np.clip(x, low, high), "(...),(...),(...)", DISTINCT),
    Case(lambda x, low: np.clip(x, low, low + 0.25), BOTH, DISTINCT),
]

CASES = {
    **{getattr(np, f): [Case(getattr(np, f), domain=d)] for d, fs in UNARY.items() for f in fs.split()},
    np.arccosh: [Case(lambda x: np.arccosh(x + 1), domain=POSITIVE)],
    np.add: [Case(lambda a, b: a + b, BOTH)],
    np.subtract: [Case(lambda a, b: a - b, BOTH)],
    np.multiply: [Case(lambda a, b: a * b, BOTH)],
    np.divide: [Case(lambda a, b: a / b, BOTH, POSITIVE)],
    np.power: [
        Case(lambda a, b: a**b, BOTH, POSITIVE),
        Case(lambda x: x**3),
        Case(lambda x: x**0 + x**1),
        Case(lambda x: x**-1.5, domain=POSITIVE),
        Case(lambda x: 1.7**x),
    ],
    np.float_power: [Case(float_power, BOTH, POSITIVE)],
    np.logaddexp: [Case(np.logaddexp, BOTH)],
    np.logaddexp2: [Case(np.logaddexp2, BOTH)],
    np.arctan2: [
        Case(np.arctan2, BOTH, POSITIVE),
        Case(lambda a, b: np.arctan2(a, -b) + np.arctan2(-a, b) + np.arctan2(-a, -b), BOTH, POSITIVE),
    ],
    np.hypot: [Case(np.hypot, BOTH, POSITIVE)],
    np.maximum: [Case(np.maximum, BOTH, DISTINCT)],
    np.minimum: [Case(np.minimum, BOTH, DISTINCT)],
    np.where: [
        Case(lambda a, b: np.where(checkered(a, b), a, b), BOTH),
        Case(lambda a, b: np.where(np.array(True), a, b) - np.where(np.array(False), a, b), BOTH),
        Case(lambda x: np.where(x > 0, x, 0.1 * x), domain=DISTINCT),
        Case(np.where, "(...),(...),(...)", DISTINCT),  # numbers as truth values
    ],
    np.sinc: [Case(np.sinc), Case(lambda x: np.sinc(3 * x), domain=DISTINCT)],
    sinc_derivative: [
        Case(
            lambda x: sinc_derivative(x, 1),
            domain=DISTINCT,
            oracle=lambda x: (np.cos(math.pi * x) - np.sinc(x)) / x,
        ),
        Case(
            lambda x: sinc_derivative(3 * x, n=2),
            domain=DISTINCT,
            oracle=lambda x: (
                -(math.pi**2) * np.sinc(3 * x) - 2 * (np.cos(math.pi * 3 * x) - np.sinc(3 * x)) / (3 * x) ** 2
            ),
        ),
    ],
    np.fmax: extremes(np.fmax),
    np.fmin: extremes(np.fmin),
    **{
        f: [Case(f, domain=DISTINCT), Case(lambda x, f=f: f(x, decimals=1), domain=DISTINCT)] for f in ROUNDED
    },
    np.floor_divide: [
        Case(lambda a, b: dividend(a) // divisor(b), BOTH),
        Case(lambda x: x // 0.3, domain=DISTINCT),
    ],
    np.remainder: [
        Case(lambda a, b: dividend(a) % divisor(b), BOTH),
        Case(lambda a, b: np.remainder(-dividend(a), divisor(b)), BOTH),
        Case(lambda x: x % 0.3, domain=DISTINCT),
    ],
    np.fmod: [
        Case(lambda a, b: np.fmod(dividend(a), divisor(b)), BOTH),
        Case(lambda a, b: np.fmod(-dividend(a), divisor(b)), BOTH),
        Case(lambda x: np.fmod(x, 0.3), domain=DISTINCT),
    ],
    np.divmod: [Case(lambda a, b: added(divmod(dividend(a), divisor(b))), BOTH)],
    np.modf: [Case(lambda x: added(np.modf(3 * x)), domain=DISTINCT)],
    np.heaviside: [Case(np.heaviside, BOTH, DISTINCT)],
    np.copysign: [Case(np.copysign, BOTH, DISTINCT)],
    np.ldexp: [
        Case(lambda x: np.ldexp(x, 3)),
        Case(lambda x: np.ldexp(x, np.array([[1], [-2]])), "(n)"),
    ],
    np.nan_to_num: [
        Case(np.nan_to_num),
        Case(lambda x: np.nan_to_num(beside_nan(x), nan=2.0, posinf=1.0, neginf=-1.0)),
    ],
    np.clip: CLIPPED,
    clip: at_corners(CLIPPED),
}

PAIRS = "(n,2),(m)"

# The case of f.outer where the arguments of f itself are made inside of its case.
OUTER = {
    np.float_power: Case(lambda a, b: np.float_power.outer(a, b).astype(a.dtype), PAIRS, POSITIVE),
    np.ldexp: Case(lambda a: np.ldexp.outer(a, [[1, -2]]), "(n,2)"),
    **{
        f: Case(lambda a, b, f=f: f.outer(dividend(a), divisor(b)), PAIRS)
        for f in (np.floor_divide, np.remainder, np.fmod)
    },
}
