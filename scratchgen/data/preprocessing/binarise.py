"""Grey values made black or white: once and for all, or anew whenever an image is shown."""

from __future__ import annotations

import numpy as np

from scratchgen.data.checks import check_unit_interval


def threshold(x: np.ndarray, at: float = 0.5) -> np.ndarray:
    """1 where x ≥ at, else 0; in the dtype of x. Nothing is drawn, so it is the same for ever."""
    check_unit_interval(x)
    return (x >= at).astype(x.dtype)


def bernoulli(x: np.ndarray, rng) -> np.ndarray:
    """1 with probability x, else 0; in the dtype of x.   x: (N, D) floats in [0, 1]

    Applied once to a data set, with a seed, this is static binarisation: numbers compare with others on that
    draw. Applied to each batch it is binarisation per presentation: the model sees every image in ever new
    draws, which fits better, and its numbers compare with none of the former kind.
    rng    anything with `random(size, dtype)`
    Source: Salakhutdinov & Murray (2008) for the first; Burda, Grosse & Salakhutdinov (2016) for the second.
    """
    check_unit_interval(x)
    return (rng.random(x.shape, np.float64) < x).astype(x.dtype)


def each_time(batches, rng):
    """Batches of grey images, each binarised by a fresh draw when its turn comes."""
    for x in batches:
        yield bernoulli(x, rng)
