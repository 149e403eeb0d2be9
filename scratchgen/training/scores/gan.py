"""How good a GAN is: what a classifier of real images says of its samples, and which modes they are near."""

from __future__ import annotations

import numpy as np

from scratchgen import evaluation
from scratchgen.data import ImageData, load_points, names
from scratchgen.gan import GAN, ConditionalGAN, Pair
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.scores.score import Score

SAMPLES = 1000


def can_be_scored(rows: ImageData) -> bool:
    """Whether there is a known mixture, or classes that a classifier can tell apart."""
    return rows.name in names()["points"] or (rows.classes > 0 and min(rows.image_shape) > 1)


def gan_scores(model: Pair, rows: ImageData, part: str, rng: Generator) -> list[Score]:
    """Of points the modes that are found, of images the classes; [] for what cannot be scored.

    part    the real examples whose own numbers stand beside
    """
    if not can_be_scored(rows):
        return []
    if rows.name in names()["points"]:
        return _mode_scores(model.sample(SAMPLES, rng), rows, part)
    return _class_scores(model, rows, part, rng)


def _mode_scores(samples: np.ndarray, points: ImageData, part: str) -> list[Score]:
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


def _class_scores(model: Pair, images: ImageData, part: str, rng: Generator) -> list[Score]:
    D, K = images.train.shape[1], images.classes
    epochs = max(1, 40_000 // len(images.train))
    classifier = evaluation.Classifier(D, K)
    classifier.fit(images.train, images.train_labels, epochs=epochs, rng=Generator(HELD_OUT_SEED))
    recognised = classifier.predict(getattr(images, part)) == getattr(images, f"{part}_labels")
    accuracy = float(np.mean(recognised))
    untrained = GAN(D).sample(SAMPLES, Generator(HELD_OUT_SEED))
    samples = model.sample(SAMPLES, rng)
    ours, theirs = (evaluation.class_shares(classifier, x, K) for x in (samples, untrained))
    found, before, needed = int(np.sum(ours >= 0.03)), int(np.sum(theirs >= 0.03)), round(0.8 * K)
    scores = [
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
            f"{accuracy:.1%} (the classifier's accuracy on held-out images)",
            "70 % or more",
            bool(ours.sum() >= 0.7),
            value=float(ours.sum()),
            baseline_value=accuracy,
        ),
    ]
    if isinstance(model, ConditionalGAN):
        right = float(np.mean(classifier.predict(samples) == np.arange(SAMPLES) % K))
        scores.append(
            Score(
                "samples recognised as the class asked for",
                f"{right:.1%}",
                f"{accuracy:.1%} (the classifier's accuracy on held-out images)",
                "85 % or more",
                right >= 0.85,
                value=right,
                baseline_value=accuracy,
            )
        )
    return scores
