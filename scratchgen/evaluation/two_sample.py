"""All scores of a generator that has no likelihood, with those of held-out real data beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scratchgen.evaluation.examples import Mean, as_examples
from scratchgen.evaluation.frechet import frechet_distance
from scratchgen.evaluation.mmd import GaussianKernel, cubic_kernel, median_distance, mmd
from scratchgen.evaluation.neighbours import density_coverage, precision_recall
from scratchgen.evaluation.pairs import comparable, spread
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
    """One score of generated and of held-out data against the same real data.

    better    "higher" or "lower". What held-out data reaches is as good as it gets: beyond it, a generator
              repeats the real data, or pleases the score
    """

    name: str
    better: str
    generated: Mean
    held_out: Mean


def two_sample_scores(
    real, held_out, generated, features: Callable[[np.ndarray], np.ndarray] | None = None, most: int = 10_000
) -> list[TwoSampleScore]:
    """Every score that needs no labels and no density, for two sets against real data.   each (N, D)

    features    x (N, D) → (N, F), `Classifier.features` say: where Fréchet distance, KID and the four scores
                by neighbours are measured; without it, on the examples themselves. Parzen windows and the
                Gaussian kernel always see the examples

    Most scores depend on the sizes of the sets. So all three are cut to the size of the smallest, at most
    `most`, by rows at even distances: shuffle data that come in turns, as MNIST's training images do. The
    windows of Parzen's estimate lie around the set that is scored; one half of the real examples chooses
    their width and the other half is scored, the same for both columns. The Gaussian kernel has the median
    distance of the real examples as its bandwidth.

    Time grows with the square of the size. Memory: 32 MB beyond the sets in float64.
    Raises BadInput for NaN, for sets of different D, for fewer than 20 examples in one of them, and where
    scikit-learn is not installed.   Source: see each score.
    """
    sets = {"real": real, "held_out": held_out, "generated": generated}
    n = min(most, *map(len, comparable(20, **sets)))
    sets = {name: spread(as_examples(x), n) for name, x in sets.items()}
    seen = {name: features(x) for name, x in sets.items()} if features else sets
    kernel = GaussianKernel(median_distance(sets["real"]))
    ours, theirs = (
        _scores(sets["real"], sets[name], seen["real"], seen[name], kernel)
        for name in ("generated", "held_out")
    )
    return [TwoSampleScore(*NAMES[i], *pair) for i, pair in enumerate(zip(ours, theirs, strict=True))]


def _scores(real, x, real_features, x_features, kernel) -> list[Mean]:
    """In the order of NAMES."""
    fidelity = precision_recall(real_features, x_features)
    reach = density_coverage(real_features, x_features)
    return [
        parzen_log_likelihood(x, real[::2], real[1::2]).log_likelihood,
        mmd(real, x, kernel),
        mmd(real_features, x_features, cubic_kernel),
        Mean(frechet_distance(real_features, x_features), np.nan),
        fidelity.precision,
        fidelity.recall,
        reach.density,
        reach.coverage,
    ]
