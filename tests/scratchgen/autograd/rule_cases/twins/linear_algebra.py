"""Twins of norms, inverses, solvers, determinants and factorisations.

The sign of an eigenvector or a singular vector is free: functions that do not depend on it are compared.
"""

from functools import partial

import numpy as np
import torch

from scratchgen.autograd.rules import linear_algebra

from .twin import REGULAR, M, pytorch

SQUARE = (2, 3, 3)

NORMS = {
    np.linalg.norm: [
        pytorch(np.linalg.norm, torch.linalg.norm, M),
        *(
            pytorch(
                partial(np.linalg.norm, ord=p, axis=1),
                partial(torch.linalg.vector_norm, ord=p, dim=1),
                M,
                complex=p not in (3, 0),
            )
            for p in (1, 2, 3, np.inf, -np.inf, 0)
        ),
        *(
            pytorch(
                partial(np.linalg.norm, ord=p, axis=(0, 2), keepdims=True),
                partial(torch.linalg.matrix_norm, ord=p, dim=(0, 2), keepdim=True),
                (3, 2, 4),
                complex=p not in ("nuc", 2, -2),
            )
            for p in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)
        ),
    ],
    np.linalg.vector_norm: [
        pytorch(
            partial(np.linalg.vector_norm, axis=(0, 2), ord=p),
            partial(torch.linalg.vector_norm, dim=(0, 2), ord=p),
            (2, 3, 2),
            complex=p == 2,
        )
        for p in (2, 3)
    ],
    np.linalg.matrix_norm: [
        pytorch(
            partial(np.linalg.matrix_norm, ord=p),
            partial(torch.linalg.matrix_norm, ord=p),
            SQUARE,
            complex=p == "fro",
        )
        for p in ("fro", "nuc", 2)
    ],
}

INVERSES = {
    np.linalg.inv: [pytorch(np.linalg.inv, torch.linalg.inv, SQUARE, domain=REGULAR)],
    np.linalg.solve: [
        pytorch(np.linalg.solve, torch.linalg.solve, (3, 3), (3, 2), domain=REGULAR),
        pytorch(np.linalg.solve, torch.linalg.solve, (3, 3), (3,), domain=REGULAR),
    ],
    np.linalg.pinv: [pytorch(np.linalg.pinv, torch.linalg.pinv, shape) for shape in ((2, 4, 2), (2, 4))],
    np.linalg.slogdet: [
        pytorch(
            lambda x: np.linalg.slogdet(x)[1], lambda x: torch.linalg.slogdet(x)[1], SQUARE, domain=REGULAR
        )
    ],
    np.linalg.det: [pytorch(np.linalg.det, torch.linalg.det, SQUARE, domain=REGULAR)],
    linear_algebra.cofactors: [
        pytorch(
            linear_algebra.cofactors,
            lambda x: torch.linalg.det(x)[..., None, None] * torch.linalg.inv(x).mT,
            SQUARE,
            domain=REGULAR,
        )
    ],
}


def symmetric(x):
    return x + x.mT


def rebuilt(values, vectors):
    """V diag(w³) Vᵀ, which does not depend on the signs of the columns of V."""
    return (vectors * values[..., None, :] ** 3) @ vectors.mT


def rebuilt_from_both(u, s, vt):
    """U diag(s³) Vᵀ."""
    return (u * s[..., None, :] ** 3) @ vt


FACTORISATIONS = {
    np.linalg.cholesky: [
        pytorch(
            lambda x, upper=upper: np.linalg.cholesky(x @ x.mT, upper=upper),
            lambda x, upper=upper: torch.linalg.cholesky(x @ x.mT, upper=upper),
            SQUARE,
            domain=REGULAR,
        )
        for upper in (False, True)
    ],
    np.linalg.eigh: [
        pytorch(
            lambda x: rebuilt(*np.linalg.eigh(symmetric(x))),
            lambda x: rebuilt(*torch.linalg.eigh(symmetric(x))),
            SQUARE,
        )
    ],
    np.linalg.eigvalsh: [
        pytorch(
            lambda x: np.linalg.eigvalsh(symmetric(x)), lambda x: torch.linalg.eigvalsh(symmetric(x)), SQUARE
        )
    ],
    np.linalg.svd: [
        pytorch(
            lambda x: rebuilt_from_both(*np.linalg.svd(x, full_matrices=False)),
            lambda x: rebuilt_from_both(*torch.linalg.svd(x, full_matrices=False)),
            shape,
        )
        for shape in (SQUARE, (4, 2), (2, 4))
    ],
    np.linalg.svdvals: [pytorch(np.linalg.svdvals, torch.linalg.svdvals, (2, 4, 3))],
    np.linalg.qr: [
        pytorch(
            lambda x: np.concatenate(np.linalg.qr(x), axis=-2),
            lambda x: torch.cat(torch.linalg.qr(x), -2),
            (2, 4, 3),
        )
    ],
}

TWINS = {**NORMS, **INVERSES, **FACTORISATIONS}
TWINS |= {
    linear_algebra.p_norm: NORMS[np.linalg.norm],
    linear_algebra.log_abs_determinant: INVERSES[np.linalg.slogdet],
    linear_algebra.eigen_decomposition: FACTORISATIONS[np.linalg.eigh],
    linear_algebra.singular_value_decomposition: FACTORISATIONS[np.linalg.svd],
    linear_algebra.qr_decomposition: FACTORISATIONS[np.linalg.qr],
}
