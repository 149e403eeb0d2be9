"""A GAN, from the name of a data set to scores and pictures."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from scratchgen import evaluation, gan, plots
from scratchgen.data import CATALOGUE, ImageData, load_points
from scratchgen.data.rows import load_rows
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.experiments.common import OpenRun, Score, configuration, finished
from scratchgen.training.experiments.vae_pictures import samples as draw_samples
from scratchgen.training.recipes import GANRecipe
from scratchgen.training.run import Run

GAN_SAMPLES = 1000
CHANNELS = [32, 64]  # of the convolutions of a GAN
HIDDEN_FOR_POINTS = [128, 128]
REACHED_MODES, REACHED_QUALITY = 0.9, 0.85  # of all modes, and of the samples


def train_gan(data: str, settings: GANRecipe, seed: int, open_run: OpenRun) -> tuple[gan.Pair, list[Score]]:
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
    gan.train(
        model,
        rows.train,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        alpha=settings.alpha,
        rng=rng,
        labels=labels,
        game=game,
        beta1=settings.beta1,
        beta2=settings.beta2,
    )
    x = model.sample(GAN_SAMPLES, Generator(HELD_OUT_SEED))
    with run.saving():
        _draw(x, rows, game, run)
    return finished(run, model, _scores(x, sizes, rows))


def _sizes(settings: GANRecipe, rows: ImageData) -> dict:
    """What the model is built from. Raises BadInput where the data do not fit it."""
    sizes = {"architecture": settings.model, "latent_dim": settings.latent_dim, "norm": settings.norm}
    if settings.model == "conv":
        if min(rows.image_shape) == 1:
            raise BadInput(f"{rows.name} holds no images, which a convolutional GAN takes; leave out --model")
        return sizes | {"image_shape": list(rows.image_shape), "channels": CHANNELS}
    sizes["data_dim"] = rows.train.shape[1]
    if rows.train.min() < 0 or rows.train.max() > 1:
        sizes["bounded"] = False
    if _are_points(rows):
        sizes["hidden"] = HIDDEN_FOR_POINTS
    if settings.model == "packed":
        sizes["pack"] = settings.pack
    if settings.model == "conditional":
        if not rows.classes:
            raise BadInput(f"{rows.name} has no classes, which a conditional GAN is told; leave out --model")
        sizes["classes"] = rows.classes
    return sizes


def _are_points(rows: ImageData) -> bool:
    return tuple(rows.image_shape) == (1, 2)


def _draw(x: np.ndarray, rows: ImageData, game: gan.Game, run: Run) -> None:
    """Samples, and the curves of the game; V and loss are in nats where D is a probability."""
    draw_samples(x if _are_points(rows) else x[:100], rows.image_shape, run.picture("samples"), "the GAN")
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


def _scores(x: np.ndarray, sizes: dict, rows: ImageData) -> list[Score]:
    if _are_points(rows) and rows.name in CATALOGUE:
        return _mode_scores(x, rows)
    if rows.classes and min(rows.image_shape) > 1:
        return _class_scores(x, sizes, rows)
    return []


def _mode_scores(x: np.ndarray, rows: ImageData) -> list[Score]:
    """Which modes of a known mixture are found, and how many samples are near one."""
    source = load_points(rows.name).source
    ours, real = (
        evaluation.modes_captured(of, source.centres, source.sigma) for of in (x, rows.test[: len(x)])
    )
    K = len(source.centres)
    return [
        Score(
            f"modes with one of {len(x):,} samples near them",
            f"{ours.captured} of {K}",
            f"{real.captured} (held-out points)",
            f"{int(np.ceil(REACHED_MODES * K))} or more",
            ours.captured >= REACHED_MODES * K,
        ),
        Score(
            "samples within 3 σ of a mode",
            f"{ours.high_quality.mean:.1%}",
            f"{real.high_quality.mean:.1%} (held-out points)",
            f"{REACHED_QUALITY:.0%} or more",
            bool(ours.high_quality.mean >= REACHED_QUALITY),
        ),
    ]


def _class_scores(samples: np.ndarray, sizes: dict, images: ImageData) -> list[Score]:
    """What a classifier that was trained on the real images says of generated ones."""
    D, K = images.train.shape[1], images.classes
    epochs = max(1, 40_000 // len(images.train))
    classifier = evaluation.Classifier(D, K)
    classifier.fit(images.train, images.train_labels, epochs=epochs, rng=Generator(HELD_OUT_SEED))
    accuracy = float(np.mean(classifier.predict(images.test) == images.test_labels))
    untrained = gan.build(sizes).sample(GAN_SAMPLES, Generator(HELD_OUT_SEED))
    ours, theirs = (evaluation.class_shares(classifier, x, K) for x in (samples, untrained))
    found, needed = int(np.sum(ours >= 0.03)), round(0.8 * K)
    scores = [
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
    if "classes" in sizes:
        right = float(np.mean(classifier.predict(samples) == np.arange(len(samples)) % K))
        scores.append(
            Score(
                "samples recognised as the class asked for",
                f"{right:.1%}",
                f"{accuracy:.1%} (the classifier's accuracy on held-out images)",
                "85 % or more",
                right >= 0.85,
            )
        )
    return scores
