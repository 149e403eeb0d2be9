"""Twins of products that sum over pairs of axes, of np.einsum and of convolutions."""

import numpy as np
import torch

from .twin import REGULAR, M, R, jax, pytorch

STACKED = ((5, 1, 2, 3), (4, 3, 2))
AXES = ([1], [0])

TWINS = {
    np.matmul: [pytorch(np.matmul, torch.matmul, *shapes) for shapes in (STACKED, ((3,), (3,)))],
    np.linalg.matmul: [pytorch(np.linalg.matmul, torch.matmul, *STACKED)],
    np.dot: [
        pytorch(np.dot, torch.dot, (3,), (3,)),
        jax(lambda np, a, b: np.dot(a, b), (4, 2, 3), (2, 3, 2)),
    ],
    np.inner: [pytorch(np.inner, torch.inner, (4, 2, 3), (5, 3))],
    np.vdot: [pytorch(np.vdot, torch.vdot, (3,), (3,))],
    np.linalg.vecdot: [
        pytorch(
            lambda a, b: np.linalg.vecdot(a, b, axis=0),
            lambda a, b: torch.linalg.vecdot(a, b, dim=0),
            *((3, 2), (3, 1)),
        )
    ],
    **{
        tensordot: [
            pytorch(
                lambda a, b, tensordot=tensordot: tensordot(a, b, axes=AXES),
                lambda a, b: torch.tensordot(a, b, AXES),
                *((2, 3, 2), (3, 4)),
            )
        ]
        for tensordot in (np.tensordot, np.linalg.tensordot)
    },
    np.einsum: [
        pytorch(
            lambda a, b: np.einsum("...iji,jk->...ik", a, b),
            lambda a, b: torch.einsum("...iji,jk->...ik", a, b),
            *((5, 2, 3, 2), (3, 4)),
        ),
        pytorch(
            lambda a, b, c: np.einsum("ij,jk,kl->il", a, b, c, optimize=True),
            lambda a, b, c: torch.einsum("ij,jk,kl->il", a, b, c),
            *((2, 3), (3, 4), (4, 2)),
        ),
    ],
    np.outer: [pytorch(np.outer, torch.outer, (2,), (3,))],
    np.linalg.outer: [pytorch(np.linalg.outer, torch.outer, (2,), (3,))],
    np.kron: [pytorch(np.kron, torch.kron, (2, 3), (3,)), pytorch(np.kron, torch.kron, (2,), (2, 1, 2))],
    np.cross: [
        pytorch(np.cross, torch.linalg.cross, (2, 3), (2, 3)),
        jax(lambda np, a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), (3, 2), (2, 3)),
    ],
    np.linalg.cross: [
        pytorch(
            lambda a, b: np.linalg.cross(a, b, axis=0),
            lambda a, b: torch.linalg.cross(a, b, dim=0),
            *((3, 2), (3, 1)),
        )
    ],
    np.trace: [pytorch(np.trace, torch.trace, M), jax(lambda np, x: np.trace(x, 1, 1, 2), (2, 3, 3))],
    np.linalg.trace: [jax(lambda np, x: np.linalg.trace(x, offset=-1), (2, 3, 3))],
    np.linalg.multi_dot: [
        pytorch(
            lambda a, b, c: np.linalg.multi_dot([a, b, c]),
            lambda a, b, c: torch.linalg.multi_dot([a, b, c]),
            *((3,), (3, 2), (2, 4)),
        )
    ],
    np.linalg.matrix_power: [
        pytorch(
            lambda x, n=n: np.linalg.matrix_power(x, n),
            lambda x, n=n: torch.linalg.matrix_power(x, n),
            (2, 3, 3),
            domain=domain,
        )
        for n, domain in ((3, R), (-2, REGULAR))
    ],
    np.convolve: [
        jax(lambda np, a, v, mode=mode: np.convolve(a, v, mode), *shapes)
        for mode, *shapes in (("full", (5,), (2,)), ("same", (3,), (4,)), ("valid", (2,), (4,)))
    ],
    np.correlate: [
        jax(lambda np, a, v, mode=mode: np.correlate(a, v, mode), *shapes)
        for mode, *shapes in (("full", (3,), (4,)), ("same", (5,), (2,)), ("valid", (2,), (4,)))
    ],
}
