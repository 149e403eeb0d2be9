"""Cases of reading elements at an index, and of adding to them there."""

import math

import numpy as np

from scratchgen.autograd.rules.indexing import add_at, getitem

from .case import Case


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

CASES = {
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
}
