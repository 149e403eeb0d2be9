"""How good a GAN is: what a classifier that was trained on the real images says of generated ones."""

from __future__ import annotations

import numpy as np

from scratchgen import evaluation, gan
from scratchgen.data import ImageData
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.scores.score import Score

SAMPLES = 1000


def gan_scores(model: gan.GAN, images: ImageData, part: str, rng: Generator) -> list[Score]:
    """How many classes there are among the samples, and how many samples are of any; [] without classes.

    part    the real images that the classifier's own accuracy is told of
    """
    if not images.classes:
        return []
    D, K = images.train.shape[1], images.classes
    epochs = max(1, 40_000 // len(images.train))
    classifier = evaluation.Classifier(D, K)
    classifier.fit(images.train, images.train_labels, epochs=epochs, rng=Generator(HELD_OUT_SEED))
    recognised = classifier.predict(getattr(images, part)) == getattr(images, f"{part}_labels")
    accuracy = float(np.mean(recognised))
    untrained = gan.GAN(D).sample(SAMPLES, Generator(HELD_OUT_SEED))
    samples = model.sample(SAMPLES, rng)
    ours, theirs = (evaluation.class_shares(classifier, x, K) for x in (samples, untrained))
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
            f"{accuracy:.1%} (the classifier's accuracy on held-out images)",
            "70 % or more",
            bool(ours.sum() >= 0.7),
            value=float(ours.sum()),
            baseline_value=accuracy,
        ),
    ]
