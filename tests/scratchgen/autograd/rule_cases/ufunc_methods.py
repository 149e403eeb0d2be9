"""Cases of the methods of universal functions; the cases of outer follow from the function itself."""

import numpy as np

from scratchgen.autograd.primitives import TABLE

from . import elementwise
from .case import DISTINCT, REAL, Case, at_corners

SUMMING = {np.add: REAL, np.multiply: REAL, np.logaddexp: REAL, np.maximum: DISTINCT, np.minimum: DISTINCT}


def reducing(ufunc, domain):
    has_value = ufunc in (np.add, np.multiply)  # of an empty array; other functions have none, or −∞
    rows, matrices = ("n", "n,m") if has_value else ("n+1", "n+1,m+1")
    cases = [
        Case(ufunc.reduce, f"({rows},k)", domain),
        Case(lambda x: ufunc.reduce(x, axis=-1, keepdims=True), f"(...,{rows})", domain),
    ]
    if ufunc is not np.logaddexp:  # NumPy reduces it along one axis only
        cases.append(Case(lambda x: ufunc.reduce(x, axis=(1, 0)), f"({matrices},k)", domain))
        cases.append(Case(lambda x: ufunc.reduce(x, axis=None), f"({matrices})", domain))
    return cases


def accumulating(ufunc, domain):
    return [
        Case(ufunc.accumulate, "(n,k)", domain),
        Case(lambda x: ufunc.accumulate(x, axis=-1), "(...,n)", domain),
    ]


def outer(ufunc):
    """Each element of one array with each of another: the function itself is checked at its own cases."""
    domain = elementwise.CASES[ufunc][0].domain
    return at_corners([elementwise.OUTER.get(ufunc) or Case(ufunc.outer, "(n,2),(m)", domain)])


CASES = {
    **{ufunc.reduce: at_corners(reducing(ufunc, domain)) for ufunc, domain in SUMMING.items()},
    np.logaddexp.reduce: reducing(np.logaddexp, REAL),
    **{ufunc.accumulate: accumulating(ufunc, domain) for ufunc, domain in SUMMING.items()},
    **{
        ufunc.outer: outer(ufunc)
        for ufunc in elementwise.CASES
        if ufunc in TABLE and getattr(ufunc, "nin", 1) == 2
    },
}
