"""The results of a sweep: scores by settings, as means over the seeds with their standard errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scratchgen.errors import BadInput
from scratchgen.evaluation import Mean, mean_over_examples
from scratchgen.runs.record import Record, read_record
from scratchgen.sweeps.directory import Sweep
from scratchgen.tasks.further import is_finished

LONGEST_DECIMALS = 6


@dataclass(frozen=True)
class SettingsResult:
    """The finished runs of one combination of settings, one per seed."""

    varied: Mapping[str, Any]
    records: list[Record]

    @property
    def label(self) -> str:
        """The settings in words: "hidden 64, learning rate 0.001"."""
        words = (f"{name.replace('_', ' ')} {value}" for name, value in self.varied.items())
        return ", ".join(words) or "all seeds"

    def mean(self, measure: str) -> Mean | None:
        """The mean of a score over the seeds that have it, and its standard error; None if no seed has it.

        Ledger: evaluation.standard_error
        """
        found = [value for record in self.records if (value := value_of(record, measure)) is not None]
        return mean_over_examples(found) if found else None


@dataclass(frozen=True)
class Results:
    """All results of a sweep, the best settings first; settings without the deciding score come last.

    score      the score that decides; None where the runs have no score
    further    the other scores
    """

    score: str | None
    further: list[str]
    by_settings: list[SettingsResult]

    @property
    def best(self) -> SettingsResult | None:
        """The settings with the best mean; None where no settings have a finite one, and where the seeds alone vary."""
        first = self.by_settings[0]
        mean = first.mean(self.score) if self.score else None
        return first if first.varied and mean and math.isfinite(mean.mean) else None

    @property
    def is_of_test_data(self) -> bool:
        """Whether the score that decides is one of the scores of a run, and not a number that it logged."""
        records = (record for found in self.by_settings for record in found.records)
        return any(score.measure == self.score for record in records for score in record.scores)


def value_of(record: Record, measure: str) -> float | None:
    """A score of a run, or a logged number in the epoch that the final weights are of.

    That epoch is the best one where the run stops early, and else the last that has the number.
    """
    for score in record.scores:
        if score.measure == measure:
            return score.value
    having = [epoch for epoch in record.epochs if measure in epoch]
    if not having:
        return None
    best = having[-1].get("best_epoch")
    return next((epoch[measure] for epoch in having if epoch["epoch"] == best), having[-1][measure])


def collect_results(sweep: Sweep) -> Results:
    """The results of the runs that are finished."""
    by_settings: dict[tuple, SettingsResult] = {}
    for trial in sweep.plan.trials:
        found = by_settings.setdefault(tuple(trial.varied.values()), SettingsResult(trial.varied, []))
        if is_finished(sweep.path(trial)):
            found.records.append(read_record(sweep.path(trial)))
    records = [record for found in by_settings.values() for record in found.records]
    measures = list(
        dict.fromkeys(
            score.measure for record in records for score in record.scores if score.value is not None
        )
    )
    score = sweep.plan.score or next(iter(measures), None)
    order = sorted(by_settings.values(), key=lambda found: _rank(found, score, sweep.plan.maximize))
    return Results(score, [measure for measure in measures if measure != score], order)


def _rank(found: SettingsResult, score: str | None, maximize: bool) -> float:
    """A number that is lowest for the best settings, and infinite for those without a score."""
    mean = found.mean(score) if score else None
    if mean is None or math.isnan(mean.mean):
        return math.inf
    return float(-mean.mean if maximize else mean.mean)


def check_score(score: str | None, record: Record) -> None:
    """Raise BadInput if a finished run has no number of the name that the sweep file gives."""
    if score is not None and value_of(record, score) is None:
        measures = [found.measure for found in record.scores if found.value is not None]
        logged = dict.fromkeys(name for epoch in record.epochs for name in epoch if name != "epoch")
        raise BadInput(
            f"these runs have no score named {score!r}; there are {'; '.join([*measures, *logged])}. Correct the "
            "file and run the command again; finished runs are not repeated"
        )


def in_words(mean: Mean | None) -> str:
    """A mean ± its standard error, to two digits of the error; without an error, five digits of the mean."""
    if mean is None:
        return "–"
    value, error = float(mean.mean), float(mean.standard_error)
    if not math.isfinite(error) or not math.isfinite(value):
        return f"{value:.5g}"
    if error == 0:
        return f"{value:.5g} ± 0"
    decimals = min(max(0, 1 - math.floor(math.log10(error))), LONGEST_DECIMALS)
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"


def score_rows(results: Results) -> tuple[list[str], list[list[str]]]:
    """The headings and the rows of the table of scores, one row per combination of settings."""
    names = list(results.by_settings[0].varied)
    measures: Sequence[str] = [*([results.score] if results.score else []), *results.further]
    headings = [*(name.replace("_", " ") for name in names), "runs", *(m.replace("_", " ") for m in measures)]
    rows = [
        [
            *(str(found.varied[name]) for name in names),
            str(len(found.records)),
            *(in_words(found.mean(measure)) for measure in measures),
        ]
        for found in results.by_settings
    ]
    return headings, rows
