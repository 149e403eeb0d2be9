"""Cases of the functions that give the same elements another shape."""

import numpy as np

from scratchgen.autograd.rules.shapes import astype, identity

from .case import Case


def widened(x):
    """x in double precision, whatever it was: what single precision makes of it is single again."""
    return x.astype(np.float64).astype(x.dtype)


UNSTACKED = [
    Case(lambda x: np.unstack(x)[1], "(n+2,m)"),
    Case(lambda x: (lambda a, b: a * b)(*np.unstack(x, axis=-1)), "(...,2)"),
]

CASES = {
    identity: [Case(identity, oracle=lambda x: x)],
    astype: [Case(widened), Case(lambda x: np.sin(x).astype(x.dtype))],
    np.reshape: [
        Case(lambda x: x.reshape(-1, 1)),
        Case(lambda x: np.reshape(x, shape=(x.shape[1], 2)), "(2,n)"),
        Case(lambda x: np.reshape(x, (x.shape[2], -1), order="F"), "(2,n,m+1)"),
        Case(lambda x: np.reshape(x.T, -1, "A"), "(n,m)"),
    ],
    np.ravel: [
        Case(np.ravel),
        Case(lambda x: np.ravel(x, order="F"), "(n,m,k)"),
        *(Case(lambda x, order=order: x.T.ravel(order), "(n,m)") for order in "AK"),
    ],
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
    np.linalg.matrix_transpose: [Case(np.linalg.matrix_transpose, "(...,n,m)")],
    np.atleast_1d: [Case(np.atleast_1d), Case(lambda x: np.atleast_1d(x, 2.0)[0])],
    np.atleast_2d: [Case(np.atleast_2d), Case(lambda x: np.atleast_2d(2.0, x)[1])],
    np.atleast_3d: [
        *(Case(np.atleast_3d, s) for s in ("()", "(n)", "(n,m)", "(n,m,k)")),
        Case(lambda x: np.atleast_3d(2.0, x)[1], "(n)"),
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
    np.hsplit: [
        Case(lambda x: np.hsplit(x, [1, 2])[1], "(n)"),
        Case(lambda x: np.hsplit(x, 2)[1], "(n,4)"),
    ],
    np.vsplit: [Case(lambda x: np.vsplit(x, 2)[1] * np.vsplit(x, 2)[0], "(4,n)")],
    np.dsplit: [Case(lambda x: np.dsplit(x, [1])[1], "(n,m,k)")],
    **({np.unstack: UNSTACKED} if hasattr(np, "unstack") else {}),  # from NumPy 2.1 on
    np.roll: [
        Case(lambda x: np.roll(x, 2)),
        Case(lambda x: np.roll(x, -1, axis=1), "(n,m)"),
        Case(lambda x: np.roll(x, (1, 2), (0, 1)), "(n,m)"),
    ],
}
