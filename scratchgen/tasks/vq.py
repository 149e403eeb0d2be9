"""A VQ-VAE, from the name of a data set to scores and pictures."""

from __future__ import annotations

import math
from dataclasses import asdict

from scratchgen import plots, vae
from scratchgen.data import RowData
from scratchgen.data.checks import check_unit_interval
from scratchgen.data.rows import PARTS, load_rows
from scratchgen.optim import Adam
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.run import Run
from scratchgen.tasks.common import OpenRun, configuration, finished, refuse
from scratchgen.tasks.recipes import VAERecipe
from scratchgen.tasks.scores import Score
from scratchgen.tasks.scores.vq import CODE_NATS, ELBO, vq_scores
from scratchgen.tasks.vae_pictures import held_out

CHANNELS = [32, 32]  # of the convolutions
OF_CODES = ("codes", "prior_epochs", "prior_alpha")  # settings for this model alone
OF_OTHERS = (
    *("likelihood", "objective", "patience", "k", "beta"),
    *("distortion", "warm_up", "free_bits", "binarise"),
)


def train_vq(data: str, settings: VAERecipe, seed: int, open_run: OpenRun) -> tuple[vae.VQVAE, list[Score]]:
    """Train a VQ-VAE on images and then the prior of its codes; score both on the test part."""
    refuse(settings, OF_OTHERS, "does not go with model vq; leave it out")
    images = load_rows(data)
    for part in PARTS:
        check_unit_interval(getattr(images, part), images.name)
    sizes = {
        "architecture": "vq",
        "image_shape": list(images.image_shape),
        "codes": settings.codes,
        "dimension": settings.latent_dim,
        "channels": CHANNELS,
        "hidden": settings.hidden,
    }
    rng = Generator(seed)
    model = vae.build(sizes, rng)
    run = open_run(configuration("vae", data, images, asdict(settings), seed, sizes))
    vae.train_vq(
        model,
        images.train,
        images.validation,
        run,
        epochs=settings.epochs,
        prior_epochs=settings.prior_epochs,
        batch_size=settings.batch_size,
        optimizer=Adam([*model.encoder.parameters(), *model.decoder.parameters()], settings.alpha),
        prior_optimizer=Adam(model.prior.parameters(), settings.prior_alpha),
        rng=rng,
    )
    scores = vq_scores(model, images, "test")
    with run.saving():
        _draw(model, images, run, {score.measure: score.baseline_value for score in scores})
    return finished(run, model, scores)


def _draw(model: vae.VQVAE, images: RowData, run: Run, baselines: dict[str, float]) -> None:
    """Samples, reconstructions, and the curves of both parts of the training."""
    x, shape, history = held_out(images, 16)[0], images.image_shape, run.history
    samples = model.sample(100, Generator(HELD_OUT_SEED))
    plots.sample_grid(samples, shape, run.picture("samples"), "drawn by the VQ-VAE")
    plots.reconstructions(x, model.reconstruct(x), shape, run.picture("reconstructions"))
    before = [math.nan] * len(history["validation_objective"])  # the prior is trained after these epochs
    series = {
        "objective, training": history["objective"],
        "objective, validation": history["validation_objective"],
        "ELBO, validation": before + history["validation_elbo"],
    }
    floor = {"independent pixels": baselines[ELBO]}
    plots.curves(series, run.picture("curves"), "nats an example", floor)
    prior = {"code length −log p(k), training": before + history["code_nats"]}
    uniform = {"all codes equally likely": baselines[CODE_NATS]}
    plots.curves(prior, run.picture("prior"), "nats an example", uniform)
