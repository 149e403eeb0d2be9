"""The directory of a sweep: sweep.json with its trials, and a run directory for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock

from scratchgen.errors import BadInput
from scratchgen.runs.files import decode_json, read_bytes, writable_directory, write_json
from scratchgen.sweeps.plan import Plan, Trial, command_of
from scratchgen.sweeps.trial import Training
from scratchgen.tasks.further import is_finished

FILE = "sweep.json"
FORMAT = 1
LARGEST_FILE = 2**26  # bytes: a thousand trials of many settings


@dataclass(frozen=True)
class Sweep:
    """A sweep in its directory."""

    directory: Path
    plan: Plan

    def path(self, trial: Trial) -> Path:
        """The run directory of a trial."""
        return self.directory / trial.name

    def finished(self) -> list[Trial]:
        """The trials whose runs are finished."""
        return [trial for trial in self.plan.trials if is_finished(self.path(trial))]

    def unfinished(self) -> list[Training]:
        """What is left to train: first the runs that have begun."""
        left = [trial for trial in self.plan.trials if not is_finished(self.path(trial))]
        left.sort(key=lambda trial: not (self.path(trial) / "config.json").exists())
        return [self._training(trial) for trial in left]

    def _training(self, trial: Trial) -> Training:
        directory = self.path(trial)
        resume = ["scratchgen", "train", self.plan.task.family, f"--resume={directory}"]
        begin = [*command_of(self.plan, trial), f"--out={directory}"]
        return Training(trial.name, directory.absolute(), begin, resume, Path.cwd())


@contextmanager
def opened(plan: Plan, directory: Path) -> Iterator[Sweep]:
    """The sweep in a directory, begun or resumed; no other process can open it meanwhile.

    Raises BadInput, and writes nothing, where the directory holds something else or a sweep of other trials.
    """
    content = _content(plan)
    begun = _check_directory(directory, content)
    lock = filelock.FileLock(writable_directory(directory) / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise BadInput(f"another process runs the sweep in {directory}; wait for it") from None
    with lock:
        if not begun:
            write_json(directory / FILE, content)
        yield Sweep(directory, plan)


def _check_directory(directory: Path, content: dict[str, Any]) -> bool:
    """Whether the directory holds this sweep already. Raises BadInput if it holds anything else."""
    path = directory / FILE
    if not path.exists():
        left_over = [p for p in directory.iterdir() if p.name != ".lock"] if directory.is_dir() else []
        if left_over:
            raise BadInput(f"{directory} holds something else than a sweep; choose another --out")
        return False
    try:
        found = decode_json(read_bytes(path, LARGEST_FILE), dict[str, Any])
    except ValueError as error:
        raise BadInput(f"{path} cannot be read or is damaged ({error}); choose another --out") from None
    if found != content:
        only_data = {**found, "data_sha256": content["data_sha256"]} == content
        raise BadInput(
            f"{directory} was begun with other {'data' if only_data else 'trainings'} than the file describes now; "
            "restore them, or choose another --out"
        )
    return True


def _content(plan: Plan) -> dict[str, Any]:
    """What may not change while a sweep is resumed; the score that decides may."""
    trials = [{"name": t.name, "settings": dict(t.settings), "seed": t.seed} for t in plan.trials]
    facts = {"format": FORMAT, "task": plan.task.name, "data": plan.data, "data_sha256": plan.data_sha256}
    return {**facts, "trials": trials}
