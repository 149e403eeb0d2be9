"""A GAN, from the name of a data set to scores and pictures."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from scratchgen import gan, plots
from scratchgen.data import RowData
from scratchgen.data.rows import load_rows
from scratchgen.errors import BadInput
from scratchgen.optim import Adam
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.run import Run
from scratchgen.tasks.common import OpenRun, configuration, finished
from scratchgen.tasks.recipes import GANRecipe
from scratchgen.tasks.scores import Score
from scratchgen.tasks.scores.gan import SAMPLES, gan_scores, judge_of
from scratchgen.tasks.vae_pictures import in_turns
from scratchgen.tasks.vae_pictures import samples as draw_samples

CHANNELS = [16, 32]  # of the convolutions of a GAN
HIDDEN_FOR_POINTS = [128, 128, 128]


def train_gan(
    data: str, settings: GANRecipe, seed: int, open_run: OpenRun
) -> tuple[gan.AdversarialPair, list[Score]]:
    """Train a GAN on rows of numbers, images for instance, and score its samples."""
    rows = load_rows(data)
    sizes = _sizes(settings, rows)
    if max(settings.beta1, settings.beta2) >= 1:
        raise BadInput(f"beta1 and beta2 are below 1, not {settings.beta1:g} and {settings.beta2:g}")
    game = gan.Game(settings.objective, settings.ratio, settings.gradient_penalty, settings.r1)
    rng = Generator(seed)
    model = gan.build(sizes, rng)
    labels = rows.train_labels if settings.model == "conditional" else None
    gan.check(model, rows.train, labels, game, settings.batch_size)
    run = open_run(configuration("gan", data, rows, asdict(settings), seed, sizes))
    film = _film(model, rows, settings, game)
    gan.train(
        model,
        rows.train,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        optimizer_G=Adam(model.G.parameters(), settings.alpha, settings.beta1, settings.beta2),
        optimizer_D=Adam(model.D.parameters(), settings.alpha, settings.beta1, settings.beta2),
        rng=rng,
        labels=labels,
        game=game,
        trace=film,
    )
    with run.saving():
        _draw(model, rows, game, run)
        if film:
            plots.animation(film, run.picture("game", "gif"), f"a GAN on the {rows.name}")
    return finished(run, model, gan_scores(model, rows, "test", Generator(HELD_OUT_SEED), judge_of(rows)))


def _sizes(settings: GANRecipe, rows: RowData) -> dict:
    """What the model is built from. Raises BadInput where the data do not fit it."""
    sizes = {"architecture": settings.model, "latent_dim": settings.latent_dim, "norm": settings.norm}
    if settings.model == "conv":
        if min(rows.image_shape) == 1:
            raise BadInput(f"{rows.name} holds no images, which a convolutional GAN takes; leave out --model")
        return sizes | {"image_shape": list(rows.image_shape), "channels": CHANNELS}
    sizes["data_dim"] = rows.train.shape[1]
    if rows.train.min() < 0 or rows.train.max() > 1:
        sizes |= {"bounded": False, "scale": float(np.std(rows.train, dtype=np.float64))}
    if _are_points(rows):
        sizes["hidden"] = HIDDEN_FOR_POINTS
    if settings.model == "packed":
        sizes["pack"] = settings.pack
    if settings.model == "conditional":
        if not rows.classes:
            raise BadInput(f"{rows.name} has no classes, which a conditional GAN is told; leave out --model")
        sizes["classes"] = rows.classes
    return sizes


def _are_points(rows: RowData) -> bool:
    return tuple(rows.image_shape) == (1, 2)


def _film(
    model: gan.AdversarialPair, rows: RowData, settings: GANRecipe, game: gan.Game
) -> gan.TrainingTrace | None:
    """Of points that D judges by nothing but themselves: their picture is a surface over the plane."""
    if not _are_points(rows) or settings.model in ("packed", "conditional"):
        return None
    steps = settings.epochs * (len(rows.train) // settings.batch_size)
    return gan.TrainingTrace(model, rows.train, steps, game)


def _draw(model: gan.AdversarialPair, rows: RowData, game: gan.Game, run: Run) -> None:
    """Samples, and the curves of the game; V and loss are in nats where D is a probability."""
    n = SAMPLES if _are_points(rows) else 100
    x, columns = model.sample(n, Generator(HELD_OUT_SEED)), in_turns(n, getattr(model, "classes", 1))
    draw_samples(x, rows.image_shape, run.picture("samples"), "drawn by the GAN", columns)
    even = -gan.undecided_loss(game.objective)
    for name, series in {
        "curves": ("V", "G_loss"),
        "judgements": ("D_real", "D_fake"),
        "gradients": ("norm_D", "norm_G"),
        "diversity": ("diversity",),
    }.items():
        reference = {f"V where D cannot tell: {even:.3f}": even} if "V" in series else {}
        found = {of: run.history[of] for of in series}
        plots.curves(found, run.picture(name), game.objective.replace("_", " "), reference)
