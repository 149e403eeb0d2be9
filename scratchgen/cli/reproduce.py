"""scratchgen reproduce NAME: reproduce a published result, and write it next to the published numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from scratchgen.cli.output import PlainTable, console, print_line
from scratchgen.errors import BadInput
from scratchgen.reproductions import REPRODUCTIONS
from scratchgen.reproductions import reproduce as run_reproduction
from scratchgen.reproductions.table import write_section
from scratchgen.runs.files import writable_directory, writable_file
from scratchgen.runs.schema import MOST_SEEDS

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
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Reproduce a published result and write its section on the page of reproductions."""
    screen = console()
    if name is None:
        if seeds is not None or page is not None:
            raise BadInput("--seeds and --page belong to a reproduction; give its name, or leave them out")
        screen.print(_list())
        return
    if name not in REPRODUCTIONS:
        raise BadInput(f"no reproduction is named {name!r}; choose one of {', '.join(REPRODUCTIONS)}")
    page = writable_file(page or out / PAGE)
    reproduction = REPRODUCTIONS[name]
    rows = run_reproduction(
        reproduction, writable_directory(out), range(seeds or reproduction.seeds), quiet=quiet
    )
    write_section(reproduction, rows, page)
    print_line(f"{name} is in {page}; its runs: {out / name}/*/*/report.html")


def _list() -> Table:
    table = PlainTable()
    for heading in ("name", "result", "published", "source"):
        table.add_column(heading)
    for item in REPRODUCTIONS.values():
        published = "\n".join(f"{part.title}: {part.published}" for part in item.parts)
        table.add_row(item.name, item.title, published, item.source)
    return table
