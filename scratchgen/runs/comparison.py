"""Several runs next to each other: the settings that differ, the scores, the time, the curves."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scratchgen.errors import printable
from scratchgen.plots.comparison import compared_curves
from scratchgen.runs import html
from scratchgen.runs.record import Record


@dataclass(frozen=True)
class Group:
    """The runs of one task as a table, one row per run."""

    task: str
    records: list[Record]
    headings: list[str]
    rows: list[list[str]]


def grouped(records: Sequence[Record]) -> list[Group]:
    """The runs by task, in the order of their first appearance."""
    tasks = dict.fromkeys(record.config.task for record in records)
    return [_group(task, [record for record in records if record.config.task == task]) for task in tasks]


def differing(records: Sequence[Record]) -> list[str]:
    """The settings that are not the same in all runs."""
    all_settings = [record.settings() for record in records]
    names = dict.fromkeys(name for settings in all_settings for name in settings)
    return [name for name in names if any(s.get(name) != all_settings[0].get(name) for s in all_settings)]


def comparison_page(groups: Sequence[Group], figures_of: Callable[[Group], list[str]]) -> str:
    """A self-contained page: a table for each task, the task's own figures, and the curves of its runs."""
    parts = [
        html.section(
            group.task,
            html.table(group.headings, group.rows),
            html.pictures([*figures_of(group), *_curves(group)]),
        )
        for group in groups
    ]
    n = sum(len(group.records) for group in groups)
    return html.render_page("Runs compared", f"{n} run{'s' if n != 1 else ''}", parts)


def _group(task: str, records: list[Record]) -> Group:
    settings = differing(records)
    measures = list(dict.fromkeys(score.measure for record in records for score in record.scores))
    headings = ["run", *(name.replace("_", " ") for name in settings), *measures, "epochs done", "minutes"]
    rows = [
        [
            str(record.directory),
            *(str(record.settings().get(name, "–")) for name in settings),
            *(_score(record, measure) for measure in measures),
            _epochs(record),
            "–" if record.minutes is None else f"{record.minutes:.2f}",
        ]
        for record in records
    ]
    return Group(task, records, headings, rows)


def _score(record: Record, measure: str) -> str:
    absent = "–" if record.scores else "unfinished"
    return next((score.ours for score in record.scores if score.measure == measure), absent)


def _epochs(record: Record) -> str:
    best = record.epochs[-1].get("best_epoch") if record.epochs else None
    return f"{len(record.epochs)}" + (f" (best {best})" if best else "")


def curve_figures(curves: Mapping[str, Mapping[str, Sequence[float]]]) -> list[str]:
    """One picture per logged number, as HTML.   curves: {its name: {run: its values by epoch}}"""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name, of_runs in curves.items():
            series = {printable(run): numbers for run, numbers in of_runs.items() if numbers}
            if series:
                label = printable(name.replace("_", " "))
                png = compared_curves(series, Path(folder) / "curves.png", label).read_bytes()
                figures.append(html.picture(png, f"{label}, epoch by epoch"))
    return figures


def monitored_numbers(records: Sequence[Record]) -> list[str]:
    """The numbers that say how a training goes, whichever of the runs log them."""
    names = dict.fromkeys(name for record in records for name in record.monitored)
    return [name for name in names if name not in ("epoch", "best_epoch")]


def _curves(group: Group) -> list[str]:
    """One picture per monitored number."""
    return curve_figures(
        {
            name: {str(record.directory): record.series(name) for record in group.records}
            for name in monitored_numbers(group.records)
        }
    )
