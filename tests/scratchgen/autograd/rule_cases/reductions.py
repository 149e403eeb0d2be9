"""Cases of the functions that reduce axes, and of those that accumulate along one."""

import numpy as np

from .case import DISTINCT, Case, at_corners

ROWS = "(...,n+1)"  # of at least one element each; there may be no row at all


def extremes(f):
    return [
        Case(f, "(n+1,m+1)", DISTINCT),
        Case(lambda x: f(x, axis=-1), ROWS, DISTINCT),
        Case(lambda x: f(x, axis=(-2, -1), keepdims=True), "(...,n+1,m+1)", DISTINCT),
    ]


CASES = {
    np.sum: [
        Case(np.sum),
        Case(lambda x: x.sum(axis=-1), "(...,n)"),
        Case(lambda x: x.sum(axis=(-2, -1), keepdims=True), "(...,n,m)"),
    ],
    np.mean: [
        Case(np.mean, "(n+1,m+1)"),
        Case(lambda x: x.mean(axis=0), "(n+1,m)"),
        Case(lambda x: x.mean(axis=(-1, -2), keepdims=True), "(...,n+1,m+1)"),
    ],
    np.prod: [
        Case(np.prod),
        Case(lambda x: x.prod(axis=-1), "(...,n)"),
        Case(lambda x: np.prod(x, axis=(1, 0), keepdims=True), "(n,m,k)"),
    ],
    np.max: extremes(np.max),
    np.amax: at_corners(extremes(np.amax)),
    np.min: extremes(np.min),
    np.amin: at_corners(extremes(np.amin)),
    np.var: [
        Case(np.var, "(n+1,m+1)"),
        Case(lambda x: x.var(axis=0, keepdims=True), "(n+1,m)"),
        Case(lambda x: np.var(x, axis=(0, 2), ddof=1), "(n+1,m,k+2)"),
    ],
    # its derivative is unbounded near 0: numbers that differ keep away from there
    np.std: [
        Case(lambda x: np.std(np.stack([x, x + 2])), "(n+1,m+1)"),
        Case(lambda x: np.stack([x, x + 2]).std(axis=0, ddof=1, keepdims=True)),
        Case(lambda x: np.std(np.stack([x, x + 2], axis=-1), axis=(0, -1)), "(n+1,m)"),
    ],
    np.cumsum: [
        Case(np.cumsum),
        Case(lambda x: x.cumsum(axis=1), "(n,m)"),
        Case(lambda x: np.cumsum(x, -1), ROWS),
    ],
    np.cumprod: [
        Case(np.cumprod),
        Case(lambda x: np.cumprod(x, axis=0), "(n,m)"),
        Case(lambda x: np.cumprod(x, -1), ROWS),
    ],
}
