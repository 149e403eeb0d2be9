"""Cases of norms, inverses, determinants and factorisations.

A factor is unique up to signs, which an algorithm chooses: its cases are functions that do not depend on them.
Eigenvalues and singular values are kept apart, because the derivative of their vectors is unbounded where two of
them are equal.
"""

import numpy as np

from scratchgen.autograd.rules.elementwise import divided_by_length
from scratchgen.autograd.rules.linear_algebra import (
    cofactors,
    eigen_decomposition,
    log_abs_determinant,
    p_norm,
    qr_decomposition,
    singular_value_decomposition,
)

from .case import DISTINCT, INSIDE, POSITIVE, Case, at_corners

MATRICES = "(...,n,n)"
TALL = "(...,n+1,n)"
WIDE = "(...,n,n+1)"


def regular(x, weight=3):
    """Matrices with a heavy diagonal, so well-conditioned, and not symmetric."""
    return x + weight * np.eye(*x.shape[-2:], dtype=x.dtype)


def positive_definite(x):
    """Symmetric matrices whose eigenvalues are at least 2."""
    return np.swapaxes(x, -1, -2) @ x + 2 * np.eye(x.shape[-1], dtype=x.dtype)


def apart(x):
    """Matrices whose singular values are more than 1 apart, and more than 1: 4, 8, 12 up to 2.1, for |x| < 0.7."""
    n, m = x.shape[-2:]
    return x + 4 * np.eye(n, m, dtype=x.dtype) * np.arange(1, m + 1, dtype=x.dtype)


def symmetric(x):
    """Symmetric matrices whose eigenvalues are more than 1 apart, of both signs."""
    n = x.shape[-1]
    middle = np.eye(n, dtype=x.dtype) * (4 * np.arange(n, dtype=x.dtype) - 3)
    return (x + np.swapaxes(x, -1, -2)) / 2 + middle


def increasing(x):
    """Positive matrices whose sums of rows, and of columns, are far apart, for |x| < 0.7."""
    i, j = np.indices(x.shape[-2:])
    return x + (1 + 4 * i + 8 * j).astype(x.dtype)


def of_columns(V):
    """The products of each row of V with the first one: they do not depend on the signs of the columns."""
    return V * V[..., :1, :]


def of_pairs(U, Vt):
    """The products u_i v_i of the columns of U and the rows of Vt, whose signs are chosen together."""
    return np.swapaxes(U, -1, -2)[..., :1] * Vt


def norms(f, shapes="(...,n+1)", **more):
    """Cases of all norms of vectors, along the last axis."""
    return [
        Case(lambda x: f(x, axis=-1, keepdims=True), shapes, POSITIVE),
        Case(lambda x: f(x, axis=-1, ord=1), shapes, DISTINCT),
        Case(lambda x: f(-x, axis=-1, ord=3), shapes, POSITIVE),
        Case(lambda x: f(-x, axis=-1, ord=-1.5), shapes, POSITIVE),
        Case(lambda x: f(x, axis=-1, ord=np.inf), shapes, DISTINCT),
        Case(lambda x: f(x, axis=-1, ord=-np.inf), shapes, DISTINCT),
        Case(lambda x: f(x, axis=-1, ord=0), shapes, DISTINCT),
    ]


# the matrix norms, each with matrices that keep away from its kinks
OF_MATRICES = [(p, apart) for p in ("fro", "nuc", 2, -2)] + [
    (p, increasing) for p in (1, -1, np.inf, -np.inf)
]

NORMS = [
    # the derivative has no limit at 0: positive numbers keep away from there
    Case(np.linalg.norm, "(n+1,m+1)", POSITIVE),
    Case(lambda x: np.linalg.norm(x, "fro", axis=(0, 1)), "(n+1,m+1,k)", POSITIVE),
    Case(lambda x: np.linalg.norm(x, 2, axis=-1), "(...,n+1)", POSITIVE),
    *norms(np.linalg.norm),
    *(Case(lambda x, p=p, of=of: np.linalg.norm(of(x), p), "(2,3)", INSIDE) for p, of in OF_MATRICES),
    Case(lambda x: np.linalg.norm(apart(x), "nuc", axis=(2, 0)), "(2,k,2)", INSIDE),
    Case(lambda x: np.linalg.norm(increasing(x), 1, axis=(-1, -2), keepdims=True), "(...,3,2)", INSIDE),
]
LOG_DETERMINANTS = [
    Case(lambda x: np.linalg.slogdet(regular(x)).logabsdet, MATRICES, INSIDE),
    Case(lambda x: np.linalg.slogdet(-2 * regular(x))[1], "(n,n)", INSIDE),
]
EIGENVALUES = [
    Case(lambda x: np.linalg.eigvalsh(symmetric(x)), MATRICES, INSIDE),
    Case(lambda x: np.linalg.eigvalsh(symmetric(x), UPLO="U"), "(n,n)", INSIDE),
]
EIGENVECTORS = [
    Case(lambda x: np.linalg.eigh(symmetric(x)).eigenvalues, MATRICES, INSIDE),
    Case(lambda x: of_columns(np.linalg.eigh(symmetric(x))[1]), "(...,n+1,n+1)", INSIDE),
    Case(
        lambda x: (lambda w, V: np.sin(w)[..., None, :] * of_columns(V))(
            *np.linalg.eigh(symmetric(x), UPLO="U")
        ),
        "(n+1,n+1)",
        INSIDE,
    ),
]
SINGULAR_VALUES = [
    Case(lambda x: np.linalg.svdvals(apart(x)), s, INSIDE) for s in ("(...,n,n)", "(n+1,n)", "(n,m)")
]
SINGULAR_VECTORS = [
    Case(lambda x: np.linalg.svd(apart(x), compute_uv=False), "(...,n,m)", INSIDE),
    Case(lambda x: of_columns(np.linalg.svd(apart(x)).U), "(...,n+1,n+1)", INSIDE),
    *(
        Case(lambda x, part=part: part(*np.linalg.svd(apart(x), full_matrices=False)), shapes, INSIDE)
        for shapes in ("(3,2)", "(2,n+2)")
        for part in (
            lambda U, s, Vt: of_pairs(U, Vt),
            lambda U, s, Vt: of_columns(U) * np.sin(s),
            lambda U, s, Vt: of_columns(np.swapaxes(Vt, -1, -2)),
        )
    ),
    Case(
        lambda x: (lambda U, s, Vt: of_pairs(U, Vt) + of_columns(U * s))(
            *np.linalg.svd(symmetric(x), hermitian=True)
        ),
        "(n+1,n+1)",
        INSIDE,
    ),
]
ORTHOGONAL_FACTORS = [
    Case(lambda x: np.linalg.qr(regular(x)).Q, MATRICES, INSIDE),
    Case(lambda x: np.linalg.qr(regular(x), mode="reduced")[1], TALL, INSIDE),
    Case(lambda x: np.linalg.qr(regular(x), mode="r"), TALL, INSIDE),
    Case(lambda x: (lambda Q, R: Q * R[..., :1, :])(*np.linalg.qr(regular(x))), "(4,2)", INSIDE),
]

CASES = {
    np.linalg.norm: NORMS,
    p_norm: [
        Case(lambda x: p_norm(x, 3), "(n+1)", POSITIVE, oracle=lambda x: np.sum(x**3) ** (1 / 3)),
        Case(
            lambda x: p_norm(-x, 1.5, axis=1, keepdims=True),
            "(n,m+1)",
            POSITIVE,
            oracle=lambda x: np.sum(x**1.5, axis=1, keepdims=True) ** (2 / 3),
        ),
    ],
    divided_by_length: [
        Case(divided_by_length, "(...),(...)", POSITIVE, oracle=lambda g, length: g / length)
    ],
    np.linalg.vector_norm: [
        Case(np.linalg.vector_norm, "(n+1,m+1)", POSITIVE),
        *at_corners(norms(np.linalg.vector_norm)),
        Case(lambda x: np.linalg.vector_norm(x, axis=(0, 2), ord=3, keepdims=True), "(n+1,k,m+1)", POSITIVE),
        Case(lambda x: np.linalg.vector_norm(x, axis=(1, 0)), "(n+1,m+1,k)", POSITIVE),
    ],
    np.linalg.matrix_norm: [
        *(
            Case(lambda x, p=p, of=of: np.linalg.matrix_norm(of(x), ord=p), "(...,2,3)", INSIDE)
            for p, of in OF_MATRICES
        ),
        Case(lambda x: np.linalg.matrix_norm(x, keepdims=True), "(n+1,m+1)", POSITIVE),
    ],
    np.linalg.inv: [Case(lambda x: np.linalg.inv(regular(x)), MATRICES, INSIDE)],
    np.linalg.pinv: [Case(lambda x: np.linalg.pinv(regular(x)), s, INSIDE) for s in (MATRICES, TALL, WIDE)],
    np.linalg.solve: [
        Case(lambda a, b: np.linalg.solve(regular(a), b), "(...,n,n),(...,n,m)", INSIDE),
        Case(lambda a, b: np.linalg.solve(regular(a), b), "(...,n,n),(n)", INSIDE),
    ],
    np.linalg.slogdet: LOG_DETERMINANTS,
    log_abs_determinant: at_corners(LOG_DETERMINANTS),
    cofactors: [
        Case(
            lambda x: cofactors(regular(x, -2)),
            "(...,n+1,n+1)",
            INSIDE,
            oracle=lambda x: (
                np.swapaxes(np.linalg.inv(regular(x, -2)), -1, -2)
                * np.linalg.det(regular(x, -2))[..., None, None]
            ),
        )
    ],
    np.linalg.det: [Case(lambda x: np.linalg.det(regular(x, -2)), MATRICES, INSIDE)],
    np.linalg.cholesky: [
        Case(lambda x: np.linalg.cholesky(positive_definite(x)), MATRICES, INSIDE),
        Case(lambda x: np.linalg.cholesky(positive_definite(x), upper=True), MATRICES, INSIDE),
    ],
    np.linalg.eigvalsh: EIGENVALUES,
    np.linalg.eigh: EIGENVECTORS,
    eigen_decomposition: at_corners(EIGENVECTORS),
    np.linalg.svdvals: SINGULAR_VALUES,
    np.linalg.svd: SINGULAR_VECTORS,
    singular_value_decomposition: at_corners(SINGULAR_VECTORS),
    np.linalg.qr: ORTHOGONAL_FACTORS,
    qr_decomposition: at_corners(ORTHOGONAL_FACTORS),
}
