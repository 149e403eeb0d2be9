"""scratchgen reproduce NAME: run a published result again, and write our numbers next to the published ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from scratchgen.cli.output import console, say
from scratchgen.errors import BadInput
from scratchgen.reproductions import REPRODUCTIONS
from scratchgen.reproductions import reproduce as run_again
from scratchgen.reproductions.table import write_section
from scratchgen.runs.files import writable_directory, writable_file

PAGE = "reproductions.md"


def reproduce(
    name: Annotated[str | None, typer.Argument(help="Name of the result (default: list all).")] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Number of seeds (default: that of the result).")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Directory of the runs; unfinished runs in it are resumed.")
    ] = Path("reproductions"),
    page: Annotated[
        Path | None, typer.Option(help=f"Page to write into (default: {PAGE} in the directory of --out).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
):
    """Run a published result again and write its section on the page of reproductions."""
    screen = console()
    if name is None:
        screen.print(_list())
        return
    if name not in REPRODUCTIONS:
        raise BadInput(f"no reproduction is named {name!r}; there are {', '.join(REPRODUCTIONS)}")
    page = writable_file(page or out / PAGE)
    reproduction = REPRODUCTIONS[name]
    rows = run_again(reproduction, writable_directory(out), range(seeds or reproduction.seeds), quiet=quiet)
    write_section(reproduction, rows, page)
    say(screen, f"{name} is in {page}; its runs: {out / name}/*/*/report.html")


def _list() -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("name", "result", "published", "source"):
        table.add_column(heading, header_style="bold")
    for item in REPRODUCTIONS.values():
        published = "\n".join(f"{part.title}: {part.published}" for part in item.parts)
        table.add_row(item.name, item.title, published, item.source)
    return table
