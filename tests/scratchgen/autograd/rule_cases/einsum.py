"""Cases of np.einsum: sums of products, in both forms of writing the indices."""

import numpy as np

from .case import Case

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
    "...ij,...jk": "(...,i,j),(...,j,k)",
    "...ij,jk": "(...,i,j),(j,k)",
    "a...,...->...a": "(2,n,1),(4,1,k)",
    "ij,ij->ij": "(1,j),(i,j)",
    "ij,ij->": "(1,j),(i,1)",
    ",->": "(),()",
}


def einsum_of(subscripts, **options):
    return lambda *operands: np.einsum(subscripts, *operands, **options)


CASES = {
    np.einsum: [
        *(Case(einsum_of(subscripts), shapes) for subscripts, shapes in EINSUMS.items()),
        Case(einsum_of("ij,jk,kl->il", optimize=True), "(i,j),(j,k),(k,l)"),
        Case(lambda a, b: np.einsum(a, [0, 1, 2], b, [0, 2], [1, 0]), "(i,j,k),(i,k)"),
        Case(lambda a, b: np.einsum(a, [..., 1, 2], b, [2, 0]), "(...,i,j),(j,k)"),
    ],
}
