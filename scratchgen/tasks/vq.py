"""The task "vq": a VQ-VAE of images, and the prior of its discrete codes."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from scratchgen import plots, vae
from scratchgen.autograd import no_grad
from scratchgen.data import RowData
from scratchgen.data.checks import check_unit_interval
from scratchgen.data.rows import PARTS, load_rows
from scratchgen.errors import BadInput
from scratchgen.evaluation import mean_over_examples
from scratchgen.evaluation.examples import slices
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.run import Run
from scratchgen.runs.schema import WIDTH, Ge, Gt, Help
from scratchgen.runs.schema import replace as with_settings
from scratchgen.runs.score import Score, Show, mean_score, no_progress
from scratchgen.tasks.levels import levels_for
from scratchgen.tasks.output_bias import start_at_independent_dimensions
from scratchgen.tasks.rows import (
    RowInfo,
    RowSettings,
    adapt_rows,
    demand_variance,
    held_out,
    of_rows,
    sample_rows,
)
from scratchgen.tasks.task import (
    BatchSize,
    Epochs,
    LearningRate,
    MinSteps,
    ScheduleName,
    Task,
    batches_per_epoch,
    load_options,
    optimizer_for,
    schedule_for,
    shards_of,
)
from scratchgen.tasks.vae_scores import DISTORTION, ELBO, baseline, bits_score, is_probability
from scratchgen.vae.quantise import perplexity
from scratchgen.vae.vq import IMAGES_AT_ONCE

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

CHANNELS = [32, 32]  # of the convolutions
CODE_LENGTH = "held-out code length −log p(k), nats per example"
PERPLEXITY = "perplexity of the codes"
MEANS = "means of p(x|k) for codes k ~ p(k)"  # what the samples show


class Settings(RowSettings, frozen=True):
    """Settings of a VQ-VAE."""

    model: Annotated[Literal["vq"], Help("vq: the VAE with discrete codes")] = "vq"
    latent_dim: Annotated[int, Ge(1), WIDTH, Help("dimensions of each code")] = 16
    likelihood: Annotated[
        Literal["bernoulli", "gaussian", "categorical", "logistic"],
        Help("kind of p(x|k); logistic: of 8-bit values"),
    ] = "bernoulli"
    codes: Annotated[int, Ge(1), WIDTH, Help("size of the codebook")] = 16
    hidden: Annotated[int, Ge(1), WIDTH, Help("units of the prior of the codes")] = 256
    epochs: Epochs = 4
    min_steps: MinSteps = 1500
    batch_size: BatchSize = 64
    learning_rate: LearningRate = 2e-3
    prior_epochs: Annotated[int, Ge(1), Help("passes over the data for the prior, after the others")] = 7
    prior_learning_rate: Annotated[float, Gt(0), Help("step size α for the prior")] = 3e-3
    schedule: ScheduleName = "half_cosine"


class DataInfo(RowInfo, frozen=True, kw_only=True):
    """Images in [0, 1], and the number of their levels under a categorical or logistic likelihood."""

    levels: int | None = None


SMALL = {
    "codes": 32,
    "hidden": 64,
    "epochs": 60,
    "prior_epochs": 20,
    "prior_learning_rate": 4e-3,
    "batch_size": 32,
}
DEFAULTS: dict[str, dict[str, Any]] = {"digits": SMALL, "binarized-digits": SMALL}


def defaults(data: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults that depend on the data set."""
    return DEFAULTS.get(data, {})


def load(source: str, settings: Settings) -> RowData:
    """Load images, one per row. Raises BadInput for values outside [0, 1]."""
    images = load_rows(source, **load_options(settings))
    if images.kind != "images":
        raise BadInput(
            f"{images.name} holds {images.kind}, and a VQ-VAE needs images; choose another --model"
        )
    for part in PARTS:
        check_unit_interval(getattr(images, part), images.name)
    return images


def settle(images: RowData, settings: Settings, given: Collection[str]) -> Settings:
    """A Gaussian likelihood for pictures in colour."""
    is_given = "likelihood" in given or images.image_shape[2] == 1
    return settings if is_given else with_settings(settings, likelihood="gaussian")


def describe(images: RowData, settings: Settings) -> DataInfo:
    """The facts about the images that the networks need. Raises BadInput for patience."""
    if settings.patience:
        raise BadInput(
            "patience is for the other VAEs: the prior is trained after the autoencoder; leave it out"
        )
    return DataInfo(**of_rows(images), levels=levels_for(settings.likelihood, images))


def build(settings: Settings, rows: RowData, info: DataInfo, rng: Generator) -> vae.VQVAE:
    """The encoder, the codebook, the decoder, and the prior of the codes."""
    return vae.VQVAE(
        image_shape=info.image_shape,
        codes=settings.codes,
        dimension=settings.latent_dim,
        channels=CHANNELS,
        hidden=settings.hidden,
        rng=rng,
        likelihood=settings.likelihood,
        levels=info.levels,
    )


def prepare(model: vae.VQVAE, images: RowData, settings: Settings) -> None:
    """Begin with independent pixels. Raises BadInput for equal images, and values of no probability."""
    demand_variance(images)
    for part in PARTS:
        model.likelihood.check(getattr(images, part))
    start_at_independent_dimensions(model, images)


def train(model: vae.VQVAE, images: RowData, settings: Settings, run: Run, rng: Generator) -> None:
    """Train encoder, codes and decoder, then the prior with these fixed (`vae.train_vq`)."""
    prior = with_settings(settings, learning_rate=settings.prior_learning_rate)
    vae.train_vq(
        model,
        images.train,
        images.validation,
        run,
        epochs=settings.epochs,
        prior_epochs=settings.prior_epochs,
        batch_size=settings.batch_size,
        optimizer=optimizer_for(settings, *model.autoencoder()),
        prior_optimizer=optimizer_for(prior, model.prior),
        schedule=schedule_for(settings),
        shards=shards_of(settings, run),
        rng=rng,
    )


def score(
    model: vae.VQVAE, images: RowData, settings: Settings, part: str, trained: None = None
) -> list[Score]:
    """The bound log p(x|k) + log p(k) ≤ log p(x), its two terms, and the perplexity of the codes k.

    Ledger: vae.codes
    """
    x, K, N = getattr(images, part), model.prior.codes, model.prior.length
    k, D, nats = _codes_and_nats(model, x)
    floor = baseline(images, part, model)
    elbo = mean_score(ELBO, mean_over_examples(-(D + nats)), floor, "independent pixels")
    uniform = N * math.log(K)
    length = mean_score(CODE_LENGTH, mean_over_examples(nats), uniform, "all codes equally likely")
    used = perplexity(k)
    scores = [
        replace(elbo, expected=f"{floor:.2f} or better", reached=elbo.number() >= floor),
        mean_score(DISTORTION, mean_over_examples(D)),
        replace(length, expected=f"{uniform:.2f} or less", reached=length.number() <= uniform),
        Score(PERPLEXITY, f"{used:.1f}", f"{K} (all equally often)", value=used, baseline_value=K),
    ]
    if is_probability(model, x):
        name = "bits per dimension, by the ELBO"
        scores.append(bits_score(name, -(D + nats), floor, x.shape[1], "independent pixels"))
    return scores


def _codes_and_nats(model: vae.VQVAE, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The codes k (N, positions) of images, and −log p(x|k) and −log p(k), (N,) nats each."""
    k, D, nats = np.empty((len(x), model.prior.length), np.int64), np.empty(len(x)), np.empty(len(x))
    with no_grad():
        for chunk in slices(len(x), IMAGES_AT_ONCE):
            k[chunk] = model.codes(x[chunk])
            D[chunk] = -model.decode_codes(k[chunk]).log_prob(x[chunk]).numpy()
            nats[chunk] = -model.prior.log_prob(k[chunk]).numpy()
    return k, D, nats


def per_example(
    model: vae.VQVAE, images: RowData, settings: Settings, part: str, rng: Generator
) -> dict[str, np.ndarray]:
    """The bound of every image and its terms, in nats: a low bound is an image that the model did not learn."""
    _, distortion, nats = _codes_and_nats(model, getattr(images, part))
    return {"elbo": -(distortion + nats), "code_length": nats, "distortion": distortion}


def evaluate(
    model: vae.VQVAE,
    images: RowData,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """The scores at the end of a training, which are exact and need no more samples."""
    return score(model, images, settings, part)


def draw(
    model: vae.VQVAE, images: RowData, settings: Settings, run: Run, scores: list[Score], trained: None
) -> None:
    """Draw samples, reconstructions, and the curves of both parts of the training."""
    x, shape, history = held_out(images, 16)[0], images.image_shape, run.history
    baselines = {
        score.measure: score.number("baseline_value") for score in scores if score.baseline_value is not None
    }
    samples = model.sample(100, Generator(HELD_OUT_SEED))
    plots.sample_grid(
        samples, shape, run.picture("samples"), f"samples of the VQ-VAE\n{MEANS}", ink=images.ink
    )
    plots.reconstructions(x, model.reconstruct(x), shape, run.picture("reconstructions"), ink=images.ink)
    before = [math.nan] * len(history["validation_objective"])  # the prior is trained after these epochs
    series = {
        "objective, training": history["objective"],
        "objective, validation": history["validation_objective"],
        "ELBO, validation": before + history["validation_elbo"],
    }
    plots.curves(series, run.picture("curves"), "nats per example", {"independent pixels": baselines[ELBO]})
    prior = {"code length −log p(k), training": before + history["code_nats"]}
    uniform = {"all codes equally likely": baselines[CODE_LENGTH]}
    plots.curves(prior, run.picture("prior"), "nats per example", uniform)


def encode(run: LoadedRun[vae.VQVAE, DataInfo], images: RowData, part: str) -> dict[str, np.ndarray]:
    """The codes z (N, rows, columns) of every image of a part, whole numbers from 0."""
    x = getattr(images, part)
    codes = [run.model.codes(x[chunk]) for chunk in slices(len(x), IMAGES_AT_ONCE)]
    return {"z": np.concatenate(codes).reshape(len(x), *run.model.grid)}


def what_to_try(settings: Settings, run: Run) -> str:
    """The number of epochs after which the prior of the codes was best, if it has memorised the codes since."""
    bounds = run.history["validation_elbo"]
    best = 1 + int(np.argmax(bounds))
    if best > 0.9 * len(bounds):
        return ""
    return f"--prior-epochs {best}: the prior predicted the validation codes best then; or more data"


TASK = Task(
    name="vq",
    family="vae",
    title="VAE with discrete codes (VQ-VAE)",
    settings=Settings,
    data_info=DataInfo,
    monitored=("objective", "validation_objective", "code_nats", "validation_elbo"),
    defaults=defaults,
    load=load,
    describe=describe,
    build=build,
    epoch_steps=batches_per_epoch,
    prepare=prepare,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt_rows,
    per_example=per_example,
    draw=draw,
    settle=settle,
    encode=encode,
    sample=partial(sample_rows, shown=MEANS),
    further_epochs=("prior_epochs",),
    what_to_try=what_to_try,
    example="-n 64 --out samples.png",
    higher_is_better=True,
)
