"""A VAE, from the name of a data set to scores and pictures."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from scratchgen import evaluation, vae
from scratchgen.data import RowData
from scratchgen.data.checks import check_unit_interval
from scratchgen.data.rows import PARTS, load_rows
from scratchgen.errors import BadInput
from scratchgen.optim import Adam
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.early_stopping import EarlyStopping
from scratchgen.tasks.common import OpenRun, configuration, finished, refuse
from scratchgen.tasks.recipes import VAERecipe
from scratchgen.tasks.scores import Score
from scratchgen.tasks.scores.vae import bound_scores, shown
from scratchgen.tasks.vae_pictures import draw
from scratchgen.tasks.vq import OF_CODES, train_vq

CHANNELS = [16, 32]  # of the convolutions of a VAE


def train_vae(data: str, settings: VAERecipe, seed: int, open_run: OpenRun):
    """Train a VAE on rows of numbers, images for instance, and score its bound on the test part."""
    if settings.model == "vq":
        return train_vq(data, settings, seed, open_run)
    refuse(settings, OF_CODES, "goes with model vq; leave it out")
    rows = load_rows(data)
    sizes = _sizes(settings, rows)
    loss = _loss(settings)
    rng = Generator(seed)
    model = vae.build(sizes, rng)
    for part in PARTS:  # before there is a run: data that are refused on the way would end it there
        model.likelihood.check(getattr(rows, part))
        if settings.binarise:
            check_unit_interval(getattr(rows, part))
    model.init_output_bias(rows.train.mean(axis=0))
    run = open_run(configuration("vae", data, rows, asdict(settings), seed, sizes))
    if settings.patience:
        run.wait(EarlyStopping("validation_elbo", settings.patience, higher_is_better=True))
    vae.train(
        model,
        rows.train,
        rows.validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        optimizer=Adam(model.parameters(), settings.alpha),
        rng=rng,
        loss=loss,
        labels=rows.train_labels,
        validation_labels=rows.validation_labels,
        binarise=settings.binarise,
    )
    rows = shown(rows, settings.binarise)
    scores = _scores(model, rows, settings, loss)
    with run.saving():
        draw(model, rows, run, scores)
    return finished(run, model, scores)


def _sizes(settings: VAERecipe, rows: RowData) -> dict:
    """What the model is built from. Raises BadInput where the data or the settings do not fit it."""
    sizes = {
        "architecture": settings.model,
        "data_dim": rows.train.shape[1],
        "latent_dim": settings.latent_dim,
    }
    if settings.layers != 1 and settings.model not in ("mlp", "conditional"):
        raise BadInput(f"layers goes with model mlp or conditional, not with {settings.model}; leave it out")
    if settings.model == "linear":
        if settings.likelihood != "gaussian":
            raise BadInput("a linear VAE has a Gaussian likelihood; say --likelihood gaussian, or nothing")
        return sizes
    hidden = settings.hidden if settings.model == "conv" else [settings.hidden] * settings.layers
    sizes |= {"hidden": hidden, "likelihood": settings.likelihood}
    if settings.likelihood == "categorical":
        sizes["levels"] = _levels(rows)
    if settings.model == "conv":
        del sizes["data_dim"]
        return sizes | {"image_shape": list(rows.image_shape), "channels": CHANNELS}
    if settings.model == "conditional":
        if not rows.classes:
            raise BadInput(f"{rows.name} has no classes, which a conditional VAE is told; train --model mlp")
        sizes["classes"] = rows.classes
    return sizes


def _levels(rows: RowData) -> int:
    """How many values k/(V − 1) the data take."""
    steps = np.diff(np.unique(rows.train))
    levels = round(1 / steps.min()) + 1 if len(steps) else 2
    if levels > 256:
        raise BadInput(f"{rows.name} has no small number of levels; say --likelihood gaussian")
    return levels


def _loss(settings: VAERecipe):
    """What is minimised. Raises BadInput for a setting that has no place in it."""
    objective = settings.objective
    for name, where, idle in (
        ("beta", ("beta",), 1.0),
        ("distortion", ("geco",), 0.0),
        ("warm_up", ("elbo", "beta"), 0),
        ("free_bits", ("elbo", "beta"), 0.0),
    ):
        if getattr(settings, name) != idle and objective not in where:
            raise BadInput(f"{name} goes with objective {' or '.join(where)}, not with {objective}")
    if objective == "iwae":
        return vae.ImportanceLoss(settings.k)
    if objective == "geco":
        if not settings.distortion:
            raise BadInput("objective geco keeps the distortion below a number of nats; give --distortion")
        return vae.ConstrainedLoss(settings.distortion)
    return vae.BetaLoss(settings.beta, warm_up=settings.warm_up, free_bits=settings.free_bits)


def _scores(model, rows: RowData, settings: VAERecipe, loss) -> list[Score]:
    """The bound and its terms, with what is to be expected of them."""
    asked = settings.distortion if settings.objective == "geco" else None
    elbo, rate, distortion = bound_scores(model, rows, "test", Generator(HELD_OUT_SEED), asked)
    floor = target = elbo.baseline_value
    if settings.likelihood == "bernoulli":  # a fifth of the way to the best that there can be
        target = floor + 0.2 * (evaluation.grey_entropy(rows.test) - floor)
    if asked is not None:
        distortion = _constraint(distortion, loss.multiplier)
    elif settings.beta == 1:  # else it was trained for another end than the bound
        elbo = replace(elbo, expected=f"{target:.2f} or better", reached=elbo.value >= target)
    return [elbo, rate, distortion]


def _constraint(distortion: Score, multiplier: vae.GECO) -> Score:
    D0 = multiplier.D0
    return replace(
        distortion,
        ours=f"{distortion.ours} at λ = {multiplier.lam:.3g}",
        expected="infeasible: λ has reached its greatest" if multiplier.infeasible else "within 2 %",
        reached=not multiplier.infeasible and distortion.value <= D0 + 0.02 * abs(D0),
    )
