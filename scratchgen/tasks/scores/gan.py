"""How good a GAN is: what a classifier of real images says of its samples, and which modes they are near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scratchgen import evaluation
from scratchgen.data import RowData, load_points, names
from scratchgen.evaluation import Classifier
from scratchgen.gan import GAN, AdversarialPair, ConditionalGAN
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.score import Score

SAMPLES = 1000
EXAMPLES, EPOCHS = 40_000, 6  # that the classifier is shown at least, and passes over the data


@dataclass(frozen=True)
class Judge:
    """Who tells the samples of a data set apart.

    classes       (N, D) → (N,): the likeliest class of an image, the nearest mode of a point
    classifier    of images, or None
    """

    classes: Callable[[np.ndarray], np.ndarray]
    classifier: Classifier | None = None


def judge_of(rows: RowData) -> Judge | None:
    """A classifier trained on the real images, or the centres of a known mixture; None without classes."""
    if rows.name in names()["points"]:
        centres = load_points(rows.name).source.centres
        return Judge(lambda x: np.argmin(((x[:, None] - centres) ** 2).sum(axis=-1), axis=1))
    if not rows.classes or min(rows.image_shape) == 1:
        return None
    N, D = rows.train.shape
    classifier = Classifier(D, rows.classes)
    epochs = max(EPOCHS, EXAMPLES // N)
    classifier.fit(rows.train, rows.train_labels, epochs=epochs, rng=Generator(HELD_OUT_SEED))
    return Judge(classifier.predict, classifier)


def gan_scores(
    model: AdversarialPair, rows: RowData, part: str, rng: Generator, judge: Judge | None
) -> list[Score]:
    """Of points the modes that are found, of images the classes; [] for what cannot be judged.

    part    the real examples whose own numbers stand beside
    """
    if judge is None:
        return []
    samples = model.sample(SAMPLES, rng)
    if judge.classifier is None:
        return _mode_scores(samples, rows, part)
    scores = _class_scores(samples, rows, part, judge.classifier)
    return scores + ([_as_asked(samples, rows, part, judge)] if isinstance(model, ConditionalGAN) else [])


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
    untrained = GAN(samples.shape[1]).sample(SAMPLES, Generator(HELD_OUT_SEED))
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


def _as_asked(samples: np.ndarray, images: RowData, part: str, judge: Judge) -> Score:
    """Of samples of one class after the other, as a conditional model draws them."""
    right = evaluation.mean_over_examples(judge.classes(samples) == np.arange(SAMPLES) % images.classes)
    accuracy = float(np.mean(judge.classes(getattr(images, part)) == getattr(images, f"{part}_labels")))
    return Score(
        "samples recognised as the class asked for",
        f"{right.mean:.1%}",
        f"{accuracy:.1%} (held-out images)",
        "85 % or more",
        bool(right.mean >= 0.85),
        value=float(right.mean),
        standard_error=float(right.standard_error),
        baseline_value=accuracy,
    )
