"""Cases of products that sum over pairs of axes, and of convolutions of sequences."""

import numpy as np

from .case import INSIDE, Case, at_corners

MATRICES = "(...,n,n)"

PRODUCTS_OF_MATRICES = ["(...,n,k),(...,k,m)", "(n,k),(k,m)", "(k),(k)", "(k),(...,k,m)", "(...,n,k),(k)"]


def tensordots(tensordot):
    return [
        Case(tensordot, "(i,j,k),(j,k)"),
        Case(lambda a, b: tensordot(a, b, axes=0), "(n,m),(k)"),
        Case(lambda a, b: tensordot(a, b, axes=1), "(n,k),(k,m)"),
        Case(lambda a, b: tensordot(a, b, axes=([2, 1], [1, 0])), "(i,j,k),(j,k)"),
        Case(lambda a, b: tensordot(a, b, axes=(-1, 1)), "(i,k),(j,k)"),
    ]


def crosses(cross):
    return [
        Case(cross, "(...,3),(...,3)"),
        Case(lambda a, b: cross(a, b, axis=0), "(3,n),(3,n)"),
    ]


def along_the_diagonal(f, *, rows="(n,m)"):
    """The cases of np.trace of matrices, whose rows and columns are the last axes."""
    return [Case(f, rows), Case(lambda x: f(x, offset=-1), rows), Case(lambda x: f(x, offset=1), rows)]


def after_one(x):
    """The number 1, and then those of x: a convolution of nothing has no value."""
    return np.concatenate([np.ones(1, x.dtype), x])


def convolutions(f):
    """In each mode; the longer sequence is the first or the second one."""
    return [
        Case(lambda a, v: f(after_one(a), v), "(n),(m+1)"),
        *(
            Case(lambda a, v, mode=mode: f(a, v, mode=mode), shapes)
            for mode in ("full", "same", "valid")
            for shapes in ("(n+2),(2)", "(2),(n+2)")
        ),
    ]


CASES = {
    np.matmul: [
        *(Case(np.matmul, s) for s in PRODUCTS_OF_MATRICES),
        Case(lambda a, b: a @ b, "(n,k),(k,m)"),
    ],
    np.linalg.matmul: at_corners([Case(np.linalg.matmul, s) for s in PRODUCTS_OF_MATRICES[:2]]),
    np.dot: [
        *(Case(np.dot, s) for s in ("(),(n,m)", "(n),()", "(n),(n)", "(n,k),(k)", "(n,k),(k,m)")),
        Case(lambda a, b: a.dot(b), "(4,n,k),(k)"),
        *(Case(np.dot, s) for s in ("(k),(2,k,n)", "(2,n,k),(3,k,m)")),
    ],
    np.inner: [Case(np.inner, s) for s in ("(),(n)", "(n),(n)", "(n,k),(k)", "(2,n,k),(m,k)")],
    np.vdot: [Case(np.vdot, "(n),(n)"), Case(np.vdot, "(n,m),(n,m)")],
    np.outer: [Case(np.outer, "(n,m),(k)"), Case(np.outer, "(),(n)")],
    np.linalg.outer: [Case(np.linalg.outer, "(n),(m)")],
    np.tensordot: [
        *tensordots(np.tensordot),
        Case(lambda a, b: np.tensordot(a, b, ([1, 2], [0, 1])), "(i,j,k),(j,k)"),
        Case(lambda a, b: np.tensordot(a, b, (1, 0)), "(i,j,k),(j,m)"),
    ],
    np.linalg.tensordot: at_corners(tensordots(np.linalg.tensordot)),
    np.linalg.vecdot: [
        Case(np.linalg.vecdot, "(...,n),(...,n)"),
        Case(lambda a, b: np.linalg.vecdot(a, b, axis=0), "(n,m),(n,m)"),
    ],
    np.kron: [Case(np.kron, s) for s in ("(n),(m)", "(n,m),(2,k)", "(n),(2,m)", "(2,n,1),(m)", "(),(n)")],
    np.cross: [
        *crosses(np.cross),
        Case(lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), "(3,n),(n,3)"),
        Case(lambda a, b: np.cross(a, b, 0, -1), "(3),(...,3)"),
    ],
    np.linalg.cross: at_corners(crosses(np.linalg.cross)),
    np.trace: [
        *along_the_diagonal(np.trace),
        Case(lambda x: np.trace(x, offset=1, axis1=1, axis2=2), "(k,n,m)"),
        Case(lambda x: np.trace(x, -1, 2, 0), "(n,k,m)"),
    ],
    np.linalg.trace: along_the_diagonal(np.linalg.trace, rows="(...,n,m)"),
    np.linalg.multi_dot: [
        Case(lambda a, b: np.linalg.multi_dot([a, b]), "(n,k),(k,m)"),
        Case(lambda a, b, c: np.linalg.multi_dot([a, b, c, 2 * b.T]), "(n,k),(k,m),(m,m)"),
        Case(lambda a, b, c: np.linalg.multi_dot((a, b, c)), "(n),(n,m),(m)"),
    ],
    np.linalg.matrix_power: [
        Case(lambda x, n=n: np.linalg.matrix_power(x, n), MATRICES, INSIDE) for n in (1, 2, 3, 5)
    ]
    + [
        Case(lambda x: np.linalg.matrix_power(x, 0), MATRICES),
        Case(
            lambda x: np.linalg.matrix_power(x + 3 * np.eye(x.shape[-1], dtype=x.dtype), -2), MATRICES, INSIDE
        ),
    ],
    np.convolve: convolutions(np.convolve),
    np.correlate: convolutions(np.correlate),
}
