"""The common parts of a VAE of tables: what fits a table, the likelihood of its columns, samples as CSV."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen import plots, vae
from scratchgen.data import RowData
from scratchgen.data.files.table import read_columns
from scratchgen.data.options import LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.data.table import as_csv, as_table, not_read, rows_of, starts
from scratchgen.errors import BadInput
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
    return replace(settings, **{name: value for name, value in wanted.items() if name not in given})


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
    if settings.model == "linear" and (has_missing or any(column.categories for column in rows.columns)):
        raise BadInput(
            f"{rows.name} has categories or missing cells, and a linear VAE takes numbers alone; choose --model mlp"
        )


def likelihood_of(rows: RowData) -> ColumnLikelihood:
    """The likelihood of the columns."""
    return ColumnLikelihood([column.width for column in rows.columns])


def prepare_table(model: Any, rows: RowData) -> None:
    """Begin with the mean row. Raises BadInput for a table whose training rows are all equal."""
    with_values = np.nan_to_num(rows.train, nan=0.0)
    if not np.ptp(with_values, axis=0).any():
        raise BadInput(
            f"all training rows of {rows.name} are equal, so that the density of a Gaussian likelihood is unbounded; "
            "give data that vary"
        )
    model.likelihood.fit(rows.train)
    for part in (rows.validation, rows.test):
        model.likelihood.check(part)
    model.init_output_bias(mean_row(rows.train))


def mean_row(x: np.ndarray) -> np.ndarray:
    """The mean of the cells that are there, (D,); 0 for a column without any."""
    count = np.maximum(np.isfinite(x).sum(axis=0), 1)
    return np.nansum(x, axis=0, dtype=np.float64) / count


def independent_log_prob(likelihood: ColumnLikelihood, train: np.ndarray, x: np.ndarray) -> float:
    """The mean log-likelihood of rows x, in nats, if the columns were independent: the baseline.

    Each number has the mean and the variance, and each category the shares, of the training rows.
    """
    independent = ColumnLikelihood(likelihood.widths)
    squares, count = independent.squares(train, np.broadcast_to(mean_row(train), train.shape))
    independent.logvar.data = np.log(np.maximum(squares / np.maximum(count, 1), 1e-12))
    output = np.broadcast_to(independent.output_for_mean(mean_row(train)), x.shape)
    return float(np.mean(independent(output).log_prob(x).numpy()))


def draw_table(model: Any, rows: RowData, run: Run) -> None:
    """Draw every column of the training rows next to that of samples, and write the samples as CSV."""
    x = model.sample(SAMPLES_DRAWN, Generator(HELD_OUT_SEED), draw=True)
    write_text(run.directory / "samples" / "samples.csv", as_csv(rows.columns, x))
    plots.marginals(as_table(rows.columns, rows.train), as_table(rows.columns, x), run.picture("marginals"))


def complete_table(run: LoadedRun[Any, Any], request: SampleRequest) -> str:
    """Write a table with its missing cells filled in, in the order of its file; returns the line to print.

    A missing number is its mean given the other cells of the row, as `vae.impute` finds it; a missing category is the
    most probable one.
    """
    out = output_file(request.out, "a completed table is written as CSV", ".csv")
    path, columns = str(request.complete), run.info.columns
    cells = read_columns(path, LoadOptions(**load_options(run.settings)), LoadingReport())
    x, lines = rows_of(columns, cells, path), not_read(columns, cells)
    run.model.likelihood.check(x)
    missing = np.isnan(x)
    mean = vae.impute(run.model, x)
    for block in run.model.likelihood.blocks:
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
