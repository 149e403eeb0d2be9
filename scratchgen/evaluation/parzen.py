"""A density laid over samples, and why it misleads."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.evaluation.examples import Mean, mean_over_examples
from scratchgen.evaluation.pairs import comparable, pieces, squared_distances
from scratchgen.random import Generator

COPIES = 1e-6  # of the mean distance: nearer than this, the difference is rounding


@dataclass(frozen=True)
class Parzen:
    """log_likelihood    the mean over test examples in nats, with its standard error
    sigma             the width of the window, chosen on the validation examples
    """

    log_likelihood: Mean
    sigma: float


def parzen_log_likelihood(samples, validation, test, sigmas=None) -> Parzen:
    """The mean log-likelihood of test examples under Gaussian windows around a generator's samples.

    log p̂(x) = log 1/N Σ_n N(x; s_n, σ² I)        samples (N, D), validation (M, D), test (B, D) → nats

    σ maximises the mean over the validation examples, among `sigmas` or, by default, among 12 widths at equal
    ratios between two that enclose every maximum, and 12 more around the best of these. The standard error is
    over test examples: it does not know that other samples would give another density.

    It misleads. With few windows in many dimensions the best model is not the one that makes the data but one
    that puts windows where they serve most examples: the centroids of k-means, which are all averages, beat
    samples of the data itself (Theis et al., section 3.2; `kmeans_centroids`). It is here to compare with
    published tables.

    Memory: 32 MB beyond the sets.   Raises BadInput for NaN, for sets of different D, for a width ≤ 0, and
    without `sigmas` where the validation examples are among the samples.
    Source: Breuleux, Bengio & Vincent (2011); Goodfellow et al. (2014), section 5. Theis, van den Oord &
    Bethge (2016), A note on the evaluation of generative models.   Ledger: gan.parzen
    """
    samples, validation, test = comparable(samples=samples, validation=validation, test=test)
    if sigmas is None:
        lowest, highest = _enclosing_widths(samples, validation)
        if lowest < COPIES * highest:
            raise BadInput(
                "the validation examples are among the samples, so the narrower the windows the better; "
                "take other examples, or choose sigmas"
            )
        coarse = np.geomspace(lowest, highest, 12)
        best = int(np.argmax(_log_densities(samples, validation, coarse).mean(axis=1)))
        sigmas = np.geomspace(coarse[max(best - 1, 0)], coarse[min(best + 1, 11)], 12)
    sigmas = np.atleast_1d(np.asarray(sigmas, np.float64))
    if sigmas.size == 0 or not np.all((sigmas > 0) & np.isfinite(sigmas)):
        raise BadInput(f"the width of a window is a finite number above 0, not one of {sigmas.tolist()}")
    sigma = sigmas[np.argmax(_log_densities(samples, validation, sigmas).mean(axis=1))]
    return Parzen(mean_over_examples(_log_densities(samples, test, sigma[None])[0]), float(sigma))


def _log_densities(samples, x, sigmas) -> np.ndarray:
    """log p̂(x) for each of S widths: x (B, D) → (S, B)."""
    N, D = samples.shape
    result = np.empty((len(sigmas), len(x)))
    for some in pieces(len(x), N):
        squares = squared_distances(x[some], samples)
        nearest = squares.min(axis=1)  # shifted by the largest term: exp cannot underflow for all windows
        for s, sigma in enumerate(sigmas):
            windows = np.exp((nearest[:, None] - squares) / (2 * sigma**2)).mean(axis=1)
            result[s, some] = np.log(windows) - nearest / (2 * sigma**2)
    return result - D * np.log(sigmas * math.sqrt(2 * math.pi))[:, None]


def _enclosing_widths(samples, x) -> tuple[float, float]:
    """Where the derivative by σ is 0, σ² D is the mean over x of Σ_n w_n ‖x − s_n‖², w the posterior of n.

    The weights fall with the distance, so this lies between the mean least and the mean squared distance.
    """
    least = average = 0.0
    for some in pieces(len(x), len(samples)):
        squares = squared_distances(x[some], samples)
        least += squares.min(axis=1).sum()
        average += squares.mean(axis=1).sum()
    B_D = len(x) * x.shape[1]
    return math.sqrt(least / B_D), math.sqrt(average / B_D)


def kmeans_centroids(x, k: int, rng: Generator) -> np.ndarray:
    """k averages of the data: "samples" that beat real ones in `parzen_log_likelihood`.   (N, D) → (k, D)

    argmin_c Σ_n min_j ‖x_n − c_j‖², approximately.

    parzen_log_likelihood(kmeans_centroids(x, k, rng), …) exceeds parzen_log_likelihood(k rows of x, …).
    Raises BadInput for NaN, unless 1 ≤ k ≤ N, and where scikit-learn is not installed.
    Source: Theis, van den Oord & Bethge (2016), section 3.2 and table 1.   Ledger: gan.centroids
    """
    (x,) = comparable(x=x)
    if not 1 <= k <= len(x):
        raise BadInput(f"{len(x)} examples have from 1 to {len(x)} centroids, not {k}")
    try:
        from sklearn.cluster import KMeans
    except ImportError:
        raise BadInput(
            'k-means comes from scikit-learn, which is not installed; `pip install "scratchgen-numpy[eval]"`'
        ) from None
    seed = int(rng.integers(2**31))
    return KMeans(k, n_init=1, max_iter=50, random_state=seed).fit(x).cluster_centers_
