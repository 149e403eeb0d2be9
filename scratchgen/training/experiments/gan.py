"""A GAN, from the name of a data set to scores and pictures."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from scratchgen import gan, plots
from scratchgen.data import load_images
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.experiments.common import OpenRun, configuration, finished
from scratchgen.training.recipes import GANRecipe
from scratchgen.training.scores import Score
from scratchgen.training.scores.gan import gan_scores


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
    samples = model.sample(100, Generator(HELD_OUT_SEED))
    series = {name: run.history[name] for name in ("V", "G_loss")}
    with run.saving():
        plots.sample_grid(samples, images.image_shape, run.picture("samples"), "drawn by the GAN")
        plots.curves(series, run.picture("curves"), "nats", {"V where D cannot tell: −log 4": -np.log(4)})
    return finished(run, model, gan_scores(model, images, "test", Generator(HELD_OUT_SEED)))
