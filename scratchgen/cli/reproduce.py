"""scratchgen reproduce NAME: reproduce a published result, and write it next to the published numbers."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from scratchgen.cli.output import PlainTable, console, print_error, print_line
from scratchgen.errors import BadInput
from scratchgen.reproductions import REPRODUCTIONS, Reproduction
from scratchgen.reproductions import reproduce as run_reproduction
from scratchgen.reproductions.parallel import named_run, trainings
from scratchgen.reproductions.reproduction import run_directory, train_run
from scratchgen.reproductions.table import write_section
from scratchgen.runs.files import writable_directory, writable_file
from scratchgen.runs.schema import MOST_SEEDS
from scratchgen.runs.stopped import Interrupted, Stopped, phrase
from scratchgen.sweeps.local import run_locally

PAGE = "reproductions.md"


def reproduce(
    name: Annotated[
        str | None, typer.Argument(help="Name of the result to reproduce; omit it to list them all.")
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_SEEDS, help="Number of seeds (default: as stated in the reproduction)."),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder of the runs; runs that it already holds are resumed.")
    ] = Path("reproductions"),
    page: Annotated[
        Path | None, typer.Option(help=f"Page to write (default: {PAGE} in the folder of --out).")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Number of runs at once (default: 1).")] = 1,
    run: Annotated[
        str | None,
        typer.Option(
            help="Train one run alone, named as its folder, latents-4/seed-0 for instance; write no page."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Reproduce a published result and write its section on the page of reproductions."""
    if name is None:
        if seeds is not None or page is not None or run is not None or jobs > 1:
            raise BadInput(
                "--seeds, --page, --jobs and --run belong to a reproduction; give its name, or leave them out"
            )
        console().print(_list())
        return
    if name not in REPRODUCTIONS:
        raise BadInput(f"no reproduction is named {name!r}; choose one of {', '.join(REPRODUCTIONS)}")
    reproduction = REPRODUCTIONS[name]
    if run is not None:
        if seeds is not None or page is not None or jobs > 1:
            raise BadInput("--run trains one run and writes no page; leave --seeds, --page and --jobs out")
        part, seed = named_run(reproduction, run)
        train_run(reproduction, part, seed, writable_directory(out), quiet=quiet)
        print_line(f"Report: {run_directory(reproduction, part, seed, out) / 'report.html'}")
        return
    page = writable_file(page or out / PAGE)
    all_seeds = range(seeds or reproduction.seeds)
    if jobs > 1:
        _train_at_once(reproduction, writable_directory(out), all_seeds, jobs, quiet)
    rows = run_reproduction(reproduction, writable_directory(out), all_seeds, quiet=quiet)
    write_section(reproduction, rows, page)
    print_line(f"{name} is in {page}; its runs: {out / name}/*/*/report.html")


def _train_at_once(reproduction: Reproduction, out: Path, seeds: range, jobs: int, quiet: bool) -> None:
    """Train the runs without a result, several at once. Exit with status 1 if one of them fails."""
    waiting = trainings(reproduction, out, seeds)
    finished, failed = 0, 0
    try:
        with closing(run_locally(waiting, jobs)) as ended:
            for one in ended:
                if one.failure is not None:
                    failed += 1
                    print_error(f"{one.name} failed: {one.failure}")
                    continue
                finished += 1
                if not quiet:
                    print_line(f"finished {finished}/{len(waiting)}  {one.name}")
    except Interrupted as stop:
        again = ["reproduce", reproduction.name, f"--seeds={len(seeds)}", f"--out={out}", f"--jobs={jobs}"]
        raise Stopped(
            f"{phrase(stop.received)}; {finished} of {len(waiting)} runs are finished; "
            f"resume with: {shlex.join(['scratchgen', *again])}",
            stop.received,
        ) from None
    if failed:
        raise typer.Exit(1)


def _list() -> Table:
    table = PlainTable()
    for heading in ("name", "result", "published", "source"):
        table.add_column(heading)
    for item in REPRODUCTIONS.values():
        published = "\n".join(f"{part.title}: {part.published}" for part in item.parts)
        table.add_row(item.name, item.title, published, item.source)
    return table
