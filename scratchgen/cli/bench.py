"""scratchgen bench: every kernel on every backend, or whole training steps, timed on this machine."""

from __future__ import annotations

import json
import os
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from scratchgen.cli.output import console, say
from scratchgen.errors import BadInput
from scratchgen.files import replacing

Kernels = Annotated[list[str] | None, typer.Argument(help="Kernels to time; all of them if none is named.")]
Steps = Annotated[bool, typer.Option("--steps", help="Time whole training steps instead of kernels.")]
Peers = Annotated[bool, typer.Option("--peers", help="Time PyTorch and JAX beside, where installed.")]
Json = Annotated[Path | None, typer.Option(help="Write every number to this file.")]
Plot = Annotated[Path | None, typer.Option(help="Draw the speed-ups over NumPy into this PNG file.")]

COLUMNS = {
    **{"": 20, "first ms": 9, "median": 13, "× loops": 8, "× numpy": 8, "× one thread": 12},
    **{"rate": 15, "of peak": 7},
}


def bench(
    kernels: Kernels = None,
    steps: Steps = False,
    peers: Peers = False,
    json: Json = None,
    plot: Plot = None,
):
    """Time every kernel on every backend, in turn, and compare.

    One thread, float32, medians of interleaved rounds; first calls, in which Numba compiles, are timed apart.
    Then the largest size of each on all cores. Scalar loops run a smaller case, and ≈ marks their time scaled
    by the work. "of peak" is the share of what NumPy's BLAS (arithmetic) and
    a copy (memory) reach on this machine in the same run.

    With --steps: the training steps of a VAE, a GAN and two language models, beside the same in PyTorch and
    JAX, whose losses must agree with ours. One thread, medians and quartiles of interleaved rounds.
    """
    if steps:
        _bench_steps(kernels or [], peers, json, plot)
        return
    with tempfile.TemporaryDirectory() as empty:  # so that the first call of a Numba kernel does compile
        os.environ["NUMBA_CACHE_DIR"] = empty
        _bench(kernels or [], peers, json, plot)


def _bench(names: list[str], peers: bool, json_file: Path | None, plot: Path | None) -> None:
    from scratchgen.benchmarks.kernels import cases, machine, measure  # after NUMBA_CACHE_DIR is set

    for file in filter(None, (json_file, plot)):
        if not file.parent.is_dir():
            raise BadInput(f"there is no folder {file.parent} to write {file.name} into; make it first")
    if plot is not None and plot.suffix != ".png":
        raise BadInput(f"--plot draws a PNG; name the file {plot.with_suffix('.png').name}, not {plot.name}")
    folders = {case.folder for case in cases.CASES}
    if unknown := sorted(set(names) - folders):
        raise BadInput(f"no kernel is named {unknown[0]!r}; there are {', '.join(sorted(folders))}")
    chosen = [case for case in cases.CASES if not names or case.folder in names]

    screen, description, peaks = console(), machine.description(), machine.peaks()
    say(screen, "   ".join(f"{key} {value}" for key, value in description.items()))
    say(screen, f"measured peak of one thread: {peaks['GFLOP/s']:.0f} GFLOP/s, {peaks['GB/s']:.1f} GB/s")
    found = _measure(chosen, peers, peaks, measure)
    _print(screen, found)
    for folder, order in measure.orders(found).items():
        say(screen, f"{folder}: fastest first {', '.join(order)}")
    if json_file is not None:
        rows = [row.as_dict() for row in found]
        _write(screen, json_file, {"machine": description, "peaks": peaks, "rows": rows})
    if plot is not None:
        from scratchgen.plots.speed import speed

        say(screen, f"Picture: {speed(found, plot)}")


def _write(screen: Console, file: Path, numbers: dict) -> None:
    with replacing(file) as temporary:
        temporary.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    say(screen, f"Numbers: {file}")


def _bench_steps(names: list[str], peers: bool, json_file: Path | None, plot: Path | None) -> None:
    from scratchgen.benchmarks import steps
    from scratchgen.benchmarks.kernels import machine
    from scratchgen.benchmarks.steps import measure

    if names or plot is not None:
        raise BadInput("--steps times its own cases and draws nothing; leave the kernels and --plot out")
    if json_file is not None and not json_file.parent.is_dir():
        raise BadInput(f"there is no folder {json_file.parent} to write {json_file.name} into; make it first")
    screen, description, found = console(), machine.description(), []
    say(screen, "   ".join(f"{key} {value}" for key, value in description.items()))
    for case in steps.CASES:
        rows, missing = measure.rows(case, peers)
        found += rows
        _print_steps(screen, case, rows)
        for library, reason in missing.items():
            say(screen, f"{library} is left out: {reason}")
    if json_file is not None:
        _write(screen, json_file, {"machine": description, "rows": [row.as_dict() for row in found]})


def _print_steps(screen: Console, case, rows: list) -> None:
    screen.print(f"\n{case.NAME}   {case.SIZE}", style="bold", highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", "first ms", "median ms", "quartiles", "/ PyTorch", "/ JAX"):
        table.add_column(heading, header_style="bold", justify="right" if heading else "left", no_wrap=True)
    for row in rows:
        quartiles = f"{1e3 * row.low:.2f} … {1e3 * row.high:.2f}"
        ratios = ("" if over is None else f"{1 / over:.2f}" for over in (row.over_torch, row.over_jax))
        table.add_row(row.backend, f"{1e3 * row.first:,.1f}", f"{1e3 * row.median:.2f}", quartiles, *ratios)
    screen.print(table)
    ours = next(row for row in rows if row.backend == "scratchgen")
    measured = {"PyTorch": ours.over_torch, "JAX": ours.over_jax}
    for target in case.TARGETS:
        if times := measured[target.slower]:
            met = "met" if times >= target.least else "missed"
            say(screen, f"{target.words}: {1 / times:.2f}, at most {1 / target.least:.2f} wanted: {met}")


def _measure(chosen, peers: bool, peaks: dict[str, float], measure) -> list:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        of_all = progress.add_task("kernels", total=None)
        found = []
        for rows in measure.rows(chosen, peers, peaks):
            found += rows
            if rows:
                progress.update(of_all, description=f"{rows[0].name}, {rows[0].size}", advance=1)
    return found


def _print(screen: Console, rows: list) -> None:
    for number, ((name, size), group) in enumerate(groupby(rows, lambda row: (row.name, row.size))):
        screen.print(f"\n{name}   {size}", style="bold", highlight=False)
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=number == 0)
        for heading, width in COLUMNS.items():
            justify = "right" if heading else "left"
            table.add_column(heading, header_style="bold", justify=justify, width=width, no_wrap=True)
        for row in group:
            table.add_row(*cells(row))
        screen.print(table)


def cells(row) -> tuple[str, ...]:
    """A row in words."""
    return (
        row.backend + (f", {row.threads} threads" if row.threads > 1 else ""),
        "" if row.scaled else f"{1e3 * row.first:,.1f}",
        ("≈ " if row.scaled else "") + _time(row.median),
        *(_times(ratio) for ratio in (row.over_loops, row.over_numpy, row.over_one_thread)),
        f"{row.rate:.3g} {row.unit}",
        f"{row.share:.0%}",
    )


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}"


def _time(seconds: float) -> str:
    return f"{1e6 * seconds:,.1f} µs" if seconds < 1e-2 else f"{1e3 * seconds:,.1f} ms"
