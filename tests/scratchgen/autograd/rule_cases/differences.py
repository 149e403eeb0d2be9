"""Cases of differences, of integrals and of interpolation along an axis."""

import numpy as np

from .case import DISTINCT, INSIDE, Case

KNOTS = np.array([-0.5, 0.0, 1.0])  # DISTINCT numbers keep away from them
BETWEEN = np.array([-2.0, 0.4, 1.5, 0.6, 9.0])  # between, before and after knots near 0, 1 and 2


def knots(p):
    """Increasing points near 0, 1, 2, …, for |p| < 0.7."""
    return np.arange(len(p)) + p / 10


def interp(x, xp, fp, **options):
    """NumPy gives float64 for all types; single precision is single again."""
    return np.interp(x, xp, fp, **options).astype(fp.dtype)


def both(f):
    """A function of two results as one result."""
    return lambda *args: (lambda a, b: np.sin(a) + b * b)(*f(*args))


CASES = {
    np.diff: [
        Case(np.diff, "(...,n)"),
        Case(lambda x: np.diff(x, 2, axis=0), "(n,m)"),
        Case(lambda x: np.diff(x, n=0), "(n)"),
        Case(lambda x, first, last: np.diff(x, prepend=first, append=last), "(n,m),(),()"),
        Case(lambda x, first, last: np.diff(x, 3, 0, first, last), "(n,m),(2,m),(1,m)"),
    ],
    np.ediff1d: [
        Case(np.ediff1d, "(n,m)"),
        Case(lambda x, first, last: np.ediff1d(x, to_begin=first, to_end=last), "(n),(),(m)"),
    ],
    np.trapezoid: [
        Case(np.trapezoid, "(...,n)"),
        Case(lambda y: np.trapezoid(y, dx=0.3, axis=0), "(n,m)"),
        Case(np.trapezoid, "(...,n),(n)"),
        Case(lambda y, x: np.trapezoid(y, x, axis=0), "(n,m),(n,m)"),
    ],
    np.interp: [
        Case(lambda x, f: interp(x, KNOTS, f), "(...),(3)", DISTINCT),
        Case(lambda x, f, a, b: interp(x, KNOTS, f, left=a, right=b), "(...),(3),(),()", DISTINCT),
        Case(lambda p, f: interp(BETWEEN, knots(p), f), "(n+1),(n+1)", INSIDE),
        Case(lambda x, p, f: interp(x, knots(p) - 1.5, f), "(2),(4),(4)", INSIDE),
    ],
    np.linspace: [
        Case(lambda a, b: np.linspace(a, b, 4), "(...),(...)"),
        Case(lambda a, b: np.linspace(a, b, num=3, endpoint=False, axis=-1), "(...),(...)"),
        Case(lambda a, b: np.linspace(a, b, 1) + np.sum(np.linspace(a, b, 0)), "(n),()"),
        Case(lambda a: np.linspace(a, 2.0), "(n)"),
        Case(lambda a: np.linspace(1.0, a, 5), "()"),
    ],
    np.polyval: [Case(np.polyval, "(n),(...)"), Case(np.polyval, "(3),()")],
    np.gradient: [
        Case(lambda x: np.gradient(x), "(n+2)"),
        Case(lambda x: np.gradient(x, 0.5, axis=1), "(n,m+2)"),
        Case(both(lambda x: np.gradient(x, 0.5, 2.0)), "(n+2,m+2)"),
        Case(both(lambda x: np.gradient(x, 0.5, axis=(2, 0))), "(2,k,n+2)"),
        Case(lambda x: np.gradient(x, 0.5, axis=-1, edge_order=2), "(...,n+3)"),
    ],
}
