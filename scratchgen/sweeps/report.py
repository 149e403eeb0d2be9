"""report.html of a sweep: the best settings, scores by settings, curves, and every run."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from scratchgen.errors import printable
from scratchgen.plots.scores import ranked_scores, score_curve
from scratchgen.runs import html
from scratchgen.runs.comparison import curve_figures, grouped, monitored_numbers
from scratchgen.runs.files import write_text
from scratchgen.sweeps.directory import Sweep
from scratchgen.sweeps.plan import command_of
from scratchgen.sweeps.results import Results, SettingsResult, in_words, score_rows

MOST_RANKED = 20
MOST_CURVES = 10  # more lines in one picture cannot be told apart


def write_sweep_report(sweep: Sweep, results: Results, failures: Mapping[str, str]) -> Path:
    """Write report.html, which compares all finished runs.   failures: {name of a trial: its line}"""
    path = sweep.directory / "report.html"
    write_text(path, sweep_report(sweep, results, failures))
    return path


def sweep_report(sweep: Sweep, results: Results, failures: Mapping[str, str]) -> str:
    """The page of a sweep as HTML."""
    plan, records = sweep.plan, [record for found in results.by_settings for record in found.records]
    groups = grouped(records)
    parts = [
        html.section("Best settings", *_best(sweep, results)),
        html.section(
            "Scores by settings",
            html.table(*score_rows(results)),
            html.note(explanation(sweep, results)),
            html.pictures(_score_figures(results)),
        ),
        html.section("Curves", _note_on_curves(results), html.pictures(_curves(results))),
        html.section("Failed runs", html.table(("run", "reason"), failures.items()) if failures else ""),
        *(
            html.section(
                "Runs", html.table(group.headings, group.rows), html.pictures(plan.task.compare(records))
            )
            for group in groups
        ),
    ]
    done = f"{len(records)} of {len(plan.trials)} runs are finished"
    return html.render_page(f"Sweep: {plan.task.name} on {plan.data}", done, parts)


def explanation(sweep: Sweep, results: Results) -> str:
    """How the settings are ordered, and what that means for the score of the best."""
    if results.score is None:
        return "These runs have no score: name a logged number as score in the sweep file, with its goal."
    order = "highest" if sweep.plan.maximize else "lowest"
    line = f"Mean ± standard error over seeds. Best first: {order} {results.score.replace('_', ' ')}."
    if results.is_of_test_data:
        line += " The best score is optimistic, because the test data chose it"
        stopping = sweep.plan.task.early_stopping
        line += f'; score = "{stopping[0]}" lets the validation data choose.' if stopping else "."
    return line


def _best(sweep: Sweep, results: Results) -> list[str]:
    best = results.best
    if best is None or results.score is None:
        return []
    rows = [(name.replace("_", " "), value) for name, value in best.varied.items()]
    rows.append((results.score.replace("_", " "), in_words(best.mean(results.score))))
    trial = next(trial for trial in sweep.plan.trials if trial.varied == best.varied)
    command = shlex.join(command_of(sweep.plan, trial))
    return [html.table((), rows), "<div>trains with them again</div>", html.verbatim(command)]


def _score_figures(results: Results) -> list[str]:
    """One picture of the score that decides, for the settings that have a finite one; none for less than two."""
    if results.score is None:
        return []
    means = [(found, found.mean(results.score)) for found in results.by_settings]
    scored = [
        (found, (float(mean.mean), float(mean.standard_error)))
        for found, mean in means
        if mean is not None and np.isfinite(mean.mean)
    ]
    if len(scored) < 2:
        return []
    name, caption = printable(results.score.replace("_", " ")), "mean ± standard error over seeds"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.png"
        points = {value: score for found, score in scored if (value := _number(found)) is not None}
        if len(points) == len(scored):
            (setting,) = scored[0][0].varied
            score_curve(points, path, setting.replace("_", " "), name)
        else:
            best = scored[:MOST_RANKED]
            ranked_scores({printable(found.label): score for found, score in best}, path, name)
            if len(scored) > len(best):
                caption += f", the {len(best)} best of {len(scored)} settings"
        return [html.picture(path.read_bytes(), f"{name}, {caption}")]


def _number(found: SettingsResult) -> float | None:
    """The value of the setting that varies, if it is the only one and a number."""
    values = [*found.varied.values()]
    is_number = len(values) == 1 and isinstance(values[0], int | float) and not isinstance(values[0], bool)
    return float(values[0]) if is_number else None


def _note_on_curves(results: Results) -> str:
    shown = min(MOST_CURVES, len(results.by_settings))
    best = f" of the {shown} best settings" if len(results.by_settings) > shown else ""
    return html.note(f"Means over seeds{best}; each ends where the first of its runs ends.")


def _curves(results: Results) -> list[str]:
    """One picture per monitored number, with the means over seeds of the best settings."""
    shown = results.by_settings[:MOST_CURVES]
    names = monitored_numbers([record for found in shown for record in found.records])
    return curve_figures({name: {found.label: _mean_curve(found, name) for found in shown} for name in names})


def _mean_curve(found: SettingsResult, name: str) -> list[float]:
    epochs = zip(*(record.series(name) for record in found.records), strict=False)  # up to the shortest run
    return [float(np.mean(values)) for values in epochs]
