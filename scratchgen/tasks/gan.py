"""The task "gan": a generative adversarial network of images, frames of music or sound, or points."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np

from scratchgen import gan, plots
from scratchgen.data import RowData
from scratchgen.data.rows import load_rows
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.run import Run
from scratchgen.runs.schema import DEPTH, WIDTH, Ge, Help, Lt, replace
from scratchgen.runs.score import Score, Show, no_progress
from scratchgen.tasks.gan_scores import SAMPLES, gan_scores, judge_of, two_sample_scores
from scratchgen.tasks.networks import draw_networks, gan_networks
from scratchgen.tasks.rows import (
    RowInfo,
    RowSettings,
    adapt_rows,
    columns_for,
    demand_variance,
    draw_rows,
    labels_of,
    of_rows,
    sample_in_turn,
    sample_rows,
)
from scratchgen.tasks.task import (
    OPTIMIZER_WITH,
    BatchSize,
    Epochs,
    LearningRate,
    MinSteps,
    Task,
    load_options,
    optimizer_for,
    schedule_for,
    shards_of,
    unread_of_optimizer,
)

CHANNELS = [16, 32]  # of the convolutions of a convolutional GAN
ADAM = ("adam", "adamw")  # the optimisers with beta1 and beta2
HIDDEN_FOR_POINTS = [128, 128, 128]
FOR_ATTRIBUTES: dict[str, Any] = {"projection": True, "hidden": [512, 512], "activation": "leaky"}


class Settings(RowSettings, frozen=True):
    """Settings of a GAN. Optimiser settings apply to both players, unless the discriminator's are given."""

    model: Annotated[Literal["dense", "conv", "conditional", "packed"], Help("the two players")] = "dense"
    objective: Annotated[
        Literal["minimax", "nonsaturating", "least_squares", "hinge", "wasserstein"],
        Help("the losses of the two players"),
    ] = "nonsaturating"
    latent_dim: Annotated[int, Ge(1), WIDTH, Help("dimensions of the latent z")] = 100
    epochs: Epochs = 25
    min_steps: MinSteps = 2000
    batch_size: BatchSize = 64
    learning_rate: LearningRate = 2e-4
    discriminator_steps: Annotated[
        int, Ge(1), Help("steps of the discriminator per step of the generator")
    ] = 1
    discriminator_optimizer: Annotated[
        Literal["same", "adam", "adamw", "sgd", "rmsprop", "adagrad"], Help("optimiser of the discriminator")
    ] = "same"
    discriminator_learning_rate: Annotated[
        float, Ge(0), Help("step size α of the discriminator; 0 takes the generator's")
    ] = 0.0
    gradient_penalty: Annotated[
        float, Ge(0), Help("weight λ of (slope − 1)² between real and generated examples (wasserstein)")
    ] = 0.0
    r1: Annotated[float, Ge(0), Help("weight γ of ½ slope² at real examples")] = 0.0
    norm: Annotated[
        Literal["none", "batch", "layer", "spectral"], Help("normalisation of the discriminator's layers")
    ] = "none"
    augment: Annotated[
        bool, Help("shift and recolour the images that the discriminator sees at random, real and generated")
    ] = False
    pack: Annotated[int, Ge(1), DEPTH, Help("examples that the discriminator sees together (packed)")] = 2
    beta1: Annotated[float, Ge(0), Lt(1), Help("decay of Adam's mean of gradients")] = 0.5
    beta2: Annotated[float, Ge(0), Lt(1), Help("decay of Adam's mean of squared gradients")] = 0.999


class DataInfo(RowInfo, frozen=True):
    """Rows, whether their values are within [0, 1], and their standard deviation if they are not."""

    bounded: bool = True
    scale: float = 1.0


DEFAULTS: dict[str, dict[str, Any]] = {
    "digits": {"epochs": 120, "batch_size": 64},
    "mnist": {"latent_dim": 32, "learning_rate": 5e-4, "r1": 1.0},
    "ring": {"latent_dim": 2, "epochs": 64, "batch_size": 128, "learning_rate": 1e-3, "r1": 0.01},
    "grid": {"latent_dim": 2, "epochs": 96, "batch_size": 128, "learning_rate": 1e-3, "r1": 0.01},
    # The picture of a character follows from its attributes: little is left for the latent. With r1 = 1 and a constant
    # step size, G collapsed in the eighth epoch of one of two trainings that differed in the order of sums alone.
    "characters": {
        "latent_dim": 8,
        "epochs": 12,
        "learning_rate": 5e-4,
        "schedule": "half_cosine",
        "r1": 3.0,
    },
}

# A convolutional epoch on MNIST takes as long as four dense ones; samples show all ten digits after five.
CONV_DEFAULTS: dict[str, dict[str, Any]] = {
    "mnist": {"latent_dim": 32, "epochs": 5, "learning_rate": 5e-4},
    "digits": {"latent_dim": 32, "epochs": 120, "learning_rate": 5e-4},
    "characters": {},
}

# Samples of the requested class, by a classifier of real digits: 96.1 %, and 95.3 % at a constant step size.
CONDITIONAL_DEFAULTS: dict[str, dict[str, Any]] = {"mnist": {"schedule": "half_cosine"}}

# A convolutional GAN of images in colour: any normalisation of D leaves one blurred shape after the same time.
COLOUR_DEFAULTS: dict[str, Any] = {
    "latent_dim": 64,
    "learning_rate": 1e-3,
    "schedule": "half_cosine",
    "batch_size": 32,
    "min_steps": 5000,
}
COLOUR_GAME: dict[str, Any] = {"norm": "none", "r1": 3.0}
FEW_IMAGES = 5000

# Gulrajani et al. (2017), algorithm 1; Miyato et al. (2018)
OBJECTIVE_DEFAULTS: dict[str, dict[str, Any]] = {
    "wasserstein": {
        "discriminator_steps": 5,
        "gradient_penalty": 10.0,
        "r1": 0.0,
        "beta1": 0.0,
        "beta2": 0.9,
    },
    "hinge": {"norm": "spectral"},
}


def defaults(data: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults that depend on the data set, the model and the objective."""
    is_conv = given.get("model") == "conv"
    found = dict(CONV_DEFAULTS.get(data, DEFAULTS.get(data, {})) if is_conv else DEFAULTS.get(data, {}))
    if given.get("model") == "conditional":
        found |= CONDITIONAL_DEFAULTS.get(data, {})
    found |= OBJECTIVE_DEFAULTS.get(given.get("objective", ""), {})
    if is_conv and "norm" not in OBJECTIVE_DEFAULTS.get(given.get("objective", ""), {}):
        chosen = {**OBJECTIVE_DEFAULTS.get(given.get("objective", ""), {}), **given}
        penalised = any(chosen.get(name) for name in ("r1", "gradient_penalty"))
        found["norm"] = "layer" if penalised else "batch"  # a penalty is computed per example
    return found


def load(source: str, settings: Settings) -> RowData:
    """Rows of numbers, one example each."""
    return load_rows(source, **load_options(settings))


def describe(rows: RowData, settings: Settings) -> DataInfo:
    """The facts about the rows that the networks need. Raises BadInput where the data do not fit the model."""
    if settings.model == "conv" and rows.kind != "images":
        raise BadInput(
            f"{rows.name} holds {rows.kind}, and a convolutional GAN needs images; leave out --model"
        )
    if settings.model == "conditional" and not rows.label_counts:
        raise BadInput(
            f"{rows.name} has no classes for a conditional GAN to be conditioned on; leave out --model"
        )
    bounded = rows.train.min() >= 0 and rows.train.max() <= 1
    if settings.augment and not (rows.kind == "images" and bounded):
        raise BadInput(
            f"augment shifts and recolours images within [0, 1], and {rows.name} holds {rows.kind} from "
            f"{rows.train.min():g} to {rows.train.max():g}; leave it out"
        )
    if bounded:
        return DataInfo(**of_rows(rows))
    scale = float(np.std(rows.train, dtype=np.float64)) or 1.0  # equal numbers have no scale
    return DataInfo(**of_rows(rows), bounded=False, scale=scale)


def build(settings: Settings, rows: RowData, info: DataInfo, rng: Generator) -> gan.AdversarialPair:
    """Build the two players, G and D."""
    Z, norm = settings.latent_dim, settings.norm
    if settings.model == "conv":
        return gan.ConvGAN(info.image_shape, Z, CHANNELS, rng, norm=norm)
    options: dict[str, Any] = {"norm": norm, "bounded": info.bounded, "scale": info.scale}
    if info.kind == "points":
        options["hidden"] = HIDDEN_FOR_POINTS
    if settings.model == "conditional":
        options |= FOR_ATTRIBUTES if info.attributes else {}
        return gan.ConditionalGAN(info.data_dim, Z, info.classes, rng, **options)
    pack = settings.pack if settings.model == "packed" else 1
    return gan.GAN(info.data_dim, Z, rng, pack=pack, **options)


def game_of(settings: Settings, rows: RowData) -> gan.Game:
    """The rules of the game."""
    penalties = settings.gradient_penalty, settings.r1
    augmentation = gan.ImageAugmentation(rows.image_shape) if settings.augment else None
    return gan.Game(settings.objective, settings.discriminator_steps, *penalties, augmentation=augmentation)


def unread(settings: Settings) -> dict[str, str]:
    """The settings that the chosen model and optimisers do not read, and what each is for."""
    names = [player.optimizer for player in players(settings)]
    found = unread_of_optimizer(settings, *names)
    if settings.model != "packed":
        found["pack"] = f"is for model packed, not for {settings.model}"
    if not set(ADAM) & set(names):
        which = " and ".join(dict.fromkeys(names))
        found |= {
            name: f"is for optimizer {' or '.join(ADAM)}, not for {which}" for name in ("beta1", "beta2")
        }
    return found


def settle(rows: RowData, settings: Settings, given: Collection[str]) -> Settings:
    """The settings, with the defaults of images in colour, and a batch of all examples where these fill none."""
    if settings.model == "conv" and rows.kind == "images" and rows.image_shape[2] == 3:
        settings = _in_colour(rows, settings, given)
    pack = settings.pack if settings.model == "packed" else 1
    n = len(rows.train) // pack * pack
    fits = "batch_size" in given or not 0 < n < settings.batch_size
    return settings if fits else replace(settings, batch_size=n)


def _in_colour(rows: RowData, settings: Settings, given: Collection[str]) -> Settings:
    """The settings of a convolutional GAN of images in colour; who chooses the game has its usual defaults."""
    chosen = {**COLOUR_DEFAULTS, "augment": len(rows.train) < FEW_IMAGES}
    if not {"objective", "norm", "r1", "gradient_penalty"} & set(given):
        chosen |= COLOUR_GAME
    if "epochs" in given:
        chosen.pop("min_steps")
    return replace(settings, **{name: value for name, value in chosen.items() if name not in given})


def labels_for(rows: RowData, settings: Settings) -> np.ndarray | None:
    """The classes that a conditional pair is conditioned on."""
    return rows.train_labels if settings.model == "conditional" else None


def prepare(model: gan.AdversarialPair, rows: RowData, settings: Settings) -> None:
    """Raises BadInput for settings and data that do not fit together."""
    if settings.patience:
        raise BadInput("patience waits for a better validation number, and a GAN has none; leave it out")
    demand_variance(rows)
    gan.check(
        model,
        rows.train,
        labels_for(rows, settings),
        game_of(settings, rows),
        settings.batch_size,
        settings.micro_shards,
    )


def epoch_steps(model: gan.AdversarialPair, rows: RowData, settings: Settings) -> int:
    """The batches of an epoch; the last examples that fill no batch are left out."""
    return len(rows.train) // settings.batch_size


def train(
    model: gan.AdversarialPair, rows: RowData, settings: Settings, run: Run, rng: Generator
) -> gan.TrainingTrace | None:
    """Train both players in turn with `gan.train`; returns the trace of a game in the plane, or None."""
    game = game_of(settings, rows)
    trace = None
    if rows.kind == "points" and settings.model == "dense":  # D is then a surface over the plane
        steps = settings.epochs * (len(rows.train) // settings.batch_size)
        trace = gan.TrainingTrace(model, rows.train, steps, game)
    of_G, of_D = players(settings)
    gan.train(
        model,
        rows.train,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        optimizer_G=optimizer_for(of_G, model.G, **_betas(of_G)),
        optimizer_D=optimizer_for(of_D, model.D, **_betas(of_D)),
        schedule_G=schedule_for(settings),
        schedule_D=schedule_for(settings),
        shards=shards_of(settings, run),
        rng=rng,
        labels=labels_for(rows, settings),
        game=game,
        trace=trace,
    )
    return trace


def players(settings: Settings) -> tuple[Settings, Settings]:
    """The settings of G and of D; momentum and weight_decay are for the player whose optimiser has them."""
    names: list[str] = [settings.optimizer, settings.discriminator_optimizer]
    rates = [settings.learning_rate, settings.discriminator_learning_rate or settings.learning_rate]
    if names[1] == "same":
        names[1] = names[0]
    G, D = (_for_player(settings, name, rate, names) for name, rate in zip(names, rates, strict=True))
    return G, D


def _for_player(settings: Settings, name: str, learning_rate: float, names: list[str]) -> Settings:
    """The settings with one player's optimiser; those that only the other player's has are left out."""
    of_the_other = {s: 0.0 for s, user in OPTIMIZER_WITH.items() if user != name and user in names}
    return replace(settings, optimizer=name, learning_rate=learning_rate, **of_the_other)


def _betas(settings: Settings) -> dict[str, float]:
    return {"beta1": settings.beta1, "beta2": settings.beta2} if settings.optimizer in ADAM else {}


def score(
    model: gan.AdversarialPair,
    rows: RowData,
    settings: Settings,
    part: str,
    trace: gan.TrainingTrace | None = None,
) -> list[Score]:
    """Scores at the end of a training: modes that samples of points find, or classes of sampled images."""
    return gan_scores(model, rows, part, Generator(HELD_OUT_SEED), judge_of(rows))


def evaluate(
    model: gan.AdversarialPair,
    rows: RowData,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """The scores at the end of a training, and every two-sample score of samples and real examples."""
    judge = judge_of(rows)
    scores = gan_scores(model, rows, part, rng, judge)
    return scores + two_sample_scores(model, rows, part, rng, judge, show)


CURVES = {
    "curves": ("V", "G_loss"),
    "judgements": ("D_real", "D_fake"),
    "gradients": ("norm_D", "norm_G"),
    "diversity": ("diversity",),
}


def draw(
    model: gan.AdversarialPair,
    rows: RowData,
    settings: Settings,
    run: Run,
    scores: list[Score],
    trace: gan.TrainingTrace | None,
) -> None:
    """Draw the networks, samples and the curves of the game; V and the losses are in nats where D is a probability."""
    draw_networks(gan_networks(model, rows.train, labels_of(rows, "train")), run)
    n = SAMPLES if rows.kind == "points" else 100
    x, columns = (
        sample_in_turn(model, n, Generator(HELD_OUT_SEED)),
        columns_for(n, getattr(model, "classes", 1)),
    )
    draw_rows(x, rows, run.picture("samples"), "samples of the GAN", columns)
    even = -gan.undecided_loss(settings.objective)
    for name, series in CURVES.items():
        reference = {f"V where D cannot tell real from generated: {even:.3f}": even} if "V" in series else {}
        found = {of: run.history[of] for of in series}
        plots.curves(found, run.picture(name), settings.objective.replace("_", " "), reference)
    if trace:
        plots.animation(trace, run.picture("game", "gif"), f"a GAN on the {rows.name}")


TASK = Task(
    name="gan",
    family="gan",
    title="generative adversarial network",
    settings=Settings,
    data_info=DataInfo,
    monitored=("V", "D_real", "D_fake", "G_loss"),
    defaults=defaults,
    load=load,
    describe=describe,
    build=build,
    epoch_steps=epoch_steps,
    settle=settle,
    prepare=prepare,
    unread=unread,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt_rows,
    draw=draw,
    sample=sample_rows,
    sample_options=("classes",),
    takes_seed=True,
    example="-n 64 --out samples.png",
    higher_is_better=True,
)
