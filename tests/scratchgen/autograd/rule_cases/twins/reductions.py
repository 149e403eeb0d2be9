"""Twins of functions that reduce axes, or accumulate along one."""

import numpy as np
import torch

from .twin import M, jax, pytorch

TWINS = {
    np.sum: [pytorch(lambda x: x.sum(axis=1), lambda x: x.sum(dim=1), M)],
    np.mean: [
        pytorch(lambda x: x.mean(axis=(0, 1), keepdims=True), lambda x: x.mean((0, 1), keepdim=True), M)
    ],
    np.prod: [pytorch(lambda x: x.prod(axis=0), lambda x: x.prod(dim=0), M)],
    np.max: [pytorch(lambda x: x.max(axis=1), lambda x: x.amax(dim=1), M)],
    np.amax: [pytorch(np.amax, torch.amax, M)],
    np.min: [pytorch(lambda x: x.min(axis=0), lambda x: x.amin(dim=0), M)],
    np.amin: [pytorch(np.amin, torch.amin, M)],
    np.var: [
        pytorch(lambda x: x.var(axis=1, ddof=1), lambda x: x.var(dim=1, correction=1), M, complex=False),
        jax(lambda np, x: np.var(x, axis=0), M),
    ],
    np.std: [
        pytorch(lambda x: x.std(axis=1), lambda x: x.std(dim=1, correction=0), M, complex=False),
        jax(lambda np, x: np.std(x, axis=1, ddof=1), M),
    ],
    np.cumsum: [pytorch(lambda x: x.cumsum(axis=1), lambda x: x.cumsum(dim=1), M)],
    np.cumprod: [
        pytorch(lambda x: np.cumprod(x, axis=0), lambda x: x.cumprod(dim=0), M),
        pytorch(np.cumprod, lambda x: x.ravel().cumprod(dim=0), M),
    ],
}
