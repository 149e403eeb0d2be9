"""Printing that several commands share. Texts of data, models and paths reach a terminal escaped, never as they are."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scratchgen.autograd.formatting import format_value
from scratchgen.errors import one_line, printable
from scratchgen.runs.score import Score


def console() -> Console:
    """Standard output: as wide as the terminal, or 120 columns where there is none."""
    out = Console(file=sys.stdout)
    return out if out.is_terminal else Console(file=sys.stdout, width=120)


def print_line(line: str) -> None:
    """Print one line that may hold paths and data: not wrapped, and with line feeds escaped too."""
    print(printable(line), flush=True)


def print_text(text: str) -> None:
    """Print a text with its line feeds and tabs: generated text, for instance."""
    print(printable(text, allowed="\n\t"), flush=True)


def print_error(problem: object) -> None:
    """Print a message to standard error, in one line."""
    print(f"scratchgen: {one_line(problem)}", file=sys.stderr, flush=True)


class PlainTable(Table):
    """A table without lines, whose headings and cells may hold data: no markup is read in them."""

    def __init__(self, **options: Any):
        super().__init__(box=None, **{"padding": (0, 2, 0, 0), "title_justify": "left", **options})

    def add_column(self, heading: str, **options: Any) -> None:  # type: ignore[override]  # the options that are used
        super().add_column(_cell(heading), **{"header_style": "bold", **options})

    def add_row(self, *cells: str | Text) -> None:  # type: ignore[override]
        """Add a row. A cell of type Text keeps its style; it is for words of the program's own."""
        super().add_row(*map(_cell, cells))


def _cell(text: str | Text) -> Text:
    return text if isinstance(text, Text) else Text(printable(text, allowed="\n"))


def tidy(value: Any) -> str:
    """The input or the output of an example as one line of text: numbers to five decimals, a single one bare."""
    return format_value(value[0] if np.shape(value) == (1,) else value)


def scores_table(scores: list[tuple[str, Score]]) -> Table:
    """The scores next to their baselines and expected values."""
    table = PlainTable()
    for heading in ("model", "measure", "this run", "baseline", "expected", ""):
        table.add_column(heading)
    for model, score in scores:
        table.add_row(model, score.measure, score.ours, score.baseline, score.expected, _verdict(score))
    return table


def _verdict(score: Score) -> Text:
    if not score.expected:
        return Text()
    return Text("reached", style="green") if score.reached else Text("missed", style="red")
