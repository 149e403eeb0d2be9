"""A GAN, from the name of a data set to scores and pictures."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from scratchgen import evaluation, gan, plots
from scratchgen.data import ImageData, load_images
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.experiments.common import OpenRun, Score, configuration, finished
from scratchgen.training.recipes import GANRecipe

GAN_SAMPLES = 1000


def train_gan(data: str, settings: GANRecipe, seed: int, open_run: OpenRun) -> tuple[gan.GAN, list[Score]]:
    """Train a GAN on images and score how many classes a classifier recognises in its samples."""
    images = load_images(data)
    if len(images.train) < settings.batch_size:
        raise BadInput(
            f"{images.name} has {len(images.train)} training images, fewer than a batch of "
            f"{settings.batch_size}; choose a smaller --batch-size"
        )
    sizes = {"data_dim": images.train.shape[1], "latent_dim": settings.latent_dim}
    rng = Generator(seed)
    model = gan.GAN(**sizes, rng=rng)
    run = open_run(configuration("gan", data, images, asdict(settings), seed, sizes))
    gan.train(
        model,
        images.train,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        alpha=settings.alpha,
        rng=rng,
    )
    samples = model.sample(GAN_SAMPLES, Generator(HELD_OUT_SEED))
    series = {name: run.history[name] for name in ("V", "G_loss")}
    with run.saving():
        plots.sample_grid(samples[:100], images.image_shape, run.picture("samples"), "drawn by the GAN")
        plots.curves(series, run.picture("curves"), "nats", {"V where D cannot tell: −log 4": -np.log(4)})
    return finished(run, model, _gan_scores(samples, images) if images.classes else [])


def _gan_scores(samples: np.ndarray, images: ImageData) -> list[Score]:
    """What a classifier that was trained on the real images says of generated ones."""
    D, K = images.train.shape[1], images.classes
    epochs = max(1, 40_000 // len(images.train))
    classifier = evaluation.Classifier(D, K)
    classifier.fit(images.train, images.train_labels, epochs=epochs, rng=Generator(HELD_OUT_SEED))
    accuracy = float(np.mean(classifier.predict(images.test) == images.test_labels))
    untrained = gan.GAN(D).sample(GAN_SAMPLES, Generator(HELD_OUT_SEED))
    ours, theirs = (evaluation.class_shares(classifier, x, K) for x in (samples, untrained))
    found, needed = int(np.sum(ours >= 0.03)), round(0.8 * K)
    return [
        Score(
            f"classes with ≥ 3 % of {GAN_SAMPLES:,} samples",
            f"{found} of {K} (smallest {ours.min():.1%})",
            f"{int(np.sum(theirs >= 0.03))} (an untrained generator)",
            f"{needed} or more",
            found >= needed,
        ),
        Score(
            "samples recognised with p > ½",
            f"{ours.sum():.1%}",
            f"{accuracy:.1%} (the classifier's accuracy on held-out images)",
            "70 % or more",
            bool(ours.sum() >= 0.7),
        ),
    ]
