"""The task "series": a recurrent network of numbers in time, whose next step is a mixture of Gaussians."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from scratchgen import plots, rnn
from scratchgen.data.options import LoadOptions
from scratchgen.data.report import LoadingReport, some
from scratchgen.data.series import SeriesData, in_units, load_series, numbers_of, standardised
from scratchgen.data.types import Column
from scratchgen.distributions import LOG_2PI
from scratchgen.errors import BadInput
from scratchgen.evaluation.per_step import per_step
from scratchgen.plots.forecasts import summary
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file, write_text
from scratchgen.runs.run import Run
from scratchgen.runs.schema import WIDTH, Ge, Help
from scratchgen.runs.score import Score, Show, mean_score, no_progress
from scratchgen.tasks.frames import FrameSettings, frame_model, train
from scratchgen.tasks.recurrent import Dropout, Hidden
from scratchgen.tasks.rows import output_file
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.task import (
    BatchSize,
    Epochs,
    LearningRate,
    MinSteps,
    PatienceEpochs,
    Task,
    TaskInfo,
    batches_per_epoch,
    load_options,
)

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

STEPS, SAMPLES = 24, 200  # of a forecast
PREVIOUS, MARGINAL = "linear prediction from the step before", "independent Gaussian numbers"


class Settings(FrameSettings, frozen=True):
    """Settings of a model of a series."""

    hidden: Hidden = 32
    dropout: Dropout = 0.1
    mixture_components: Annotated[
        int, Ge(1), WIDTH, Help("Gaussians of the mixture that a step is drawn from")
    ] = 3
    epochs: Epochs = 50
    min_steps: MinSteps = 1000
    batch_size: BatchSize = 16
    learning_rate: LearningRate = 5e-3
    patience: PatienceEpochs = 20
    encoding: Annotated[str, Help("encoding of your table, latin-1 for instance")] = "utf-8"


class DataInfo(TaskInfo, frozen=True, kw_only=True):
    """The columns of the series: their names, and the way from the model's numbers to theirs."""

    columns: tuple[Column, ...]

    def check_model(self, arguments: Mapping[str, Any]) -> None:
        """Raises ValueError for a model of another number of columns."""
        if len(self.columns) != arguments["data_dim"]:
            raise ValueError(f"{len(self.columns)} columns for a model of {arguments['data_dim']}")


def load(source: str, settings: Settings) -> SeriesData:
    """The rows of a table, one step per row."""
    return load_series(source, **load_options(settings))


def describe(series: SeriesData, settings: Settings) -> DataInfo:
    """The columns of the series, as `DataInfo`."""
    return DataInfo(columns=series.columns)


def build(settings: Settings, series: SeriesData, info: DataInfo, rng: Generator) -> rnn.FrameModel:
    """A model of real-valued frames: mixtures of Gaussians given the state."""
    return frame_model(settings, series.D, rng, mixture_components=settings.mixture_components)


def score(
    model: rnn.FrameModel, series: SeriesData, settings: Settings, part: str, trained: None = None
) -> list[Score]:
    """Held-out nats per step of standardised numbers, compared with two baselines.   Ledger: rnn.per_step"""
    held_out = getattr(series, part)
    nats = rnn.nats_by_sequence(model, held_out)
    linear, marginal = linear_nats(series.train, held_out)
    mean = mean_score("held-out nats per step", per_step(nats, [len(y) for y in held_out]))
    return [
        mean.below(linear, f"{linear:.2f} ({PREVIOUS})"),
        Score("without a past", "", f"{marginal:.2f} ({MARGINAL})", baseline_value=marginal),
    ]


def linear_nats(train: list[np.ndarray], held_out: list[np.ndarray]) -> tuple[float, float]:
    """Nats per step of y_t = A y_{t−1} + b + e_t, e_t of independent normal numbers, and of those without A.

    A, b and the variances are fitted to the training windows by least squares; the first step of a window has the
    mean and the variance of all.   train, held_out: (T, D) each
    """
    before, after = (
        np.concatenate([y[cut] for y in train]).astype(np.float64) for cut in (slice(-1), slice(1, None))
    )
    with_one = lambda y: np.concatenate([y, np.ones((len(y), 1))], axis=1)
    A = np.linalg.lstsq(with_one(before), after, rcond=None)[0]
    every = np.concatenate(train).astype(np.float64)
    least = np.finfo(np.float32).eps
    errors = after - with_one(before) @ A
    variance, marginal = np.maximum((errors**2).mean(axis=0), least), np.maximum(every.var(axis=0), least)
    mean = every.mean(axis=0)
    normal = lambda e, v: 0.5 * np.sum(LOG_2PI + np.log(v) + e**2 / v)
    steps = sum(map(len, held_out))
    first = sum(normal(y[:1] - mean, marginal) for y in held_out)
    linear = sum(normal(y[1:] - with_one(y[:-1].astype(np.float64)) @ A, variance) for y in held_out)
    alone = sum(normal(y - mean, marginal) for y in held_out)
    return float(first + linear) / steps, float(alone) / steps


def evaluate(
    model: rnn.FrameModel,
    series: SeriesData,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """The scores at the end of a training, which are exact."""
    return score(model, series, settings, part)


def adapt(run: LoadedRun[rnn.FrameModel, DataInfo], series: SeriesData) -> tuple[SeriesData, list[str]]:
    """Another series in the units of the run's columns. Raises BadInput for a series of other columns."""
    own = [column.name for column in series.columns]
    known = [column.name for column in run.info.columns]
    if own != known:
        raise BadInput(
            f"{series.name} has the columns {some(own)}, and {run.directory} {some(known)}; give these"
        )
    parts = (
        [standardised(in_units(y, series.columns), run.info.columns) for y in part]
        for part in (series.train, series.validation, series.test)
    )
    return SeriesData(series.name, run.info.columns, *parts, report=series.report), []


def draw(
    model: rnn.FrameModel,
    series: SeriesData,
    settings: Settings,
    run: Run,
    scores: list[Score],
    trained: None,
) -> None:
    """Draw curves, and a forecast of the test part from the data before it."""
    numbers = {"training": run.history["nats"], "validation": run.history["validation_nats"]}
    baselines = {
        name: s.number("baseline_value") for name, s in zip((PREVIOUS, MARGINAL), scores, strict=True)
    }
    plots.curves(numbers, run.picture("curves"), "nats per step", baselines)
    past, actual = (
        np.concatenate((*series.train[-2:], *series.validation)),
        np.concatenate(series.test)[:STEPS],
    )
    drawn = model.sample(len(actual), SAMPLES, Generator(HELD_OUT_SEED), past)
    plots.forecasts(
        in_units(past[-2 * STEPS :], series.columns),
        in_units(drawn, series.columns),
        [column.name for column in series.columns],
        run.picture("forecast"),
        f"a forecast of the first {len(actual)} held-out steps",
        in_units(actual, series.columns),
    )


def sample(run: LoadedRun[rnn.FrameModel, DataInfo], request: SampleRequest) -> str:
    """Write a forecast as CSV and as a picture (PNG): means and quantiles of samples that follow a given past.

    Without a prompt, samples of the model from the beginning.
    """
    out = output_file(request.out, "a forecast is written as CSV", ".csv")
    picture, columns, n = writable_file(out.with_suffix(".png")), run.info.columns, request.n or STEPS
    names = [column.name for column in columns]
    past = np.zeros((0, len(columns)), np.float32)
    what = f"{n} steps"
    if request.prompt is not None:
        past = standardised(past_of(request.prompt, names, load_options(run.settings)), columns)
        what = f"{n} steps that follow the {len(past):,} of {request.prompt}"
    drawn = in_units(run.model.sample(n, SAMPLES, request.rng, past if len(past) else None), columns)
    write_text(out, as_csv(drawn, names))
    plots.forecasts(in_units(past[-2 * n :], columns), drawn, names, picture, f"{what}, by the RNN")
    return f"{what}, mean and quantiles of {SAMPLES} samples: {out}, {picture}"


def past_of(path: str, names: list[str], options: dict[str, Any]) -> np.ndarray:
    """The columns of a table with these names, (P, D) float64. Raises BadInput for one that is not there."""
    x, own = numbers_of(path, LoadOptions(**options), LoadingReport())
    if absent := [name for name in names if name not in own]:
        raise BadInput(f"--prompt {path}: there is no column {some(absent)} of numbers; give {some(names)}")
    return x[:, [own.index(name) for name in names]]


def as_csv(drawn: np.ndarray, names: list[str]) -> str:
    """The means and the quantiles of samples (n, S, D) as CSV, one line per step."""
    of_columns = [summary(drawn[:, :, d]) for d in range(len(names))]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    headings = [f"{name} {what}" for name, found in zip(names, of_columns, strict=True) for what in found]
    table.writerow(["step", *headings])
    for t in range(len(drawn)):
        table.writerow([t + 1, *(f"{numbers[t]:.7g}" for found in of_columns for numbers in found.values())])
    return text.getvalue()


TASK = Task(
    name="series",
    family="rnn",
    title="model of numbers in time",
    settings=Settings,
    data_info=DataInfo,
    monitored=("nats", "validation_nats", "best_epoch"),
    load=load,
    describe=describe,
    build=build,
    epoch_steps=batches_per_epoch,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt,
    draw=draw,
    sample=sample,
    sample_options=("prompt",),
    example="-n 24 --out forecast.csv",
    higher_is_better=False,
    early_stopping=("validation_nats", False),
)
