"""Cases of order statistics, of averages, and of functions that leave out NaN."""

from functools import partial

import numpy as np

from .case import DISTINCT, INSIDE, POSITIVE, Case, at_corners
from .reductions import extremes

QUANTILES = (0.1, 0.5, 0.77)


def medians(f):
    return [
        Case(f, "(n+1,m+1)", DISTINCT),
        Case(lambda x: f(x, axis=0), "(n+1,m)", DISTINCT),
        Case(lambda x: f(x, axis=(-1, 0), keepdims=True), "(n+1,k+1,m+1)", DISTINCT),
    ]


def quantiles(f, unit, n="n+1"):
    """Cases of one quantile and of several, also differentiated by it; unit is the place of the greatest element."""
    several = lambda x: np.array(QUANTILES, x.dtype) * unit
    return [
        Case(lambda x: f(x, 0.3 * unit), f"({n},m+1)", DISTINCT),
        Case(lambda x: f(x, several(x), axis=-1), f"(...,{n})", DISTINCT),
        Case(lambda x: f(x, several(x), axis=(0, 2), keepdims=True), f"({n},k+1,m+1)", DISTINCT),
        Case(lambda x, q: f(x, (0.62 + q / 100) * unit, axis=0), "(4,m),(k)", DISTINCT),
    ]


def missing(x):
    """x with NaN in every third place of each row and of each column."""
    return np.where(np.indices(x.shape).sum(axis=0) % 3 == 2, np.nan, x)


def without_nan(f, domain=POSITIVE):
    return [
        Case(f, "(3,m+1)", domain),
        Case(lambda x: f(missing(x)), "(3,m+1)", domain),
        Case(lambda x: f(missing(x), axis=0), "(n+3,m)", domain),
    ]


def keeping_axes(f, domain=POSITIVE):
    return [
        *without_nan(f, domain),
        Case(lambda x: f(missing(x), axis=(-1, 0), keepdims=True), "(n+3,k,m+1)", domain),
    ]


def spread(x):
    """Numbers that differ by more than 0.6 from their neighbours along each axis, for |x| < 0.7."""
    return x + 2 * np.indices(x.shape).sum(axis=0).astype(x.dtype)


def with_ddof(f):
    return [*keeping_axes(f), Case(lambda x: f(missing(x), axis=1, ddof=1), "(n,m+3)", POSITIVE)]


def covariances(covariance):
    """NumPy gives float64 for all types; single precision is single again."""

    def f(x, *args, **options):
        return covariance(x, *args, **options).astype(x.dtype)

    return [
        Case(f, "(n+1,m+2)", INSIDE),
        Case(f, "(n+2)", INSIDE),
        Case(lambda x, y: f(x, y, rowvar=False), "(n+2,k+1),(n+2,m)", INSIDE),
        Case(lambda x, y: f(x, y=y), "(n+2),(n+2)", INSIDE),
    ]


CASES = {
    np.sort: [
        Case(np.sort, "(...,n)", DISTINCT),
        Case(lambda x: np.sort(x, axis=0, stable=True), "(n,m)", DISTINCT),
        Case(lambda x: np.sort(x, axis=None, kind="heapsort"), "(n,m)", DISTINCT),
    ],
    np.partition: [
        Case(lambda x: np.partition(x, 1), "(...,n+2)", DISTINCT),
        Case(lambda x: np.partition(x, (0, 2), axis=0), "(n+3,m)", DISTINCT),
        Case(lambda x: np.partition(x, 0, axis=None), "(n+1,m+1)", DISTINCT),
    ],
    np.ptp: extremes(np.ptp),
    np.median: medians(np.median),
    np.quantile: [
        *quantiles(np.quantile, 1),
        Case(
            lambda x, q: np.quantile(x, 0.62 + q / 100, (0, 1), keepdims=True), "(4,1,m+1),(2,k+1)", DISTINCT
        ),
    ],
    np.percentile: at_corners(quantiles(np.percentile, 100)),
    np.average: [
        Case(np.average, "(n+1,m+1)"),
        Case(lambda x, w: np.average(x, axis=-1, weights=w), "(...,n+1),(n+1)", POSITIVE),
        Case(lambda x, w: np.average(x, 0, w, keepdims=True), "(n+1,m),(n+1,m)", POSITIVE),
        Case(lambda x, w: np.average(x, axis=(2, 0), weights=w), "(n+1,k,m+1),(m+1,n+1)", POSITIVE),
        Case(lambda x: np.average(x, axis=(0, 1), keepdims=True), "(n+1,m+1)"),
    ],
    np.cov: [
        *covariances(np.cov),
        *covariances(partial(np.cov, bias=True))[:1],
        *covariances(partial(np.cov, ddof=0))[:1],
    ],
    # the correlation of numbers that are all equal has no value
    np.corrcoef: covariances(lambda x, *y, **options: np.corrcoef(spread(x), *map(spread, y), **options)),
    np.nansum: keeping_axes(np.nansum),
    np.nanprod: keeping_axes(np.nanprod),
    np.nanmean: keeping_axes(np.nanmean),
    np.nanvar: with_ddof(np.nanvar),
    np.nanstd: with_ddof(lambda x, **options: np.nanstd(spread(x), **options)),
    np.nanmax: keeping_axes(np.nanmax, DISTINCT),
    np.nanmin: keeping_axes(np.nanmin, DISTINCT),
    np.nancumsum: without_nan(np.nancumsum),
    np.nancumprod: without_nan(np.nancumprod),
    np.nanmedian: at_corners(keeping_axes(np.nanmedian, DISTINCT)),
    np.nanquantile: [
        *at_corners(quantiles(np.nanquantile, 1)),
        *quantiles(lambda x, *args, **options: np.nanquantile(missing(x), *args, **options), 1, "n+3"),
    ],
    np.nanpercentile: at_corners(
        quantiles(lambda x, *args, **options: np.nanpercentile(missing(x), *args, **options), 100, "n+3")
    ),
}
