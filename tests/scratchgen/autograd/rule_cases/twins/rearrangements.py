"""Twins of functions that select, repeat, join or reorder elements."""

import numpy as np
import torch

from scratchgen.autograd.rules.rearrangements import sum_by_number

from .twin import PAIR, M, jax, pytorch

PLACES = np.array([0, 2])
NUMBERS = np.array([[1, 3, 0], [3, 3, 2]])  # of the elements at six places; 0 for none

JOINED = {
    np.concatenate: [
        pytorch(
            lambda a, b, c: np.concatenate([a, b, c], 1),
            lambda a, b, c: torch.cat([a, b, c], 1),
            *((2, 3), (2, 1), (2, 2)),
        )
    ],
    np.stack: [pytorch(lambda a, b: np.stack([a, b], 1), lambda a, b: torch.stack([a, b], 1), M, M)],
    np.hstack: [pytorch(lambda a, b: np.hstack([a, b]), lambda a, b: torch.hstack([a, b]), (2, 3), (2, 1))],
    np.vstack: [pytorch(lambda a, b: np.vstack([a, b]), lambda a, b: torch.vstack([a, b]), (3,), (2, 3))],
    np.dstack: [pytorch(lambda a, b: np.dstack([a, b]), lambda a, b: torch.dstack([a, b]), M, (2, 3, 2))],
    np.column_stack: [
        pytorch(lambda a, b: np.column_stack([a, b]), lambda a, b: torch.column_stack([a, b]), (2,), (2, 3))
    ],
    np.block: [
        pytorch(
            lambda a, b, c: np.block([[a, b], [c, np.ones((1, 1), a.dtype)]]),
            lambda a, b, c: torch.cat([torch.cat([a, b], 1), torch.cat([c, torch.ones(1, 1)], 1)]),
            *((2, 3), (2, 1), (1, 3)),
        )
    ],
    np.append: [pytorch(np.append, lambda a, b: torch.cat([a.ravel(), b.ravel()]), *PAIR)],
    np.insert: [
        jax(lambda np, x, v: np.insert(x, PLACES, v, axis=1), (2, 3), (2, 2)),
        jax(lambda np, x, v: np.insert(x, slice(0, 2), v), (2, 3), ()),
    ],
}

SELECTED = {
    np.select: [
        pytorch(
            lambda x: np.select([x > 0.5, x > -0.5], [x * x, -x], default=1.0),
            lambda x: torch.where(x > 0.5, x * x, torch.where(x > -0.5, -x, torch.ones_like(x))),
            M,
            complex=False,
        ),
        pytorch(
            lambda a, b: np.select([np.eye(3, dtype=bool)], [a], b),
            lambda a, b: torch.where(torch.eye(3, dtype=torch.bool), a, b),
            *((3,), (3, 1)),
        ),
    ],
    np.choose: [jax(lambda np, a, b: np.choose(np.array([0, 1, 1]), [a, b], mode="clip"), (3,), (2, 3))],
    np.extract: [
        pytorch(
            lambda x: np.extract([1, 0, 1, 1, 0, 0], x),
            lambda x: torch.masked_select(x, torch.tensor([[True, False, True], [True, False, False]])),
            M,
        )
    ],
    np.compress: [
        pytorch(lambda x: np.compress([True, False, True], x, axis=1), lambda x: x[:, [True, False, True]], M)
    ],
    np.delete: [jax(lambda np, x: np.delete(x, PLACES, axis=1), M)],
    np.take: [
        pytorch(
            lambda x: np.take(x, [0, 0, 2], axis=1),
            lambda x: torch.index_select(x, 1, torch.tensor([0, 0, 2])),
            M,
        )
    ],
    np.take_along_axis: [
        pytorch(
            lambda x: np.take_along_axis(x, np.array([[2, 2], [0, 1]]), 1),
            lambda x: torch.take_along_dim(x, torch.tensor([[2, 2], [0, 1]]), 1),
            M,
        )
    ],
    np.diag: [pytorch(lambda x: np.diag(x, 1), lambda x: torch.diag(x, 1), shape) for shape in (M, (3,))],
    np.diagflat: [pytorch(lambda x: np.diagflat(x, -1), lambda x: torch.diagflat(x, -1), M)],
    np.diagonal: [
        pytorch(lambda x: np.diagonal(x, 1, 1, 2), lambda x: torch.diagonal(x, 1, 1, 2), (2, 3, 3))
    ],
    np.linalg.diagonal: [
        pytorch(
            lambda x: np.linalg.diagonal(x, offset=-1),
            lambda x: torch.linalg.diagonal(x, offset=-1),
            (2, 3, 3),
        )
    ],
    np.tril: [pytorch(lambda x: np.tril(x, -1), lambda x: torch.tril(x, -1), (4, 3, 3))],
    np.triu: [pytorch(np.triu, torch.triu, (4, 3, 3))],
    sum_by_number: [
        pytorch(
            lambda g: sum_by_number(g, NUMBERS, 3),
            lambda g: torch.zeros(4, dtype=g.dtype).index_add(0, torch.tensor(NUMBERS.ravel()), g.ravel())[
                1:
            ],
            M,
        )
    ],
}

REPEATED = {
    np.copy: [pytorch(np.copy, torch.clone, M)],
    np.full_like: [pytorch(np.full_like, lambda x, value: value + 0 * x, M, ())],
    np.repeat: [pytorch(lambda x: np.repeat(x, 2, 1), lambda x: x.repeat_interleave(2, 1), M)],
    np.resize: [jax(lambda np, x: np.resize(x, (2, 5)), M)],
    np.tile: [pytorch(lambda x: np.tile(x, (2, 1, 3)), lambda x: x.tile(2, 1, 3), M)],
    np.pad: [
        pytorch(
            lambda x: np.pad(x, ((0, 0), (1, 2)), constant_values=3.0),
            lambda x: torch.nn.functional.pad(x, (1, 2), value=3.0),
            M,
        ),
        pytorch(
            lambda x: np.pad(x, ((0, 0), (1, 2)), mode="reflect"),
            lambda x: torch.nn.functional.pad(x, (1, 2), mode="reflect"),
            M,
        ),
        *(
            jax(lambda np, x, mode=mode: np.pad(x, ((1, 1), (2, 1)), mode=mode), M)
            for mode in ("edge", "symmetric", "wrap")
        ),
    ],
}

REORDERED = {
    np.flip: [pytorch(lambda x: np.flip(x, 0), lambda x: x.flip(0), M)],
    np.flipud: [pytorch(np.flipud, torch.flipud, M)],
    np.fliplr: [pytorch(np.fliplr, torch.fliplr, M)],
    np.rollaxis: [pytorch(lambda x: np.rollaxis(x, 2), lambda x: x.moveaxis(2, 0), (2, 3, 4))],
    np.rot90: [pytorch(lambda x: np.rot90(x, 3), lambda x: torch.rot90(x, 3), M)],
}

TWINS = {**JOINED, **SELECTED, **REPEATED, **REORDERED}
