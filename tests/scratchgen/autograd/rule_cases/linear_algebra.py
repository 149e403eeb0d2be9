"""Cases of matrix products, sums of products, norms and inverses."""

import numpy as np

from scratchgen.autograd.rules.linear_algebra import log_abs_determinant

from .case import DISTINCT, INSIDE, POSITIVE, Case

MATRICES = "(...,n,n)"


def regular(x, weight=3):
    """Square matrices with a heavy diagonal, so well-conditioned, and not symmetric."""
    return x + weight * np.eye(x.shape[-1], dtype=x.dtype)


def positive_definite(x):
    """Symmetric matrices whose eigenvalues are at least 2."""
    return np.swapaxes(x, -1, -2) @ x + 2 * np.eye(x.shape[-1], dtype=x.dtype)


EINSUMS = {
    "ij,jk->ik": "(i,j),(j,k)",
    "ij,jk": "(i,j),(j,k)",
    "ba": "(i,j)",
    "ii": "(i,i)",
    "ii->i": "(i,i)",
    "iji,jk->ik": "(i,j,i),(j,k)",
    "iii,i->i": "(i,i,i),(i)",
    "ij,k->k": "(i,j),(k)",
    "ij->": "(i,j)",
    "i,ij,j->": "(i),(i,j),(j)",
    "i,j->ij": "(i),(j)",
    "...ij,...jk->...ik": "(...,i,j),(...,j,k)",
    "...ij,jk": "(...,i,j),(j,k)",
    "a...,...->...a": "(2,n,1),(4,1,k)",
    "ij,ij->ij": "(1,j),(i,j)",
    "ij,ij->": "(1,j),(i,1)",
    ",->": "(),()",
}


def einsum_of(subscripts, **options):
    return lambda *operands: np.einsum(subscripts, *operands, **options)


SUMS_OF_PRODUCTS = [
    *(Case(einsum_of(subscripts), shapes) for subscripts, shapes in EINSUMS.items()),
    Case(einsum_of("ij,jk,kl->il", optimize=True), "(i,j),(j,k),(k,l)"),
]
# the derivative has no limit at 0: positive numbers keep away from there
EUCLIDEAN = [
    Case(np.linalg.norm, "(n+1,m+1)", POSITIVE),
    Case(lambda x: np.linalg.norm(x, axis=-1, keepdims=True), "(...,n+1)", POSITIVE),
    Case(lambda x: np.linalg.norm(x, "fro", axis=(0, 1)), "(n+1,m+1,k)", POSITIVE),
    Case(lambda x: np.linalg.norm(x, 2, axis=-1), "(...,n+1)", POSITIVE),
]
LOG_DETERMINANTS = [
    Case(lambda x: np.linalg.slogdet(regular(x)).logabsdet, MATRICES, INSIDE),
    Case(lambda x: np.linalg.slogdet(-2 * regular(x))[1], "(n,n)", INSIDE),
]

CASES = {
    np.matmul: [
        Case(np.matmul, "(...,n,k),(...,k,m)"),
        Case(lambda a, b: a @ b, "(n,k),(k,m)"),
        Case(np.matmul, "(k),(k)"),
        Case(np.matmul, "(k),(...,k,m)"),
        Case(np.matmul, "(...,n,k),(k)"),
    ],
    np.dot: [
        *(Case(np.dot, s) for s in ("(),(n,m)", "(n),()", "(n),(n)", "(n,k),(k)", "(n,k),(k,m)")),
        Case(lambda a, b: a.dot(b), "(4,n,k),(k)"),
        *(Case(np.dot, s) for s in ("(k),(2,k,n)", "(2,n,k),(3,k,m)")),
    ],
    np.inner: [Case(np.inner, s) for s in ("(),(n)", "(n),(n)", "(n,k),(k)", "(2,n,k),(m,k)")],
    np.vdot: [Case(np.vdot, "(n),(n)"), Case(np.vdot, "(n,m),(n,m)")],
    np.outer: [Case(np.outer, "(n,m),(k)"), Case(np.outer, "(),(n)")],
    np.tensordot: [
        Case(np.tensordot, "(i,j,k),(j,k)"),
        Case(lambda a, b: np.tensordot(a, b, 0), "(n,m),(k)"),
        Case(lambda a, b: np.tensordot(a, b, axes=1), "(n,k),(k,m)"),
        Case(lambda a, b: np.tensordot(a, b, (1, 0)), "(i,j,k),(j,m)"),
        Case(lambda a, b: np.tensordot(a, b, ([1, 2], [0, 1])), "(i,j,k),(j,k)"),
        Case(lambda a, b: np.tensordot(a, b, ([2, 1], [1, 0])), "(i,j,k),(j,k)"),
        Case(lambda a, b: np.tensordot(a, b, (-1, 1)), "(i,k),(j,k)"),
    ],
    np.einsum: SUMS_OF_PRODUCTS,
    np.linalg.norm: [
        *EUCLIDEAN,
        Case(lambda x: np.linalg.norm(x, 1, axis=0), "(n,m)", DISTINCT),
        Case(lambda x: np.linalg.norm(-x, 3, axis=1), "(n,m+1)", POSITIVE),
        Case(lambda x: np.linalg.norm(x, ord=np.inf, axis=-1), "(...,n+1)", DISTINCT),
        Case(lambda x: np.linalg.norm(x, -np.inf), "(n+1)", DISTINCT),
    ],
    np.linalg.inv: [Case(lambda x: np.linalg.inv(regular(x)), MATRICES, INSIDE)],
    np.linalg.solve: [
        Case(lambda a, b: np.linalg.solve(regular(a), b), "(...,n,n),(...,n,m)", INSIDE),
        Case(lambda a, b: np.linalg.solve(regular(a), b), "(...,n,n),(n)", INSIDE),
    ],
    np.linalg.slogdet: LOG_DETERMINANTS,
    log_abs_determinant: LOG_DETERMINANTS,
    np.linalg.det: [Case(lambda x: np.linalg.det(regular(x, -2)), MATRICES, INSIDE)],
    np.linalg.cholesky: [Case(lambda x: np.linalg.cholesky(positive_definite(x)), MATRICES, INSIDE)],
}
