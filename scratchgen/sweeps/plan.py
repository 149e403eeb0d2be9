"""The trials of a sweep file: every setting with every seed, all checked before the first one begins."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from scratchgen.errors import BadInput
from scratchgen.runs.config import RunConfig
from scratchgen.sweeps.draws import draw_settings
from scratchgen.sweeps.file import SweepFile, read_sweep_file
from scratchgen.tasks import choose
from scratchgen.tasks.settings import GivenSettings
from scratchgen.tasks.task import Task, refuse_unread, train_task

MOST_RUNS = 1000
LONGEST_NAME = 150  # characters; file systems allow 255


@dataclass(frozen=True)
class Trial:
    """One training of a sweep.

    name        of its run directory, which names the settings that vary: "hidden=64,learning_rate=0.001,seed=0"
    varied      the settings that vary
    settings    all settings that the file gives
    """

    name: str
    varied: Mapping[str, Any]
    settings: Mapping[str, Any]
    seed: int


@dataclass(frozen=True)
class Plan:
    """The trials of a sweep, and the score that decides.

    score       a score of the runs, or a logged number; None for the first score of a task that logs no validation
                number
    maximize    whether a higher score is better
    data_sha256    fingerprint of the data
    """

    task: Task
    data: str
    trials: list[Trial]
    score: str | None
    maximize: bool
    data_sha256: str | None


def read_plan(path: Path) -> Plan:
    """The trials of a sweep file. Nothing is written.

    Raises BadInput for a fault of the file, for settings that a training would refuse, and for data that the first
    trial cannot be trained on.
    """
    file = read_sweep_file(path)
    shared, places = file.settings, dict.fromkeys(file.settings, f"{path}: [settings]")
    task = choose(file.train, file.data, shared, file.task)
    shared = _checked(task, file.data, shared, places)
    combinations = _varied(file, path, task)
    for name in dict.fromkeys(name for varied in combinations for name in varied):
        if name in shared:
            raise BadInput(f"{path}: {name} is both in [settings] and in what varies; leave one out")
    _refuse_too_many(path, len(combinations) * len(file.seeds))
    trials = [
        Trial(_name(varied, seed, k), varied, {**shared, **varied}, seed)
        for k, varied in enumerate(combinations)
        for seed in file.seeds
    ]
    for trial in trials[:: len(file.seeds)]:
        _refuse_unread(path, file, task, trial)
    first = _configuration(task, file.data, trials[0])
    score, maximize = task.early_stopping or (None, task.higher_is_better)
    if file.score:
        score, maximize = file.score, file.goal == "maximize"
    return Plan(task, file.data, trials, score, maximize, first.data_sha256)


def _varied(file: SweepFile, path: Path, task: Task) -> list[dict[str, Any]]:
    """The varied settings of each combination, in their types."""
    if file.random is not None:
        place = f"{path}: [random]"
        return draw_settings(file.random, place, partial(_check_one, task, file.data, place))
    if file.grid is None and len(file.seeds) > 1:
        return [{}]
    if not file.grid:
        raise BadInput(f"{path} varies nothing; add [grid] with a line such as hidden = [64, 256]")
    grid, place = {}, f"{path}: [grid]"
    for name, values in file.grid.items():
        if not isinstance(values, list) or not values:
            raise BadInput(f"{place}: {name} is a list of values, such as {name} = [1, 2], not {values!r}")
    _refuse_too_many(path, math.prod(map(len, file.grid.values())) * len(file.seeds))
    for name, values in file.grid.items():
        grid[name] = [_check_one(task, file.data, place, name, value) for value in values]
        twice = [value for k, value in enumerate(grid[name]) if value in grid[name][:k]]
        if twice:
            raise BadInput(f"{place}: {name} has the value {twice[0]!r} twice; write it once")
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def _refuse_too_many(path: Path, runs: int) -> None:
    if runs > MOST_RUNS:
        raise BadInput(
            f"{path} describes {runs:,} runs, and a sweep has at most {MOST_RUNS:,}; leave some values out, or draw "
            "settings with [random]"
        )


def _check_one(task: Task, data: str, place: str, name: str, value: Any) -> Any:
    """A value in the type of its setting. Raises BadInput for a value or a setting that the task does not have."""
    if name == "model" and "vq" in (value, task.name):
        raise BadInput(
            f"{place}: model {value!r} cannot vary, because vq is a task of its own; write a second sweep"
        )
    return _checked(task, data, {name: value}, {name: place})[name]


def _checked(task: Task, data: str, settings: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    for name in settings:
        if name in ("data", "seed", "task"):
            key = "seeds" if name == "seed" else name
            raise BadInput(f"{places[name]}: {name} is no setting; write {key} at the top of the file")
    return dict(GivenSettings(data=data, settings=settings, places=places).checked(task).settings)


def _refuse_unread(path: Path, file: SweepFile, task: Task, trial: Trial) -> None:
    """Raise BadInput for a combination of settings of which one is not read, as a training would."""
    try:
        refuse_unread(task, file.data, task.complete(file.data, trial.settings), trial.settings)
    except BadInput as problem:
        words = ", ".join(f"{name} = {value}" for name, value in trial.varied.items())
        raise BadInput(f"{path}: with {words}, {problem}" if words else f"{path}: {problem}") from None


class _Accepted(Exception):
    """Everything that a training can refuse before it begins has been accepted."""

    def __init__(self, config: RunConfig):
        self.config = config


def _configuration(task: Task, data: str, trial: Trial) -> RunConfig:
    """The configuration of a trial, as far as its training goes without writing: the data are loaded for it."""

    def accept(config: RunConfig) -> NoReturn:
        raise _Accepted(config)

    open_run: Any = accept
    settings = task.complete(data, trial.settings)
    try:
        train_task(task, data, settings, trial.seed, open_run, trial.settings, trial.settings)
    except _Accepted as accepted:
        return accepted.config
    raise AssertionError("a training opens its run")


def _name(varied: Mapping[str, Any], seed: int, number: int) -> str:
    """The name of a run directory; a long one is replaced by the number of its combination."""
    words = [f"{name}={quote(_text(value), safe='+')}" for name, value in varied.items()]
    name = ",".join([*words, f"seed={seed}"])
    return name if len(name) <= LONGEST_NAME else f"settings-{number + 1},seed={seed}"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def command_of(plan: Plan, trial: Trial) -> list[str]:
    """The command that trains a trial, as one types it; with --out, it is the one that the sweep gives."""
    settings = [
        word for name, value in trial.settings.items() for word in ("--set", f"{name}={_text(value)}")
    ]
    return [
        *("scratchgen", "train", plan.task.family, f"--data={plan.data}", "--set", f"task={plan.task.name}"),
        *(*settings, "--seed", str(trial.seed)),
    ]
