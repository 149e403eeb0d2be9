"""Twins of differences, of integrals and of interpolation along an axis."""

import numpy as np
import torch

from .twin import M, jax, pytorch

TWINS = {
    np.diff: [
        pytorch(lambda x: np.diff(x, 2, axis=0), lambda x: torch.diff(x, 2, dim=0), (4, 3)),
        pytorch(
            lambda x, before, after: np.diff(x, prepend=before, append=after),
            lambda x, before, after: torch.diff(x, prepend=before, append=after),
            *((2, 3), (2, 1), (2, 2)),
        ),
    ],
    np.ediff1d: [
        jax(lambda np, x, end, begin: np.ediff1d(x, to_end=end, to_begin=begin), (2, 3), (2,), (1,))
    ],
    np.trapezoid: [
        pytorch(np.trapezoid, torch.trapezoid, (2, 4), (4,)),
        pytorch(
            lambda y: np.trapezoid(y, dx=0.3, axis=0), lambda y: torch.trapezoid(y, dx=0.3, dim=0), (4, 2)
        ),
    ],
    np.gradient: [
        pytorch(
            lambda x: np.gradient(x, 0.5, axis=1), lambda x: torch.gradient(x, spacing=0.5, dim=1)[0], (2, 4)
        ),
        pytorch(
            lambda x: np.stack(np.gradient(x, 0.5, 2.0)),
            lambda x: torch.stack(torch.gradient(x, spacing=(0.5, 2.0))),
            (3, 4),
        ),
    ],
    # the places are inside and outside of the interval, which is [0, sum of the positive steps]
    np.interp: [
        jax(lambda np, x, steps, fp: np.interp(5 * x, np.cumsum(steps**2), fp), (4,), (3,), (3,)),
        jax(lambda np, x, fp: np.interp(x, np.arange(3.0) - 1, fp, left=7.0, right=8.0), (2, 3), (3,)),
    ],
    np.linspace: [
        jax(lambda np, a, b: np.linspace(a, b, 4, axis=1), (2, 1), (3,)),
        jax(lambda np, a, b: np.linspace(a, b, 3, endpoint=False), (), ()),
    ],
    np.polyval: [jax(lambda np, p, x: np.polyval(p, x), (4,), M)],
}
