"""Samples of a GAN against real examples: every two-sample score, with that of held-out ones beside it."""

from __future__ import annotations

import math

import numpy as np

from scratchgen import evaluation
from scratchgen.data import RowData
from scratchgen.evaluation import ClassHistogram, TwoSampleScore
from scratchgen.gan import AdversarialPair, ConditionalGAN
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.score import Score, Show, mean_score, unseen
from scratchgen.tasks.scores.gan import Judge

MOST = 5000  # of each set: half a minute for 784 pixels
SHARE = "share of class {}"


def two_sample_scores(
    model: AdversarialPair, rows: RowData, part: str, rng: Generator, judge: Judge | None, show: Show = unseen
) -> list[Score]:
    """The training part against as many samples, and against `part`; at most MOST of each.

    Distances of images whose classes are known are those of a classifier's features, but for Parzen windows
    and the Gaussian kernel; all others are those of the rows themselves. A conditional model is asked for the
    classes of the real examples. Classes are those that the judge sees, in all three sets.
    """
    n = min(MOST, len(rows.train), len(getattr(rows, part)))
    chosen, held_out = some(n, rows.train), getattr(rows, part)[some(n, getattr(rows, part))]
    real = rows.train[chosen]
    asked = (rows.train_labels[chosen],) if isinstance(model, ConditionalGAN) else ()
    samples = model.sample(n, rng, *asked)
    features = judge.classifier.features if judge and judge.classifier else None
    scores = [Score("examples in each set below", f"{n:,}", f"{n:,} (held-out)", value=n, baseline_value=n)]
    for _ in show([samples], f"comparing {n:,} samples with as many real examples"):
        found = evaluation.two_sample_scores(real, held_out, samples, features, n)
        scores += [_beside(score) for score in found]
    if judge:
        K = rows.classes
        of_real, *others = (judge.classes(x) for x in (real, samples, held_out))
        scores += _histogram_scores(*(evaluation.class_histogram(of_real, of, K) for of in others))
    return scores


def some(n: int, rows: np.ndarray) -> np.ndarray:
    """n places of rows at random, always the same.

    Places at even distances would meet an order in the data: of MNIST's training images, written in turns,
    every tenth is darker than the one after it.
    """
    return Generator(HELD_OUT_SEED).permutation(len(rows))[:n]


def _beside(score: TwoSampleScore) -> Score:
    ours, theirs = score.generated, score.held_out
    digits = _digits(theirs)
    words = mean_score("", theirs, digits=digits).ours
    told = mean_score(f"{score.name} ({score.better} is better)", ours, digits=digits)
    return Score(
        told.measure,
        told.ours,
        f"{words} (held-out)",
        value=told.value,
        standard_error=told.standard_error,
        baseline_value=float(theirs.mean),
    )


def _digits(mean) -> int:
    """Decimals that show two figures of the error, or three of a number that has none."""
    known = math.isfinite(mean.standard_error) and mean.standard_error > 0
    size, figures = (mean.standard_error, 2) if known else (abs(mean.mean) or 1.0, 3)
    return max(0, figures - 1 - math.floor(math.log10(size)))


def _histogram_scores(ours: ClassHistogram, theirs: ClassHistogram) -> list[Score]:
    chi_squared = Score(
        f"χ² of the classes ({ours.degrees} expected)",
        f"{ours.chi_squared:.1f} (p = {ours.p_value:.2g})",
        f"{theirs.chi_squared:.1f} (p = {theirs.p_value:.2g}, held-out)",
        value=ours.chi_squared,
        baseline_value=theirs.chi_squared,
    )
    shares = [histogram.generated / histogram.generated.sum() for histogram in (ours, theirs)]
    rows = zip(*shares, strict=True)
    return [
        chi_squared,
        *(
            Score(SHARE.format(k), f"{a:.1%}", f"{b:.1%} (held-out)", value=float(a), baseline_value=float(b))
            for k, (a, b) in enumerate(rows)
        ),
    ]
