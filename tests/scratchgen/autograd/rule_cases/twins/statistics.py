"""Twins of order statistics, averages and functions that leave out NaN."""

import numpy as np
import torch

from .twin import NAN, M, P, jax, pytorch

ROWS = (2, 5)
Q = [0.1, 0.5, 0.83]

TWINS = {
    np.sort: [
        pytorch(np.sort, lambda x: torch.sort(x)[0], M),
        pytorch(lambda x: np.sort(x, axis=None), lambda x: torch.sort(x.ravel())[0], M),
    ],
    np.partition: [jax(lambda np, x: np.sum(np.partition(x, 2, axis=1)[:, :2], axis=1), ROWS)],
    np.ptp: [pytorch(lambda x: np.ptp(x, axis=0), lambda x: x.amax(0) - x.amin(0), M)],
    np.median: [
        jax(lambda np, x: np.median(x, axis=1), ROWS),
        jax(lambda np, x: np.median(x, axis=(0, 2), keepdims=True), (2, 3, 2)),
    ],
    np.quantile: [
        pytorch(
            lambda x: np.quantile(x, Q, axis=1),
            lambda x: torch.quantile(x, torch.tensor(Q, dtype=x.dtype), dim=1),
            ROWS,
        ),
        pytorch(
            lambda x: np.quantile(x, 0.3, keepdims=True),
            lambda x: torch.quantile(x, 0.3).reshape(1, 1),
            ROWS,
        ),
    ],
    np.percentile: [jax(lambda np, x: np.percentile(x, np.array([20.0, 77.0]), axis=0), (4, 2))],
    np.average: [
        pytorch(
            lambda x, w: np.average(x, axis=1, weights=w),
            lambda x, w: x @ w / w.sum(),
            (2, 3),
            (3,),
            domain=P,
        ),
        jax(lambda np, x, w: np.average(x, axis=0, weights=w), (2, 3), (2, 3), domain=P),
        jax(lambda np, x: np.average(x, axis=1), M),
    ],
    np.cov: [
        pytorch(np.cov, torch.cov, (3, 4)),
        jax(lambda np, x, y: np.cov(x, y, rowvar=False, ddof=0), (5, 2), (5, 1)),
    ],
    np.corrcoef: [
        pytorch(np.corrcoef, torch.corrcoef, (3, 4)),
        jax(lambda np, x, y: np.corrcoef(x, y), (5,), (5,)),
    ],
    np.nansum: [pytorch(lambda x: np.nansum(x, axis=0), lambda x: torch.nansum(x, 0), ROWS, domain=NAN)],
    np.nanmean: [
        pytorch(lambda x: np.nanmean(x, axis=0), lambda x: torch.nanmean(x, 0), ROWS, domain=NAN),
        jax(lambda np, x: np.nanmean(x, axis=1, keepdims=True), ROWS, domain=NAN),
    ],
    np.nanprod: [jax(lambda np, x: np.nanprod(x, axis=1), ROWS, domain=NAN)],
    np.nanvar: [jax(lambda np, x: np.nanvar(x, axis=1, ddof=1), ROWS, domain=NAN)],
    np.nanstd: [jax(lambda np, x: np.nanstd(x), ROWS, domain=NAN)],
    np.nanmax: [jax(lambda np, x: np.nanmax(x, axis=1), ROWS, domain=NAN)],
    np.nanmin: [jax(lambda np, x: np.nanmin(x, axis=0), ROWS, domain=NAN)],
    np.nancumsum: [jax(lambda np, x: np.nancumsum(x, axis=1), ROWS, domain=NAN)],
    np.nancumprod: [jax(lambda np, x: np.nancumprod(x), ROWS, domain=NAN)],
    np.nanmedian: [jax(lambda np, x: np.nanmedian(x, axis=1), ROWS, domain=NAN)],
    np.nanquantile: [
        pytorch(
            lambda x: np.nanquantile(x, Q, axis=1),
            lambda x: torch.nanquantile(x, torch.tensor(Q, dtype=x.dtype), dim=1),
            ROWS,
            domain=NAN,
        )
    ],
    np.nanpercentile: [jax(lambda np, x: np.nanpercentile(x, 30.0, keepdims=True), ROWS, domain=NAN)],
}
