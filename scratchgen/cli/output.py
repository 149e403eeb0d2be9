"""Printing that several commands share."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from scratchgen.autograd.formatting import format_value
from scratchgen.runs.score import Score


def console() -> Console:
    """Standard output: as wide as the terminal, or 120 columns where there is none."""
    out = Console()
    return out if out.is_terminal else Console(width=120)


def print_line(screen: Console, line: str) -> None:
    """Print a line that may hold paths: neither wrapped nor read as markup."""
    screen.print(line, markup=False, highlight=False, soft_wrap=True)


def tidy(value: Any) -> str:
    """The input or the output of an example as one line of text: numbers to five decimals, a single one bare."""
    return format_value(value[0] if np.shape(value) == (1,) else value)


def scores_table(scores: list[tuple[str, Score]]) -> Table:
    """The scores next to their baselines and expected values."""
    table = Table(title_justify="left", box=None, padding=(0, 2, 0, 0))
    for heading in ("model", "measure", "this run", "baseline", "expected", ""):
        table.add_column(heading, header_style="bold")
    for model, score in scores:
        verdict = "" if not score.expected else "[green]reached[/]" if score.reached else "[red]missed[/]"
        table.add_row(model, score.measure, score.ours, score.baseline, score.expected, verdict)
    return table
