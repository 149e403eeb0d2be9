"""scratchgen bench: time every kernel on every backend, or whole training steps, on this machine."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from scratchgen.cli.output import PlainTable, console, print_line
from scratchgen.errors import BadInput
from scratchgen.files import replacing
from scratchgen.runs.files import writable_file

Kernels = Annotated[list[str] | None, typer.Argument(help="Kernels to time (default: all kernels).")]
Steps = Annotated[bool, typer.Option("--steps", help="Time whole training steps instead of kernels.")]
Peers = Annotated[bool, typer.Option("--peers", help="Time PyTorch and JAX too, where they are installed.")]
Json = Annotated[Path | None, typer.Option(help="Write all numbers to this JSON file.")]
Plot = Annotated[Path | None, typer.Option(help="Draw the speed-ups over NumPy into this PNG file.")]


def bench(
    kernels: Kernels = None,
    steps: Steps = False,
    peers: Peers = False,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Time every kernel on every backend, in turn, and compare.

    One thread, float32, medians of interleaved rounds; first calls, in which Numba compiles, are timed apart.
    Then the largest size of each kernel on all cores. Scalar loops run a smaller case; ≈ marks their time, which is
    scaled by the work. "of peak" is the share of the speed that NumPy's BLAS (arithmetic) and a copy (memory) reach
    on this machine in the same run.

    With --steps: the training steps of a VAE, a GAN and two language models, compared with the same steps in PyTorch
    and JAX, whose losses must agree with ours. One thread, medians and quartiles of interleaved rounds.
    """
    if steps:
        _bench_steps(kernels or [], peers, json, plot)
        return
    with tempfile.TemporaryDirectory() as empty:  # so that the first call of a Numba kernel does compile
        os.environ["NUMBA_CACHE_DIR"] = empty
        _bench_kernels(kernels or [], peers, json, plot)


def _bench_kernels(names: list[str], peers: bool, json_file: Path | None, plot: Path | None) -> None:
    from scratchgen.benchmarks.kernels import cases, machine, measure  # after NUMBA_CACHE_DIR is set

    _check_folders(json_file, plot)
    if plot is not None and plot.suffix != ".png":
        raise BadInput(
            f"--plot draws a PNG; name the file {plot.stem or 'speed'}.png, not {plot.name or plot}"
        )
    folders = {case.folder for case in cases.CASES}
    if unknown := sorted(set(names) - folders):
        raise BadInput(f"no kernel is named {unknown[0]!r}; there are {', '.join(sorted(folders))}")
    chosen = [case for case in cases.CASES if not names or case.folder in names]

    screen, description, peaks = console(), machine.description(), machine.peaks()
    print_line("   ".join(f"{key} {value}" for key, value in description.items()))
    print_line(f"measured peak of one thread: {peaks['GFLOP/s']:.0f} GFLOP/s, {peaks['GB/s']:.1f} GB/s")
    found = _measure(chosen, peers, peaks, measure)
    _print_kernels(screen, found)
    for folder, order in measure.orders(found).items():
        print_line(f"{folder}: fastest first {', '.join(order)}")
    if json_file is not None:
        rows = [row.as_dict() for row in found]
        _write(json_file, {"machine": description, "peaks": peaks, "rows": rows})
    if plot is not None:
        from scratchgen.plots.speed import speed

        print_line(f"Picture: {speed(found, plot)}")


def _bench_steps(names: list[str], peers: bool, json_file: Path | None, plot: Path | None) -> None:
    from scratchgen.benchmarks import steps
    from scratchgen.benchmarks.kernels import machine
    from scratchgen.benchmarks.steps import measure

    if names or plot is not None:
        raise BadInput("--steps times its own cases and draws nothing; leave the kernels and --plot out")
    _check_folders(json_file)
    screen, description, found = console(), machine.description(), []
    print_line("   ".join(f"{key} {value}" for key, value in description.items()))
    for case in steps.CASES:
        rows, missing = measure.rows(case, peers)
        found += rows
        _print_steps(screen, case, rows)
        for library, reason in missing.items():
            print_line(f"{library} is left out: {reason}")
    if json_file is not None:
        _write(json_file, {"machine": description, "rows": [row.as_dict() for row in found]})


def _check_folders(*files: Path | None) -> None:
    for file in filter(None, files):
        if not file.parent.is_dir():
            raise BadInput(f"there is no folder {file.parent} to write {file.name} into; make it first")
        writable_file(file)


def _write(file: Path, numbers: dict) -> None:
    with replacing(file) as temporary:
        temporary.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    print_line(f"Numbers: {file}")


def _measure(chosen: Sequence[Any], peers: bool, peaks: dict[str, float], measure: ModuleType) -> list:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=console()) as progress:
        task = progress.add_task("kernels", total=None)
        found = []
        for rows in measure.rows(chosen, peers, peaks):
            found += rows
            if rows:
                progress.update(task, description=f"{rows[0].name}, {rows[0].size}", advance=1)
    return found


def _print_kernels(screen: Console, rows: list) -> None:
    from scratchgen.benchmarks.tables import KERNEL_COLUMNS, kernel_cells

    for number, ((name, size), group) in enumerate(groupby(rows, lambda row: (row.name, row.size))):
        table = _table(list(KERNEL_COLUMNS), list(KERNEL_COLUMNS.values()), show_header=number == 0)
        for row in group:
            table.add_row(*kernel_cells(row))
        _print_table(screen, name, size, table)


def _print_steps(screen: Console, case: Any, rows: list) -> None:
    from scratchgen.benchmarks.tables import STEP_COLUMNS, step_cells, step_verdicts

    table = _table(STEP_COLUMNS, [None] * len(STEP_COLUMNS))
    for row in rows:
        table.add_row(*step_cells(row))
    _print_table(screen, case.NAME, case.SIZE, table)
    for verdict in step_verdicts(rows, case.TARGETS):
        print_line(verdict)


def _table(headings: Sequence[str], widths: Sequence[int | None], show_header: bool = True) -> Table:
    """A table without lines, its first column on the left and the others on the right."""
    table = PlainTable(show_header=show_header)
    for heading, width in zip(headings, widths, strict=True):
        table.add_column(heading, width=width, no_wrap=True)
        table.columns[-1].justify = "right" if heading else "left"
    return table


def _print_table(screen: Console, name: str, size: str, table: Table) -> None:
    screen.print(f"\n{name}   {size}", style="bold", highlight=False)
    screen.print(table)
