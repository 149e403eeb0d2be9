"""The common parts of a VAE of tables: what fits a table, the likelihood of its columns, samples as CSV."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen import plots, vae
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import RowData
from scratchgen.data.column_kinds import Declared, TableCells, as_text, declared_by
from scratchgen.data.files.table import read_columns
from scratchgen.data.options import LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.data.rows import PARTS
from scratchgen.data.table import as_csv, as_table, not_read, report_columns, rows_of, starts
from scratchgen.errors import BadInput
from scratchgen.nn.saving import build, describe
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import write_text
from scratchgen.runs.run import Run
from scratchgen.runs.schema import replace
from scratchgen.tasks.rows import DEFAULT_COUNT, output_file
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.task import load_options
from scratchgen.vae.columns import ColumnLikelihood

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

LATENTS, HIDDEN, LAYERS, WARMUP_STEPS = 10, 128, 2, 500  # of tables, which have few columns
SAMPLES_DRAWN = 1000  # rows in the pictures, and in samples.csv


def settle_table(rows: RowData, settings: Any, given: Collection[str]) -> Any:
    """The settings with the defaults for a table: a latent of at most D − 1 and of 10 dimensions, a smaller network."""
    wanted: dict[str, Any] = {
        "latent_dim": max(1, min(LATENTS, rows.train.shape[1] - 1)),
        "likelihood": "gaussian",
    }
    if settings.model == "mlp":
        wanted |= {"hidden": HIDDEN, "layers": LAYERS}
    if settings.objective in ("elbo", "beta"):
        wanted["kl_warmup_steps"] = WARMUP_STEPS
    found = {name: value for name, value in wanted.items() if name not in given}
    # the kinds of a file are settings of the run: the file may change
    return replace(settings, **found, columns=as_text(declared_by(settings.columns)))


def check_table(rows: RowData, settings: Any) -> None:
    """Raise BadInput for settings that are not for tables."""
    if settings.model not in ("mlp", "linear"):
        raise BadInput(
            f"model {settings.model} is not for a table such as {rows.name}; choose --model mlp or linear"
        )
    if settings.likelihood != "gaussian":
        raise BadInput(
            f"{rows.name} is a table, whose columns have a likelihood each, Gaussian or of categories; leave out "
            "--likelihood"
        )
    if settings.binarise:
        raise BadInput(f"{rows.name} is a table, which is not made black and white; leave out --binarise")
    has_missing = any(np.isnan(part).any() for part in (rows.train, rows.validation, rows.test))
    others = [column.name for column in rows.columns if column.categories or column.kind != "real"]
    if settings.model == "linear" and (has_missing or others):
        raise BadInput(
            f"{rows.name} has categories or missing cells, or columns of another kind than real, and a linear VAE "
            "takes real numbers alone; choose --model mlp"
        )


def likelihood_of(rows: RowData) -> ColumnLikelihood:
    """The likelihood of the columns, a density in the units of the table."""
    kinds = ["categorical" if column.categories else column.kind for column in rows.columns]
    of = lambda name: [getattr(column, name) for column in rows.columns]
    return ColumnLikelihood(of("width"), kinds, of("shift"), of("scale"))


def log_volume(rows: RowData) -> float:
    """Σ log scale of the columns, by which a log density of standardised rows exceeds that of the table's numbers."""
    return float(np.sum(np.log([column.scale for column in rows.columns])))


def prepare_table(model: Any, rows: RowData) -> None:
    """Begin with the mean row. Raises BadInput for a table whose training rows are all equal."""
    with_values = np.nan_to_num(rows.train, nan=0.0)
    if not np.ptp(with_values, axis=0).any():
        raise BadInput(
            f"all training rows of {rows.name} are equal, so that the density of a Gaussian likelihood is unbounded; "
            "give data that vary"
        )
    mean = model.likelihood.fit(rows.train)
    for part in (rows.validation, rows.test):
        model.likelihood.check(part)
    model.init_output_bias(mean)


def independent_log_prob(model: Any, train: np.ndarray, x: np.ndarray) -> float:
    """The mean log-likelihood of rows x, in nats, if the columns were independent: the baseline.

    Every column has the distribution of its kind that is most likely for the training rows.
    """
    independent = build(describe(model.likelihood))
    output = np.broadcast_to(independent.fit_independent(train), x.shape)
    return float(np.mean(to_numpy(independent(output).log_prob(x))))


def in_columns_of(run: LoadedRun[Any, Any], rows: RowData) -> tuple[RowData, list[str]]:
    """Another table in the numbers of the columns that a run's model knows; and lines that name the columns not read.

    The file is read once more: a count or a small number is not exact in the units that the table has by itself.
    Raises BadInput as `data.table.rows_of`.
    """
    columns, report = run.info.columns, LoadingReport()
    table = _cells(run, rows.name, report)
    x = rows_of(columns, table, rows.name)
    where = f"in {run.directory}"
    kinds = {c.name: Declared("categorical" if c.categories else c.kind, where) for c in columns}
    report_columns(columns, {c.name: table.cells[c.name] for c in columns}, kinds, report)
    report.split = rows.report.split
    assert rows.places is not None
    parts: dict[str, Any] = {part: x[places] for part, places in zip(PARTS, rows.places, strict=True)}
    shape, lines = (1, x.shape[1], 1), not_read(columns, table.cells)
    found = dataclasses.replace(rows, columns=tuple(columns), image_shape=shape, report=report, **parts)
    return found, lines


def _cells(run: LoadedRun[Any, Any], path: str, report: LoadingReport) -> TableCells:
    """The cells of a table for the model of a run."""
    texts = [column.name for column in run.info.columns if column.categories]
    return read_columns(path, LoadOptions(**load_options(run.settings)), report, texts)


def draw_table(model: Any, rows: RowData, run: Run) -> None:
    """Draw every column of the training rows next to that of samples, and write the samples as CSV."""
    x = model.sample(SAMPLES_DRAWN, Generator(HELD_OUT_SEED), draw=True)
    write_text(run.directory / "samples" / "samples.csv", as_csv(rows.columns, x))
    plots.marginals(as_table(rows.columns, rows.train), as_table(rows.columns, x), run.picture("marginals"))


def complete_table(run: LoadedRun[Any, Any], request: SampleRequest) -> str:
    """Write a table with its missing cells filled in, in the order of its file; returns the line to print.

    A missing number is its mean given the other cells of the row, as `vae.impute` finds it, of a positive number the
    exponential of the mean logarithm, of a Student-t number its location, a count rounded; a missing category is the
    most probable one.
    """
    out = output_file(request.out, "a completed table is written as CSV", ".csv")
    path, columns = str(request.complete), run.info.columns
    table = _cells(run, path, LoadingReport())
    x, lines = rows_of(columns, table, path), not_read(columns, table.cells)
    run.model.likelihood.check(x)
    missing = np.isnan(x)
    mean = vae.impute(run.model, x)
    for block in run.model.likelihood.places.blocks:
        mean[:, block] = np.equal(mean[:, block].argmax(axis=1)[:, None], np.arange(block.stop - block.start))
    write_text(out, as_csv(columns, np.where(missing, mean, x)))
    n = sum(int(missing[:, start].sum()) for start in starts(columns))
    line = f"{n:,} missing cells of {len(x):,} rows filled in with their means given the others: {out}"
    return "\n".join([*lines, line])


def sample_table(run: LoadedRun[Any, Any], request: SampleRequest) -> str:
    """Write draws of the model as a CSV file in the table's own units; returns the line to print."""
    if request.complete is not None:
        return complete_table(run, request)
    if request.classes:
        raise BadInput(f"the model of {run.directory} is not conditional; --class is for a conditional model")
    out, n = (
        output_file(request.out, "samples of a table are written as CSV", ".csv"),
        request.n or DEFAULT_COUNT,
    )
    write_text(out, as_csv(run.info.columns, run.model.sample(n, request.rng, draw=True)))
    return f"{n} rows: {out}"
