"""Cases of the functions that act on each element."""

import math

import numpy as np

from scratchgen.autograd.rules.elementwise import clip

from .case import DISTINCT, INSIDE, POSITIVE, REAL, Case

BOTH = "(...),(...)"


def checkered(*arrays):
    """A mask of the shape that the arrays are broadcast to: true in every other place."""
    shape = np.broadcast_shapes(*map(np.shape, arrays))
    return (np.arange(math.prod(shape)) % 2 == 0).reshape(shape)


UNARY = {
    REAL: "negative positive square exp exp2 expm1 sinh cosh tanh arcsinh sin cos arctan "
    "deg2rad rad2deg radians degrees",
    POSITIVE: "sqrt reciprocal log log2 log10 log1p",
    INSIDE: "arctanh tan arcsin arccos",
    DISTINCT: "absolute sign",
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
    ],
    np.select: [
        Case(lambda x: np.select([x > 0.5, x > -0.5], [x * x, -x]), domain=DISTINCT),
        Case(lambda a, b: np.select([checkered(a, b)], [a], default=b), BOTH),
    ],
    np.clip: CLIPPED,
    clip: CLIPPED,
}
