"""Parzen-window log-likelihood of a generator's samples, and why it misleads."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput, check_counts
from scratchgen.evaluation.distances import Undefined, comparable, row_slices, squared_distances
from scratchgen.evaluation.examples import Mean, mean_over_examples
from scratchgen.random import Generator, as_generator

COPY_TOLERANCE = 1e-6  # relative to the mean distance: below this, two examples differ by rounding only


@dataclass(frozen=True)
class Parzen:
    """The result of `parzen_log_likelihood`.

    log_likelihood    the mean over test examples in nats, with its standard error
    sigma             the width of the windows, chosen on the validation examples
    """

    log_likelihood: Mean
    sigma: float


def parzen_log_likelihood(
    samples: ArrayLike, validation: ArrayLike, test: ArrayLike, sigmas: ArrayLike | None = None
) -> Parzen:
    """The mean log-likelihood of test examples under Gaussian windows around a generator's samples.

    log p̂(x) = log 1/N Σ_n N(x; s_n, σ² I)        samples (N, D), validation (M, D), test (B, D) → nats

    σ maximises the mean over the validation examples, among `sigmas` or, by default, among 12 widths in geometric
    progression over a range that contains every maximum, and 12 more around the best of them. The standard error
    is over test examples; it does not include the variation between different sets of samples.

    This score misleads. With few windows in many dimensions it does not prefer the true distribution: the centroids
    of k-means, which are all averages, score higher than samples of the data itself (Theis et al., section 3.2;
    `kmeans_centroids`). It is here for comparison with published tables.

    Memory: 32 MB beyond the sets.   Raises BadInput for NaN, for sets of different D, for a width ≤ 0, and, without
    `sigmas`, if the validation examples are among the samples.
    Source: Breuleux, Bengio & Vincent (2011); Goodfellow et al. (2014), section 5. Theis, van den Oord &
    Bethge (2016), A note on the evaluation of generative models.   Ledger: gan.parzen
    """
    samples, validation, test = comparable(samples=samples, validation=validation, test=test)
    widths: np.ndarray
    if sigmas is None:
        lowest, highest = _enclosing_widths(samples, validation)
        if lowest <= COPY_TOLERANCE * highest:
            raise Undefined(
                "the validation examples are among the samples, so the best window would have width 0; "
                "use other examples, or choose sigmas"
            )
        coarse = np.geomspace(lowest, highest, 12)
        best = int(np.argmax(_log_densities(samples, validation, coarse).mean(axis=1)))
        sigmas = np.geomspace(coarse[max(best - 1, 0)], coarse[min(best + 1, 11)], 12)
    widths = np.atleast_1d(np.asarray(sigmas, np.float64))
    if widths.size == 0 or not np.all((widths > 0) & np.isfinite(widths)):
        raise BadInput(f"the width of a window must be a finite number above 0, not one of {widths.tolist()}")
    sigma = widths[np.argmax(_log_densities(samples, validation, widths).mean(axis=1))]
    return Parzen(mean_over_examples(_log_densities(samples, test, sigma[None])[0]), float(sigma))


def _log_densities(samples: np.ndarray, x: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """log p̂(x) for each of S widths: x (B, D) → (S, B)."""
    N, D = samples.shape
    result = np.empty((len(sigmas), len(x)))
    for some in row_slices(len(x), N):
        squares = squared_distances(x[some], samples)
        nearest = squares.min(axis=1)  # subtracted, so that exp cannot underflow for all windows at once
        for s, sigma in enumerate(sigmas):
            windows = np.exp((nearest[:, None] - squares) / (2 * sigma**2)).mean(axis=1)
            result[s, some] = np.log(windows) - nearest / (2 * sigma**2)
    return result - D * np.log(sigmas * math.sqrt(2 * math.pi))[:, None]


def _enclosing_widths(samples: np.ndarray, x: np.ndarray) -> tuple[float, float]:
    """Bounds of every σ with derivative 0: there σ² D is the mean over x of Σ_n w_n ‖x − s_n‖², w the posterior of n.

    The weights decrease with the distance, so σ² D is between the mean smallest and the mean squared distance.
    """
    smallest = average = 0.0
    for some in row_slices(len(x), len(samples)):
        squares = squared_distances(x[some], samples)
        smallest += squares.min(axis=1).sum()
        average += squares.mean(axis=1).sum()
    B_D = len(x) * x.shape[1]
    return math.sqrt(smallest / B_D), math.sqrt(average / B_D)


def kmeans_centroids(x: ArrayLike, k: int, rng: Generator) -> np.ndarray:
    """k centroids of the data, which as "samples" score higher than real data in `parzen_log_likelihood`.

    (N, D) → (k, D)

    argmin_c Σ_n min_j ‖x_n − c_j‖², approximately.

    parzen_log_likelihood(kmeans_centroids(x, k, rng), …) exceeds parzen_log_likelihood(k rows of x, …).
    Raises BadInput for NaN, unless 1 ≤ k ≤ N, for fewer than k different examples, and if scikit-learn is not
    installed.
    Source: Theis, van den Oord & Bethge (2016), section 3.2 and table 1.   Ledger: gan.centroids
    """
    (x,) = comparable(x=x)
    check_counts(0, k=k)
    if not 1 <= k <= len(x):
        raise BadInput(f"{len(x)} examples can have from 1 to {len(x)} centroids, not {k}")
    try:
        from sklearn.cluster import KMeans
    except ImportError:
        raise BadInput(
            'k-means needs scikit-learn, which is not installed; `pip install "scratchgen-numpy[eval]"`'
        ) from None
    distinct = len(np.unique(x, axis=0))
    if distinct < k:
        raise BadInput(
            f"{k} centroids need {k} different examples, and there are {distinct}; choose a smaller k"
        )
    seed = int(as_generator(rng).integers(2**31))
    return KMeans(k, n_init=1, max_iter=50, random_state=seed).fit(x).cluster_centers_
