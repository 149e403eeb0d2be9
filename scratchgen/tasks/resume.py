"""Resuming a run that was interrupted, killed or stopped: the result is bit-identical to an uninterrupted one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scratchgen import kernels
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.runs.config import OWN_TASK, RunConfig, read_config
from scratchgen.runs.run import Run
from scratchgen.runs.score import Score
from scratchgen.tasks.load import settings_of, source_of, task_of
from scratchgen.tasks.task import train_task

FIXED = ("task", "data_sha256", "seed", "model", "settings", "data_info")  # may not change between sessions
NAMES = {
    "data_sha256": "its data",
    "data_info": "the description of its data",
}  # where a message has another name


def resume(directory: Path, family: str, **session: Any) -> tuple[Module, list[Score]]:
    """Resume the run in `directory` with its own data, settings, seed and kernel backend.

    family     the command that it was given to: vae, gan or rnn
    session    as for a Run: save_every, max_minutes, quiet, tensorboard
    Raises BadInput where there is no run of that family, where it is finished, or where its data have changed.
    """
    config = read_config(directory)
    if config.reproduction:
        raise BadInput(
            f"{directory} belongs to `scratchgen reproduce {config.reproduction}`; resume it with that command"
        )
    if config.task == OWN_TASK:
        raise BadInput(f"{directory} is a run of a loop of your own; run that program again with resume=True")
    found = task_of(config, directory)
    if found.family != family:
        raise BadInput(
            f"{directory} holds a run of the task {found.name}; use `scratchgen train {found.family} --resume`"
        )
    source, settings = source_of(config, directory), settings_of(found, config, directory)
    with kernels.use(config.backend):
        return train_task(
            found, source, settings, config.seed, lambda now: open_again(directory, now, **session), settled=None
        )


def open_again(directory: Path, now: RunConfig, **session: Any) -> Run:
    """The run in `directory`, resumed or begun. Raises BadInput if it was begun with something else.

    now    the configuration that a new run would have
    """
    begun = (directory / "config.json").exists()
    config = read_config(directory) if begun else now
    changed = [name for name in FIXED if getattr(now, name) != getattr(config, name)]
    if changed:
        what = NAMES.get(changed[0], f"its {changed[0]}")
        raise BadInput(
            f"{directory} cannot be resumed: {what} changed since it began; restore that, or train again with "
            "another --out"
        )
    return Run(directory, config, resume=begun, **session)
