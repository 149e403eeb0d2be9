"""Binarisation: grey values become black or white, once for the whole set or anew for each batch."""

from __future__ import annotations

import numpy as np

from scratchgen.data.checks import check_unit_interval
from scratchgen.errors import check_numbers
from scratchgen.random import Generator, check_draws


def threshold(x: np.ndarray, at: float = 0.5) -> np.ndarray:
    """1 where x ≥ at, else 0, in the dtype of x. It is deterministic: the result never changes.

    Raises BadInput for images or a threshold outside [0, 1].
    """
    check_numbers("[0, 1]", at=at)
    check_unit_interval(x)
    return (x >= at).astype(x.dtype)


def bernoulli(x: np.ndarray, rng: Generator) -> np.ndarray:
    """1 with probability x, else 0; in the dtype of x.   x: (N, D) floats in [0, 1]

    Applied once to a data set, with a seed, this is static binarisation: likelihoods on the same binarised set
    can be compared. Applied to each batch it is dynamic binarisation: the model sees new samples of every image
    in each epoch and generalises better, but its likelihoods cannot be compared with those on a static set.
    rng    anything with `random(size, dtype)`
    Source: Salakhutdinov & Murray (2008) for the first; Burda, Grosse & Salakhutdinov (2016) for the second.
    """
    check_draws(rng, "random")
    x = np.asarray(x)
    check_unit_interval(x)
    return (rng.random(x.shape, np.float64) < x).astype(x.dtype)
