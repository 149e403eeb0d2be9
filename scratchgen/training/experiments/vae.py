"""A VAE, from the name of a data set to scores and pictures."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from scratchgen import evaluation, vae
from scratchgen.autograd import no_grad
from scratchgen.data import ImageData
from scratchgen.data.checks import check_unit_interval
from scratchgen.data.preprocessing.binarise import bernoulli
from scratchgen.data.rows import PARTS, load_rows
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.experiments.common import OpenRun, Score, configuration, finished
from scratchgen.training.experiments.vae_pictures import MOST, draw, labels_of
from scratchgen.training.patience import Patience
from scratchgen.training.recipes import VAERecipe

CHANNELS = [32, 64]  # of the convolutions of a VAE


def train_vae(data: str, settings: VAERecipe, seed: int, open_run: OpenRun):
    """Train a VAE on rows of numbers, images for instance, and score its bound on the test part."""
    rows = load_rows(data)
    sizes = _sizes(settings, rows)
    loss = _loss(settings)
    rng = Generator(seed)
    model = vae.build(sizes, rng)
    for part in PARTS:  # before there is a run: data that are refused on the way would end it there
        model.likelihood.check(getattr(rows, part))
        if settings.binarise:
            check_unit_interval(getattr(rows, part))
    model.begin_at(rows.train.mean(axis=0))
    run = open_run(configuration("vae", data, rows, asdict(settings), seed, sizes))
    if settings.patience:
        run.wait(Patience("validation_elbo", settings.patience, higher_is_better=True))
    vae.train(
        model,
        rows.train,
        rows.validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        alpha=settings.alpha,
        rng=rng,
        loss=loss,
        labels=rows.train_labels,
        validation_labels=rows.validation_labels,
        binarise=settings.binarise,
    )
    rows = shown(rows, settings)
    scores = _scores(model, rows, settings, loss)
    with run.saving():
        draw(model, rows, run, baseline(rows, model))
    return finished(run, model, scores)


def shown(rows: ImageData, settings: VAERecipe) -> ImageData:
    """The rows as the model sees them: if that is grey images in black and white, one draw of those."""
    if not settings.binarise:
        return rows
    noise = Generator(HELD_OUT_SEED)
    return replace(rows, **{part: bernoulli(getattr(rows, part), noise) for part in ("train", "test")})


def baseline(rows: ImageData, model) -> float:
    """The log-likelihood of independent dimensions, of the kind that the model's are given the latent."""
    kind = type(model.likelihood).__name__
    if kind == "GaussianLikelihood":
        return evaluation.independent_gaussian_log_prob(rows.train, rows.test)
    if kind == "CategoricalLikelihood":
        levels = model.likelihood.outputs
        return evaluation.independent_categorical_log_prob(rows.train, rows.test, levels)
    return evaluation.independent_bernoulli_log_prob(rows.train, rows.test)


def _sizes(settings: VAERecipe, rows: ImageData) -> dict:
    """What the model is built from. Raises BadInput where the data or the settings do not fit it."""
    sizes = {
        "architecture": settings.model,
        "data_dim": rows.train.shape[1],
        "latent_dim": settings.latent_dim,
    }
    if settings.model == "linear":
        if settings.likelihood != "gaussian":
            raise BadInput("a linear VAE has a Gaussian likelihood; say --likelihood gaussian, or nothing")
        return sizes
    sizes |= {"hidden": settings.hidden, "likelihood": settings.likelihood}
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


def _levels(rows: ImageData) -> int:
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


def _scores(model, rows: ImageData, settings: VAERecipe, loss) -> list[Score]:
    noise = Generator(HELD_OUT_SEED)
    bound = vae.evaluate(model, rows.test, noise, samples=10, labels=rows.test_labels)
    floor, what = baseline(rows, model), "independent dimensions"
    target = floor
    if settings.likelihood == "bernoulli":  # a fifth of the way to the best that there can be
        target, what = floor + 0.2 * (evaluation.grey_entropy(rows.test) - floor), "independent pixels"
    weighted = settings.objective == "geco" or settings.beta != 1  # trained for another end than the bound
    scores = [
        Score(
            "held-out ELBO, nats an example",
            f"{bound:.2f}",
            f"{floor:.2f} ({what})",
            "no promise: not what was trained" if weighted else f"{target:.2f} or better",
            weighted or bool(bound >= target),
        )
    ]
    if settings.objective == "geco":
        scores.append(_constraint(model, rows, loss.multiplier))
    return scores


def _constraint(model, rows: ImageData, multiplier: vae.GECO) -> Score:
    x, told = rows.test[:MOST], model.given(labels_of(rows, "test")[:MOST])
    with no_grad():
        D, R = vae.objectives.distortion_and_rate(x, told.encode(x), told.decode, Generator(HELD_OUT_SEED))
    found = float(np.mean(D.numpy()))
    return Score(
        "held-out distortion, nats an example",
        f"{found:.2f} at λ = {multiplier.lam:.3g}, rate {float(np.mean(R.numpy())):.2f}",
        f"asked: at most {multiplier.D0:g}",
        "infeasible: λ has reached its greatest" if multiplier.infeasible else "within 2 %",
        not multiplier.infeasible and found <= multiplier.D0 + 0.02 * abs(multiplier.D0),
    )
