"""scratchgen compare RUN…: several runs next to each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from scratchgen.cli.output import PlainTable, console, print_line
from scratchgen.errors import BadInput, printable
from scratchgen.runs.comparison import Group, comparison_page, grouped
from scratchgen.runs.config import OWN_TASK
from scratchgen.runs.files import writable_file, write_text
from scratchgen.runs.record import Record, read_record
from scratchgen.tasks import NAMES, get_task
from scratchgen.tasks.load import settings_of, task_of


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Run directories written by `train`.")],
    out: Annotated[Path | None, typer.Option(help="Write a page with the curves to this .html file.")] = None,
) -> None:
    """Compare runs of the same task: the settings that differ, the scores, the minutes they took."""
    if out is not None and out.suffix != ".html":
        raise BadInput(f"--out writes a page: name it {out.stem or 'runs'}.html, not {out.name or out}")
    groups = grouped([_record(run) for run in dict.fromkeys(runs)])
    if out is not None:
        write_text(writable_file(out), comparison_page(groups, _figures))
    screen = console()
    for group in groups:
        screen.print(_table(group))
    if out is not None:
        print_line(f"Page: {out}")


def _record(run: Path) -> Record:
    """The record of a run. Raises BadInput for a task that does not exist, and for settings that it cannot have."""
    record = read_record(run)
    if record.config.task != OWN_TASK:
        settings_of(task_of(record.config, run), record.config, run)
    return record


def _figures(group: Group) -> list[str]:
    """The figures that the task of a group adds to the page."""
    return get_task(group.task).compare(group.records) if group.task in NAMES else []


def _table(group: Group) -> Table:
    table = PlainTable(title=Text(printable(group.task)))
    for heading in group.headings:
        table.add_column(heading, overflow="fold")
    for row in group.rows:
        table.add_row(*row)
    return table
