"""Twins of functions that give the same elements another shape or type, and of indexing."""

import numpy as np
import torch

from scratchgen.autograd.rules.indexing import add_at, getitem
from scratchgen.autograd.rules.shapes import astype, identity

from .twin import PAIR, M, jax, pytorch

TWINS = {
    np.reshape: [pytorch(lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2), M)],
    np.ravel: [pytorch(np.ravel, torch.ravel, M)],
    np.expand_dims: [pytorch(lambda x: np.expand_dims(x, 1), lambda x: x.unsqueeze(1), M)],
    np.squeeze: [pytorch(np.squeeze, torch.squeeze, (2, 1, 3))],
    np.broadcast_to: [pytorch(lambda x: np.broadcast_to(x, (4, 2, 3)), lambda x: x.expand(4, 2, 3), M)],
    np.swapaxes: [pytorch(lambda x: np.swapaxes(x, 0, 1), lambda x: x.swapaxes(0, 1), M)],
    np.moveaxis: [pytorch(lambda x: np.moveaxis(x, 0, 2), lambda x: x.moveaxis(0, 2), (2, 3, 4))],
    np.transpose: [pytorch(lambda x: x.transpose(2, 0, 1), lambda x: x.permute(2, 0, 1), (2, 3, 4))],
    np.matrix_transpose: [pytorch(np.matrix_transpose, lambda x: x.mT, (4, 2, 3))],
    np.linalg.matrix_transpose: [pytorch(np.linalg.matrix_transpose, lambda x: x.mT, (4, 2, 3))],
    np.roll: [pytorch(lambda x: np.roll(x, (1, 2), (0, 1)), lambda x: x.roll((1, 2), (0, 1)), M)],
    np.broadcast_arrays: [
        pytorch(
            lambda a, b: (lambda a, b: a + b * b)(*np.broadcast_arrays(a, b)),
            lambda a, b: (lambda a, b: a + b * b)(*torch.broadcast_tensors(a, b)),
            *PAIR,
        )
    ],
    np.atleast_1d: [pytorch(np.atleast_1d, torch.atleast_1d, ())],
    np.atleast_2d: [pytorch(np.atleast_2d, torch.atleast_2d, (3,))],
    np.atleast_3d: [
        pytorch(np.atleast_3d, torch.atleast_3d, M),
        jax(lambda np, x: np.atleast_3d(x), (3,)),
    ],
    np.split: [pytorch(lambda x: np.split(x, [1], 1)[1], lambda x: torch.tensor_split(x, [1], 1)[1], M)],
    np.array_split: [
        pytorch(lambda x: np.array_split(x, 2, 1)[0], lambda x: torch.tensor_split(x, 2, 1)[0], M)
    ],
    np.hsplit: [pytorch(lambda x: np.hsplit(x, [1])[1], lambda x: torch.hsplit(x, [1])[1], M)],
    np.vsplit: [pytorch(lambda x: np.vsplit(x, 2)[1], lambda x: torch.vsplit(x, 2)[1], M)],
    np.dsplit: [pytorch(lambda x: np.dsplit(x, [1, 3])[1], lambda x: torch.dsplit(x, [1, 3])[1], (2, 3, 4))],
    identity: [pytorch(identity, torch.clone, M)],
    astype: [
        pytorch(
            lambda x: x.astype(np.float64).astype(x.dtype),
            lambda x: x.to(torch.float64).to(x.dtype),
            M,
            complex=False,
        ),
        pytorch(lambda x: x.astype(complex) * 1j, lambda x: x.to(torch.complex128) * 1j, M),
    ],
    getitem: [pytorch(lambda x: x[[1, 1], 1:], lambda x: x[[1, 1], 1:], M)],
    add_at: [
        pytorch(
            lambda g: add_at(g, np.array([1, 1, 0]), (4, 2)),
            lambda g: torch.zeros(4, 2, dtype=g.dtype).index_add(0, torch.tensor([1, 1, 0]), g),
            (3, 2),
        )
    ],
}
if hasattr(np, "unstack"):  # from NumPy 2.1 on
    TWINS[np.unstack] = [pytorch(lambda x: np.unstack(x, axis=1)[2], lambda x: torch.unbind(x, 1)[2], M)]
