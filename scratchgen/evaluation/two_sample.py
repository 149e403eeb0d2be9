"""All scores of a generator without a likelihood, next to the same scores of held-out real data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import check_counts
from scratchgen.evaluation.distances import Undefined, comparable, evenly_spaced
from scratchgen.evaluation.examples import Mean, as_examples
from scratchgen.evaluation.frechet import frechet_distance
from scratchgen.evaluation.mmd import GaussianKernel, cubic_kernel, median_distance, mmd
from scratchgen.evaluation.neighbours import density_coverage, precision_recall
from scratchgen.evaluation.parzen import parzen_log_likelihood

NAMES = (
    ("Parzen log-likelihood, nats", "higher"),
    ("MMD², Gaussian kernel", "lower"),
    ("KID", "lower"),
    ("Fréchet distance", "lower"),
    ("precision", "higher"),
    ("recall", "higher"),
    ("density", "higher"),
    ("coverage", "higher"),
)


@dataclass(frozen=True)
class TwoSampleScore:
    """One score of generated data and of held-out data, each against the same real data.

    better    "higher" or "lower". The score of held-out data is the best that can be expected: a generator that
              scores better copies the real data, or exploits a weakness of the score
    """

    name: str
    better: str
    generated: Mean
    held_out: Mean


def two_sample_scores(
    real: ArrayLike,
    held_out: ArrayLike,
    generated: ArrayLike,
    features: Callable[[np.ndarray], np.ndarray] | None = None,
    max_examples: int = 10_000,
) -> list[TwoSampleScore]:
    """All scores that need neither labels nor a density, of generated and of held-out data.   each (N, D)

    features    x (N, D) → (N, F), for example `Classifier.features`: the Fréchet distance, KID and the four
                nearest-neighbour scores are computed on these; without `features`, on the examples. Parzen windows
                and the Gaussian kernel always use the examples

    Most scores depend on the sizes of the sets. So all three sets are reduced to the size of the smallest, at most
    `max_examples`, by evenly spaced rows: shuffle data with a periodic order, as MNIST's training images have. The
    Parzen windows are around the scored set; one half of the real examples chooses their width and the other half
    is scored, in both columns. The bandwidth of the Gaussian kernel is the median distance of the real examples.

    A score that is not defined, because examples are equal, is NaN: the Gaussian kernel where half of the real
    examples are copies of others, the Parzen windows where real examples are among the scored ones.

    Time grows with the square of the size. Memory: 32 MB beyond the sets in float64.
    Raises BadInput for NaN, for sets of different D, for fewer than 20 examples in a set, and if scikit-learn is
    not installed.   Source: see each score.
    """
    check_counts(20, max_examples=max_examples)
    given = {"real": real, "held_out": held_out, "generated": generated}
    n = min(max_examples, *map(len, comparable(20, **given)))
    sets = {name: evenly_spaced(as_examples(x), n) for name, x in given.items()}
    mapped = {name: features(x) for name, x in sets.items()} if features else sets
    kernel: GaussianKernel | None
    try:
        kernel = GaussianKernel(median_distance(sets["real"]))
    except Undefined:
        kernel = None
    ours, theirs = (
        _scores(sets["real"], sets[name], mapped["real"], mapped[name], kernel)
        for name in ("generated", "held_out")
    )
    return [TwoSampleScore(*NAMES[i], *pair) for i, pair in enumerate(zip(ours, theirs, strict=True))]


def _scores(
    real: np.ndarray,
    x: np.ndarray,
    real_features: np.ndarray,
    x_features: np.ndarray,
    kernel: GaussianKernel | None,
) -> list[Mean]:
    """The scores of x against real, in the order of NAMES."""
    overlap = precision_recall(real_features, x_features)
    balls = density_coverage(real_features, x_features)
    undefined = Mean(np.nan, np.nan)
    try:
        parzen = parzen_log_likelihood(x, real[::2], real[1::2]).log_likelihood
    except Undefined:
        parzen = undefined
    return [
        parzen,
        mmd(real, x, kernel) if kernel else undefined,
        mmd(real_features, x_features, cubic_kernel),
        Mean(frechet_distance(real_features, x_features), np.nan),
        overlap.precision,
        overlap.recall,
        balls.density,
        balls.coverage,
    ]
