"""Scores of a GAN: which classes or modes its samples have, and how they compare with real examples."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scratchgen import evaluation
from scratchgen.data import RowData, load_points
from scratchgen.data.preprocessing.one_hot import labels_in_turn
from scratchgen.errors import BadInput
from scratchgen.evaluation import ClassHistogram, Classifier, Mean, TwoSampleScore
from scratchgen.gan import GAN, AdversarialPair, ConditionalGAN
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.score import Score, Show, mean_score, no_progress
from scratchgen.tasks.attribute_scores import attribute_classifier, attribute_scores
from scratchgen.tasks.rows import labels_of, sample_in_turn

SAMPLES = 1000
CLASSIFIER_EXAMPLES, CLASSIFIER_EPOCHS = 40_000, 6  # at least, for its training
MIN_EXAMPLES = 20  # of each set in `evaluation.two_sample_scores`
MAX_EXAMPLES = 5000  # of each set: half a minute for 784 pixels
SHARE = "share of class {}"
UNDEFINED = "not defined, as examples are equal"


@dataclass(frozen=True)
class Judge:
    """Assigns samples of a data set to classes.

    classes       (N, D) → (N,): the most likely class of an image, the nearest mode of a point
    classifier    of images, or None
    """

    classes: Callable[[np.ndarray], np.ndarray]
    classifier: Classifier | None = None


def judge_of(rows: RowData) -> Judge | None:
    """A classifier trained on the real images, or the centres of a known mixture; None without classes."""
    if rows.kind == "points":
        centres = load_points(rows.name).source.centres
        return Judge(lambda x: np.argmin(((x[:, None] - centres) ** 2).sum(axis=-1), axis=1))
    if rows.train_labels is None or rows.kind != "images" or rows.attributes:
        return None
    N, D = rows.train.shape
    classifier = Classifier(D, rows.classes, Generator(0))
    epochs = max(CLASSIFIER_EPOCHS, CLASSIFIER_EXAMPLES // N)
    classifier.fit(rows.train, rows.train_labels, epochs=epochs, rng=Generator(HELD_OUT_SEED))
    return Judge(classifier.predict, classifier)


def gan_scores(
    model: AdversarialPair, rows: RowData, part: str, rng: Generator, judge: Judge | None
) -> list[Score]:
    """Scores of samples: the modes that points find, or the classes of images; [] without a judge.

    part    the real examples whose own numbers are the baseline
    """
    if judge is None:
        return attribute_scores(model, rows, part)
    samples = sample_in_turn(model, SAMPLES, rng)
    if judge.classifier is None:
        return _mode_scores(samples, rows, part)
    scores = _class_scores(samples, rows, part, judge.classifier)
    return scores + (
        [_requested_class(samples, rows, part, judge)] if isinstance(model, ConditionalGAN) else []
    )


def _mode_scores(samples: np.ndarray, points: RowData, part: str) -> list[Score]:
    source, real = load_points(points.name).source, getattr(points, part)[:SAMPLES]
    K = len(source.centres)
    ours, theirs = (evaluation.modes_captured(x, source.centres, source.sigma) for x in (samples, real))
    near, near_real = (float(found.high_quality.mean) for found in (ours, theirs))
    return [
        Score(
            f"modes with one of {SAMPLES:,} samples near them",
            f"{ours.captured} of {K}",
            f"{theirs.captured} (held-out points)",
            f"{round(0.9 * K)} or more",
            ours.captured >= round(0.9 * K),
            value=ours.captured,
            baseline_value=theirs.captured,
        ),
        Score(
            "samples within 3 σ of a mode",
            f"{near:.1%}",
            f"{near_real:.1%} (held-out points)",
            "85 % or more",
            near >= 0.85,
            value=near,
            standard_error=float(ours.high_quality.standard_error),
            baseline_value=near_real,
        ),
    ]


def _class_scores(samples: np.ndarray, images: RowData, part: str, classifier: Classifier) -> list[Score]:
    K = images.classes
    untrained = GAN(samples.shape[1], rng=Generator(0)).sample(SAMPLES, Generator(HELD_OUT_SEED))
    ours, theirs, real = (
        evaluation.class_shares(classifier, x, K) for x in (samples, untrained, getattr(images, part))
    )
    found, before, needed = int(np.sum(ours >= 0.03)), int(np.sum(theirs >= 0.03)), round(0.8 * K)
    return [
        Score(
            f"classes with ≥ 3 % of {SAMPLES:,} samples",
            f"{found} of {K} (smallest {ours.min():.1%})",
            f"{before} (an untrained generator)",
            f"{needed} or more",
            found >= needed,
            value=found,
            baseline_value=before,
        ),
        Score(
            "samples recognised with p > ½",
            f"{ours.sum():.1%}",
            f"{real.sum():.1%} (held-out images)",
            "70 % or more",
            bool(ours.sum() >= 0.7),
            value=float(ours.sum()),
            baseline_value=float(real.sum()),
        ),
    ]


def _requested_class(samples: np.ndarray, images: RowData, part: str, judge: Judge) -> Score:
    """The share of samples with the requested class; the classes were requested in turn."""
    right = evaluation.mean_over_examples(judge.classes(samples) == labels_in_turn(SAMPLES, images.classes))
    accuracy = float(np.mean(judge.classes(getattr(images, part)) == getattr(images, f"{part}_labels")))
    return Score(
        "samples recognised as the requested class",
        f"{right.mean:.1%}",
        f"{accuracy:.1%} (held-out images)",
        "85 % or more",
        bool(right.mean >= 0.85),
        value=float(right.mean),
        standard_error=float(right.standard_error),
        baseline_value=accuracy,
    )


def two_sample_scores(
    model: AdversarialPair,
    rows: RowData,
    part: str,
    rng: Generator,
    judge: Judge | None,
    show: Show = no_progress,
) -> list[Score]:
    """The training part compared with equally many samples, and with `part`; at most MAX_EXAMPLES of each.

    Images with classes or attributes are compared by a classifier's features, except for Parzen windows and the
    Gaussian kernel; everything else by the rows themselves. A conditional model samples the classes of the real
    examples. In all three sets the judge assigns the classes.
    """
    n = min(MAX_EXAMPLES, len(rows.train), len(getattr(rows, part)))
    if n < MIN_EXAMPLES:
        raise BadInput(
            f"the {part} part of {rows.name} has {n} examples, and the scores that compare samples with real examples "
            f"need at least {MIN_EXAMPLES}; give more data"
        )
    chosen, held_out = (
        random_indices(n, rows.train),
        getattr(rows, part)[random_indices(n, getattr(rows, part))],
    )
    real = rows.train[chosen]
    if isinstance(model, ConditionalGAN):
        samples = model.sample(n, rng, labels_of(rows, "train")[chosen])
    else:
        samples = model.sample(n, rng)
    features = judge.classifier.features if judge and judge.classifier else None
    if rows.attributes:
        features = attribute_classifier(rows).features
    scores = [Score("examples in each set below", f"{n:,}", f"{n:,} (held-out)", value=n, baseline_value=n)]
    for _ in show([samples], f"comparing {n:,} samples with {n:,} real examples"):
        found = evaluation.two_sample_scores(real, held_out, samples, features, n)
        scores += [_next_to_held_out(score) for score in found]
    if judge:
        K = rows.classes
        of_real, *others = (judge.classes(x) for x in (real, samples, held_out))
        scores += _histogram_scores(*(evaluation.class_histogram(of_real, of, K) for of in others))
    return scores


def random_indices(n: int, rows: np.ndarray) -> np.ndarray:
    """n indices of rows at random, always the same.

    Indices at even distances would pick up an order in the data: of MNIST's training images every tenth is
    darker than the one after it, because the writers took turns.
    """
    return Generator(HELD_OUT_SEED).permutation(len(rows))[:n]


def _next_to_held_out(score: TwoSampleScore) -> Score:
    ours, theirs = score.generated, score.held_out
    digits = _digits(theirs if _is_defined(theirs) else ours)
    described = mean_score(f"{score.name} ({score.better} is better)", ours, digits=digits)
    words = mean_score("", theirs, digits=digits).ours
    return Score(
        described.measure,
        described.ours if _is_defined(ours) else UNDEFINED,
        f"{words if _is_defined(theirs) else UNDEFINED} (held-out)",
        value=described.value if _is_defined(ours) else None,
        standard_error=described.standard_error,
        baseline_value=float(theirs.mean) if _is_defined(theirs) else None,
    )


def _is_defined(mean: Mean) -> bool:
    return math.isfinite(float(mean.mean))


def _digits(mean: Mean) -> int:
    """Decimals that show two digits of the standard error, or three of a number without one."""
    size, figures = float(mean.standard_error), 2
    if not (math.isfinite(size) and size > 0):
        size, figures = (abs(float(mean.mean)) if _is_defined(mean) else 0) or 1.0, 3
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
