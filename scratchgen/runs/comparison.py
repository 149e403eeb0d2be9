"""Several runs beside one another: what was set differently, what came of it, and how long it took."""

from __future__ import annotations

import math
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scratchgen.plots.comparison import compared_curves
from scratchgen.plots.rate_distortion import rate_distortion
from scratchgen.runs import html
from scratchgen.runs.progress import SHOWN
from scratchgen.runs.record import Record
from scratchgen.tasks.scores.vae import DISTORTION, RATE


@dataclass(frozen=True)
class Group:
    """The runs of one kind as a table: a row a run."""

    kind: str
    records: list[Record]
    headings: list[str]
    rows: list[list[str]]


def grouped(records: Sequence[Record]) -> list[Group]:
    """The runs by kind, in the order in which the kinds are met first."""
    kinds = dict.fromkeys(record.kind for record in records)
    return [_group(kind, [record for record in records if record.kind == kind]) for kind in kinds]


def differing(records: Sequence[Record]) -> list[str]:
    """The settings that are not the same in all runs."""
    all_settings = [record.settings() for record in records]
    names = dict.fromkeys(name for settings in all_settings for name in settings)
    return [name for name in names if any(s.get(name) != all_settings[0].get(name) for s in all_settings)]


def comparison_page(groups: Sequence[Group]) -> str:
    """A self-contained page: a table for each kind, and the curves of its runs in one picture each."""
    parts = [
        html.section(
            group.kind.upper(),
            html.table(group.headings, group.rows),
            html.pictures([*_rate_distortion(group), *_curves(group)]),
        )
        for group in groups
    ]
    n = sum(len(group.records) for group in groups)
    return html.page("Runs compared", f"{n} run{'s' if n != 1 else ''}", parts)


def _group(kind: str, records: list[Record]) -> Group:
    settings = differing(records)
    measures = list(dict.fromkeys(score["measure"] for record in records for score in record.scores))
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
    return Group(kind, records, headings, rows)


def _score(record: Record, measure: str) -> str:
    absent = "–" if record.scores else "unfinished"  # of another kind of model, or not yet there
    return next((score["ours"] for score in record.scores if score["measure"] == measure), absent)


def _value(record: Record, measure: str) -> float | None:
    return next((score.get("value") for score in record.scores if score["measure"] == measure), None)


def _epochs(record: Record) -> str:
    best = record.epochs[-1].get("best_epoch") if record.epochs else None
    return f"{len(record.epochs)}" + (f" (best {best})" if best else "")


def rates_and_distortions(records: Sequence[Record]) -> dict[float, tuple[float, float]]:
    """{β: (R, D)} on held-out data, the means over seeds, of VAEs that differ in nothing else; else {}.

    A run under the constraint D ≤ D₀ counts as one of β = 1/λ, with the λ that it ended with.

    Ledger: vae.constrained
    """
    if not {*differing(records)} <= {"objective", "beta", "distortion", "seed"}:
        return {}
    found = defaultdict(list)
    for record in records:
        R, D = (_value(record, measure) for measure in (RATE, DISTORTION))
        training = record.config.get("training", {})
        if R is None or D is None or training.get("objective") not in ("elbo", "beta", "geco"):
            return {}
        logs = record.series("log_lambda")  # under the constraint alone
        beta = math.exp(-logs[-1]) if logs else training["beta"]
        found[training["beta"], training["distortion"]].append((beta, R, D))
    means = [[sum(column) / len(runs) for column in zip(*runs, strict=True)] for runs in found.values()]
    return {beta: (R, D) for beta, R, D in means}


def _rate_distortion(group: Group) -> list[str]:
    """The curve along which β moves the runs, if there is one."""
    points = rates_and_distortions(group.records) if group.kind == "vae" else {}
    if len(points) < 2:
        return []
    with tempfile.TemporaryDirectory() as folder:
        png = rate_distortion(points, Path(folder) / "rate_distortion.png").read_bytes()
    return [html.picture(png, "rate and distortion on held-out data, by β")]


def _curves(group: Group) -> list[str]:
    """A picture for each number that matters and that a run of the group has."""
    names = [name for name in SHOWN[group.kind] if name != "best_epoch"]
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            series = {str(record.directory): record.series(name) for record in group.records}
            series = {run: numbers for run, numbers in series.items() if numbers}
            if series:
                label = name.replace("_", " ")
                png = compared_curves(series, Path(folder) / f"{name}.png", label).read_bytes()
                figures.append(html.picture(png, f"{label}, epoch by epoch"))
    return figures
