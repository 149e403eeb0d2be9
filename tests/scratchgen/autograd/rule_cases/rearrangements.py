"""Cases of the functions that rearrange elements: they select, repeat, join or reorder them."""

import numpy as np

from scratchgen.autograd.rules.rearrangements import sum_by_number

from .case import DISTINCT, Case
from .elementwise import checkered
from .indexing import modulo


def summed(numbers, count):
    """The sums of the elements that have the number 1, 2, …, one after another."""
    return lambda g: np.array([np.sum(g[numbers(g) == k]) for k in range(1, count + 1)])


def numbers(g):
    """Whole numbers from 0 to 3 in the shape of g."""
    return modulo(g, 4)


JOINED = [
    Case(lambda a, b, c: np.concatenate([a, b, c]), "(n,k),(m,k),(n+1,k)"),
    Case(lambda a, b: np.concatenate([a, b, 2 * a], axis=-1), "(k,n),(k,m)"),
    Case(lambda a, b: np.concatenate([a, b], axis=None), "(n,m),(k)"),
    Case(lambda a: np.concatenate([a, [1.0, 2.0], 3 * a], dtype=a.dtype, casting="same_kind"), "(n)"),
    Case(np.concatenate, "(2,n,k)"),  # an array is a list of its rows
    Case(lambda a: np.concatenate([[a, a * a], a[None]]), "(n)"),
]
STACKED = [
    Case(lambda a, b: np.stack([a, b, 2 * a]), "(n,m),(n,m)"),
    Case(lambda x: np.stack([x, -x], axis=-1)),
    Case(lambda x: np.stack((x, np.ones(x.shape)), 1, dtype=x.dtype, casting="same_kind"), "(n,m)"),
    Case(np.stack, "(2,n)"),
]
PADDED_BY_VALUE = [
    Case(lambda x: np.pad(x, ((1, 0), (2, 3)), constant_values=4.0), "(n,m)"),
    Case(lambda x: np.pad(x, 1)),
    Case(lambda x, c: np.pad(x, ((1, 0), (2, 3)), "constant", constant_values=c), "(n,m),(2,2)"),
    Case(lambda x, c: np.pad(x, 2, constant_values=(c, 0)), "(n,m),()"),
]
PADDED_BY_ELEMENTS = [
    Case(lambda x: np.pad(x, 2, mode="edge"), "(n+1,m+1)"),
    Case(lambda x: np.pad(x, ((0, 0), (2, 3)), mode="reflect"), "(n,m+1)"),
    Case(lambda x: np.pad(x, ((1, 2), (0, 1)), mode="wrap"), "(n+1,m+1)"),
    Case(lambda x: np.pad(x, (1, 2), mode="symmetric", reflect_type="even"), "(n+1,m+1)"),
]
ALONG = [
    Case(lambda x: np.take_along_axis(x, np.array([[1, 1, 0]]) % x.shape[1], axis=1), "(n,m+1)"),
    Case(lambda x: np.take_along_axis(x, modulo(x, len(x)), axis=0), "(n+1,m)"),
    Case(lambda x: np.take_along_axis(x, np.array([0, -1, 0]), axis=None), "(n+1,m+1)"),
    Case(lambda x: np.take_along_axis(x, modulo(x, x.shape[-1]), -1), "(...,n+1)"),
]

CASES = {
    sum_by_number: [
        Case(
            lambda g: sum_by_number(g, numbers(g), 3),
            "(n,m)",
            oracle=summed(numbers, 3),
        )
    ],
    np.copy: [Case(np.copy), Case(lambda x: np.copy(x, order="F"), "(n,m)")],
    np.concatenate: JOINED,
    np.stack: STACKED,
    np.append: [Case(np.append, "(n,m),(k)"), Case(lambda a, b: np.append(a, b, axis=0), "(n,k),(m,k)")],
    np.hstack: [
        Case(lambda a, b: np.hstack([a, b]), "(n),(m)"),
        Case(lambda a, b: np.hstack([a, b]), "(k,n),(k,m)"),
        Case(lambda a, b: np.hstack([a, b]), "(),()"),
        Case(lambda a: np.hstack((a, [1.0]), dtype=a.dtype, casting="same_kind"), "(n)"),
    ],
    np.vstack: [
        Case(lambda a, b: np.vstack([a, b]), "(k),(n,k)"),
        Case(lambda a, b: np.vstack([a, b]), "(n,k,2),(m,k,2)"),
        Case(lambda a: np.vstack((a, a * a), dtype=a.dtype, casting="no"), "(n)"),
    ],
    np.dstack: [
        Case(lambda a, b: np.dstack([a, b]), "(n),(n)"),
        Case(lambda a, b: np.dstack([a, b]), "(n,m),(n,m)"),
        Case(lambda a, b: np.dstack((a, b, a)), "(n,m,k),(n,m,2)"),
    ],
    np.column_stack: [
        Case(lambda a, b: np.column_stack([a, b]), "(n),(n)"),
        Case(lambda a, b: np.column_stack([a, b]), "(n),(n,m)"),
    ],
    np.block: [
        Case(lambda a, b: np.block([[a, 2 * a], [b, a]]), "(n,n),(n,n)"),
        Case(lambda a, b: np.block([a, b, 1.0]).astype(a.dtype), "(n),(m)"),
        Case(lambda a: np.block([[a], [np.zeros(a.shape)]]).astype(a.dtype), "(n,m)"),
    ],
    np.insert: [
        Case(lambda x, v: np.insert(x, 1, v, axis=1), "(n,m+1),(n)"),
        Case(lambda x, v: np.insert(x, [0, 1, 1], v), "(n+1),(3)"),
        Case(lambda x, v: np.insert(x, slice(0, 2), v, 0), "(n+2,m),(m)"),
        Case(lambda x: np.insert(x, 0, 7.0), "(n,m)"),
    ],
    np.select: [
        Case(lambda x: np.select([x > 0.5, x > -0.5], [x * x, -x]), domain=DISTINCT),
        Case(lambda a, b: np.select([checkered(a, b)], [a], default=b), "(...),(...)"),
        Case(lambda a, b: np.select([checkered(a, b), np.array(True)], [a, b], 3.0), "(...),(...)"),
    ],
    np.choose: [
        Case(lambda a, b: np.choose([0, 1, 1, 0], [a, b]), "(4),(n,4)"),
        Case(lambda a, b: np.choose(modulo(a, 5), (a, b, 2 * b), mode="wrap"), "(n,m),(n,1)"),
        Case(lambda a: np.choose(np.array([-1, 7]), a, mode="clip"), "(3,2)"),
    ],
    np.extract: [
        Case(lambda x: np.extract(checkered(x), x), "(n,m)"),
        Case(lambda x: np.extract(x > 0, x), "(n)", DISTINCT),
    ],
    np.compress: [
        Case(lambda x: np.compress([True, False, True], x, axis=1), "(n,m+3)"),
        Case(lambda x: np.compress(checkered(x).ravel(), x), "(n,m)"),
        Case(lambda x: x.compress([0, 1], axis=0), "(n+2,m)"),
    ],
    np.full_like: [
        Case(lambda x, c: np.full_like(x, c), "(n,3),(3)"),
        Case(lambda x, c: np.full_like(x, c, x.dtype, "F", shape=(2, *x.shape)), "(n,m),()"),
        Case(lambda x: np.full_like(x, 2.0)),
    ],
    np.delete: [
        Case(lambda x: np.delete(x, 1, axis=1), "(n,m+2)"),
        Case(lambda x: np.delete(x, [0, -1]), "(n+1,m+1)"),
        Case(lambda x: np.delete(x, slice(None, None, 2), 0), "(n,m)"),
        Case(lambda x: np.delete(x, checkered(x)), "(n)"),
    ],
    np.resize: [Case(lambda x: np.resize(x, (3, 5)), "(n+1,m+1)"), Case(lambda x: np.resize(x, 2), "(n)")],
    np.rollaxis: [
        Case(lambda x: np.rollaxis(x, 2), "(n,m,k)"),
        Case(lambda x: np.rollaxis(x, 0, start=2), "(n,m,k)"),
    ],
    np.rot90: [
        Case(np.rot90, "(n,m)"),
        Case(lambda x: np.rot90(x, k=2, axes=(1, 2)), "(k,n,m)"),
        Case(lambda x: np.rot90(x, -1, (2, 0)), "(n,k,m)"),
    ],
    np.flip: [Case(np.flip), Case(lambda x: np.flip(x, -1) * np.flip(x, axis=(0, 1)), "(n,m)")],
    np.flipud: [Case(np.flipud, "(...,n)")],
    np.fliplr: [Case(np.fliplr, "(...,n,m)")],
    np.repeat: [
        Case(lambda x: np.repeat(x, 2)),
        Case(lambda x: np.repeat(x, np.arange(len(x)), axis=0), "(n,m)"),
        Case(lambda x: x.repeat([2], axis=-1), "(...,n)"),
    ],
    np.tile: [
        Case(lambda x: np.tile(x, 3)),
        Case(lambda x: np.tile(x, (2, 1, 3)) + np.sum(np.tile(x, (0, 2))), "(n,2)"),
    ],
    np.pad: PADDED_BY_VALUE + PADDED_BY_ELEMENTS,
    np.take: [
        Case(lambda x: x.take([[0, -1], [0, 0]]), "(n+1,m+1)"),
        Case(lambda x: np.take(x, [5, -7, 1], mode="wrap"), "(n+1,m+1)"),
        Case(lambda x: np.take(x, np.array(9), axis=0, mode="clip"), "(n+1,m)"),
        Case(lambda x: np.take(x, 0, axis=0), "(n+1,m)"),
        Case(lambda x: np.take(x, [[0, 0], [-1, -1]], axis=-1), "(...,n+1)"),
    ],
    np.take_along_axis: ALONG,
    np.diag: [
        Case(np.diag, "(n,m)"),
        Case(lambda x: np.sum(np.diag(x, -1)) + np.sum(np.diag(x, k=2)), "(n,m)"),
        Case(np.diag, "(n)"),
        Case(lambda x: np.diag(x, -2), "(n)"),
    ],
    np.diagflat: [
        Case(np.diagflat, "(n,m)"),
        Case(lambda x: np.diagflat(x, k=-1), "(n)"),
        Case(lambda x: np.diagflat(x, 2), "()"),
    ],
    np.linalg.diagonal: [
        Case(np.linalg.diagonal, "(...,n,m)"),
        Case(lambda x: np.linalg.diagonal(x, offset=-1), "(n,m)"),
    ],
    np.diagonal: [
        Case(np.diagonal, "(n,m)"),
        Case(lambda x: np.diagonal(x, offset=-1, axis1=2, axis2=0), "(n,k,m)"),
    ],
    np.tril: [Case(np.tril, "(...,n,m)"), Case(lambda x: np.tril(x, -1), "(n,m)")],
    np.triu: [Case(np.triu, "(...,n,m)"), Case(lambda x: np.triu(x, k=1), "(n,m)")],
}
