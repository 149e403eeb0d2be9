"""Cases of the functions that move elements and take them out."""

import math

import numpy as np

from scratchgen.autograd.rules.indexing import add_at, getitem
from scratchgen.autograd.rules.shapes import astype, identity

from .case import DISTINCT, Case


def widened(x):
    """x in double precision, whatever it was: what single precision makes of it is single again."""
    return x.astype(np.float64).astype(x.dtype)


def added_at(index, shape):
    """NumPy's own way to add into zeros: one element after another."""

    def add(g):
        y = np.zeros(shape(g) if callable(shape) else shape, g.dtype)
        np.add.at(y, index(g) if callable(index) else index, g)
        return y

    return add


def modulo(x, n):
    """Whole numbers below n in the shape of x, each of them several times."""
    return np.arange(math.prod(x.shape)).reshape(x.shape) * 2 % n


JOINED = [
    Case(lambda a, b, c: np.concatenate([a, b, c]), "(n,k),(m,k),(n+1,k)"),
    Case(lambda a, b: np.concatenate([a, b, 2 * a], axis=-1), "(k,n),(k,m)"),
    Case(lambda a, b: np.concatenate([a, b], axis=None), "(n,m),(k)"),
]
STACKED = [
    Case(lambda a, b: np.stack([a, b, 2 * a]), "(n,m),(n,m)"),
    Case(lambda x: np.stack([x, -x], axis=-1)),
]
PADDED_BY_VALUE = [
    Case(lambda x: np.pad(x, ((1, 0), (2, 3)), constant_values=4.0), "(n,m)"),
    Case(lambda x: np.pad(x, 1)),
]
PADDED_BY_ELEMENTS = [
    Case(lambda x: np.pad(x, 2, mode="edge"), "(n+1,m+1)"),
    Case(lambda x: np.pad(x, ((0, 0), (2, 3)), mode="reflect"), "(n,m+1)"),
    Case(lambda x: np.pad(x, ((1, 2), (0, 1)), mode="wrap"), "(n+1,m+1)"),
    Case(lambda x: np.pad(x, (1, 2), mode="symmetric"), "(n+1,m+1)"),
]
TAKEN = [
    Case(lambda x: x[::-1], "(n,m)"),
    Case(lambda x: x[:, None, 0], "(n,m+1)"),
    Case(lambda x: x[0, None], "(n+1,m)"),
    Case(lambda x: x[..., 1:], "(...,n)"),
    Case(lambda x: x[()]),
    Case(lambda x: x[:, np.array([0, 0, -1])], "(n,m+1)"),
    Case(lambda x: x[np.array([[0, -1], [0, 0]])], "(n+1,m)"),
    Case(lambda x: x[np.arange(x.size).reshape(x.shape) % 2 == 0]),
    Case(lambda x: x[[0, -1], :, [0, 0]], "(n+1,m,k+1)"),
]
ALONG = [
    Case(lambda x: np.take_along_axis(x, np.array([[1, 1, 0]]) % x.shape[1], axis=1), "(n,m+1)"),
    Case(lambda x: np.take_along_axis(x, modulo(x, len(x)), axis=0), "(n+1,m)"),
    Case(lambda x: np.take_along_axis(x, np.array([0, -1, 0]), axis=None), "(n+1,m+1)"),
    Case(lambda x: np.take_along_axis(x, modulo(x, x.shape[-1]), -1), "(...,n+1)"),
]

CASES = {
    identity: [Case(identity, oracle=lambda x: x)],
    astype: [Case(widened), Case(lambda x: np.sin(x).astype(x.dtype))],
    np.copy: [Case(np.copy)],
    np.reshape: [
        Case(lambda x: x.reshape(-1, 1)),
        Case(lambda x: np.reshape(x, shape=(x.shape[1], 2)), "(2,n)"),
    ],
    np.ravel: [Case(np.ravel)],
    np.expand_dims: [Case(lambda x: np.expand_dims(x, 0)), Case(lambda x: np.expand_dims(x, axis=(0, -1)))],
    np.squeeze: [Case(np.squeeze), Case(lambda x: np.squeeze(x, axis=1), "(n,1,m)")],
    np.broadcast_to: [
        Case(lambda x: np.broadcast_to(x, (2, *x.shape))),
        Case(lambda x: np.broadcast_to(x, shape=(3, 2, x.shape[1])), "(1,n)"),
    ],
    np.broadcast_arrays: [
        Case(lambda a, b: (lambda a, b: a + b * b)(*np.broadcast_arrays(a, b)), "(...),(...)")
    ],
    np.swapaxes: [Case(lambda x: np.swapaxes(x, 0, 2), "(n,m,k)")],
    np.moveaxis: [
        Case(lambda x: np.moveaxis(x, 0, -1), "(n,m,k)"),
        Case(lambda x: np.moveaxis(x, (0, 1), (2, 0)), "(n,m,k)"),
    ],
    np.transpose: [
        Case(np.transpose),
        Case(lambda x: x.T, "(n,m)"),
        Case(lambda x: x.transpose(1, -1, 0), "(n,m,k)"),
    ],
    np.matrix_transpose: [Case(np.matrix_transpose, "(...,n,m)")],
    np.atleast_1d: [Case(np.atleast_1d), Case(lambda x: np.atleast_1d(x, 2.0)[0])],
    np.atleast_2d: [Case(np.atleast_2d), Case(lambda x: np.atleast_2d(2.0, x)[1])],
    np.concatenate: JOINED,
    np.stack: STACKED,
    np.append: [Case(np.append, "(n,m),(k)"), Case(lambda a, b: np.append(a, b, axis=0), "(n,k),(m,k)")],
    np.hstack: [
        Case(lambda a, b: np.hstack([a, b]), "(n),(m)"),
        Case(lambda a, b: np.hstack([a, b]), "(k,n),(k,m)"),
        Case(lambda a, b: np.hstack([a, b]), "(),()"),
    ],
    np.vstack: [
        Case(lambda a, b: np.vstack([a, b]), "(k),(n,k)"),
        Case(lambda a, b: np.vstack([a, b]), "(n,k,2),(m,k,2)"),
    ],
    np.column_stack: [
        Case(lambda a, b: np.column_stack([a, b]), "(n),(n)"),
        Case(lambda a, b: np.column_stack([a, b]), "(n),(n,m)"),
    ],
    np.split: [
        Case(lambda x: np.split(np.concatenate([x, x * x, -x]), 3)[1], "(n,m)"),
        Case(lambda x: np.split(x, [1, 2], axis=-1)[1] * 2, "(...,n)"),
    ],
    np.array_split: [
        Case(lambda x: np.array_split(x, 3)[1], "(n,m)"),
        Case(lambda x: np.array_split(x, 2, axis=1)[1], "(n,m)"),
        Case(lambda x: np.array_split(x, [1, 2], axis=-1)[1], "(...,n)"),
    ],
    np.flip: [Case(np.flip), Case(lambda x: np.flip(x, -1) * np.flip(x, axis=(0, 1)), "(n,m)")],
    np.flipud: [Case(np.flipud, "(...,n)")],
    np.fliplr: [Case(np.fliplr, "(...,n,m)")],
    np.roll: [
        Case(lambda x: np.roll(x, 2)),
        Case(lambda x: np.roll(x, -1, axis=1), "(n,m)"),
        Case(lambda x: np.roll(x, (1, 2), (0, 1)), "(n,m)"),
    ],
    np.repeat: [
        Case(lambda x: np.repeat(x, 2)),
        Case(lambda x: np.repeat(x, np.arange(len(x)), axis=0), "(n,m)"),
    ],
    np.tile: [
        Case(lambda x: np.tile(x, 3)),
        Case(lambda x: np.tile(x, (2, 1, 3)), "(n,m)"),
        Case(lambda x: np.tile(x, (0, 2)), "(n,m)"),
    ],
    np.pad: PADDED_BY_VALUE + PADDED_BY_ELEMENTS,
    getitem: TAKEN,
    add_at: [
        Case(lambda g: add_at(g, slice(1, None), (3, 2)), "(2,2)", oracle=added_at(slice(1, None), (3, 2))),
        Case(
            lambda g: add_at(g, np.array([2, -1, 0]), (3, g.shape[1])),
            "(3,n)",
            oracle=added_at(np.array([2, -1, 0]), lambda g: (3, g.shape[1])),
        ),
        Case(
            lambda g: add_at(g, modulo(g, 4), (5,)),
            "(n,m)",
            oracle=added_at(lambda g: modulo(g, 4), (5,)),
        ),
        Case(lambda g: add_at(g, ([0, 0], [1, 1]), (2, 2)), "(2)", oracle=added_at(([0, 0], [1, 1]), (2, 2))),
    ],
    np.take: [
        Case(lambda x: x.take([[0, -1], [0, 0]]), "(n+1,m+1)"),
        Case(lambda x: np.take(x, 0, axis=0), "(n+1,m)"),
        Case(lambda x: np.take(x, [[0, 0], [-1, -1]], axis=-1), "(...,n+1)"),
    ],
    np.take_along_axis: ALONG,
    np.sort: [
        Case(np.sort, "(...,n)", DISTINCT),
        Case(lambda x: np.sort(x, axis=0), "(n,m)", DISTINCT),
        Case(lambda x: np.sort(x, axis=None), "(n,m)", DISTINCT),
    ],
    np.diff: [Case(np.diff, "(...,n)"), Case(lambda x: np.diff(x, 2, axis=0), "(n,m)")],
    np.diag: [
        Case(np.diag, "(n,m)"),
        Case(lambda x: np.sum(np.diag(x, -1)) + np.sum(np.diag(x, k=2)), "(n,m)"),
        Case(np.diag, "(n)"),
        Case(lambda x: np.diag(x, -2), "(n)"),
    ],
    np.diagonal: [
        Case(np.diagonal, "(n,m)"),
        Case(lambda x: np.diagonal(x, offset=-1, axis1=2, axis2=0), "(n,k,m)"),
    ],
    np.trace: [
        Case(np.trace, "(n,m)"),
        Case(lambda x: np.trace(x, offset=1, axis1=1, axis2=2), "(k,n,m)"),
        Case(lambda x: np.trace(x, -1, 2, 0), "(n,k,m)"),
    ],
    np.tril: [Case(np.tril, "(...,n,m)"), Case(lambda x: np.tril(x, -1), "(n,m)")],
    np.triu: [Case(np.triu, "(...,n,m)"), Case(lambda x: np.triu(x, k=1), "(n,m)")],
}
