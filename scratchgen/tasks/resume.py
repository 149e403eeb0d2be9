"""Resuming a run that was interrupted, killed or stopped: the result is bit-identical to an uninterrupted one.

A finished run is resumed with more epochs (`scratchgen.tasks.further`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from scratchgen import kernels
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.runs.config import OWN_TASK, RunConfig, read_config
from scratchgen.runs.run import Run
from scratchgen.runs.schema import as_dict
from scratchgen.runs.schema import replace as replace_settings
from scratchgen.runs.score import Score
from scratchgen.tasks.further import Extension, extend, is_as_before
from scratchgen.tasks.initialise import saved_weights
from scratchgen.tasks.load import present_source, settings_of, source_of, task_of, without_weights
from scratchgen.tasks.other_data import settings_for
from scratchgen.tasks.task import OpenRun, train_task

FIXED = ("task", "data_sha256", "seed", "model", "settings", "data_info")  # may not change between sessions
NAMES = {
    "data_sha256": "its data",
    "data_info": "the description of its data",
}  # where a message has another name


def resume(
    directory: Path,
    family: str,
    *,
    epochs: int | None = None,
    source: str | None = None,
    opening: Callable[[Callable[..., Run]], OpenRun] = lambda open_run: open_run,
    **session: Any,
) -> tuple[Module, list[Score]]:
    """Resume the run in `directory` with its own data, settings, seed and kernel backend.

    family     the command that it was given to: vae, gan or rnn
    epochs     train it further, to this many epochs in all or by `MoreEpochs`; a finished run needs them
    source     where its data are now, if they were moved
    opening    how several ranks open the run together (`distributed.Together.opening`)
    session    as for a Run: save_every, max_minutes, quiet, tensorboard
    Raises BadInput where there is no run of that family, where it is finished, where its data have changed, and
    where it cannot be trained further.
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
    if source is not None:
        found = replace(found, load=partial(_load_moved, found.load))
    source = source or present_source(source_of(config, directory), directory)
    settings = settings_of(found, config, directory)
    open_run: Callable[..., Run] = partial(open_again, directory, **session)
    if epochs is not None and not is_as_before(directory, settings, epochs):
        longer = extend(directory, config, found, settings, epochs)
        settings = settings_of(found, longer.config, directory)
        open_run = partial(_open_further, directory, longer=longer, **session)
    with kernels.use(config.backend):
        reload = None
        if config.init_from:
            reload, begun = (
                partial(saved_weights, directory, config),
                without_weights(directory, found, config),
            )
            found = replace(
                found, load=lambda source, settings: begun.as_trained(begun.task.load(source, settings))
            )
        return train_task(
            found, source, settings, config.seed, opening(open_run), settled=None, reload=reload
        )


def _load_moved(load: Callable[[str, Any], Any], source: str, settings: Any) -> Any:
    """Data from another place than the run's. Whether they are its data is seen by their content (`FIXED`)."""
    return load(source, replace_settings(settings, **settings_for(source, as_dict(settings))))


def open_again(directory: Path, now: RunConfig, **session: Any) -> Run:
    """The run in `directory`, resumed or begun. Raises BadInput if it was begun with something else.

    now    the configuration that a new run would have
    """
    begun = (directory / "config.json").exists()
    config = read_config(directory) if begun else now
    _check_unchanged(directory, now, config)
    return Run(directory, config, resume=begun, **session)


class Finished(Exception):
    """The run that `open_unfinished` was to resume is finished."""


def open_unfinished(directory: Path, now: RunConfig, **session: Any) -> Run:
    """As `open_again`. Raises Finished for a run that is finished and was begun with the same configuration."""
    if (directory / "model.safetensors").exists():
        _check_unchanged(directory, now, read_config(directory))
        raise Finished
    return open_again(directory, now, **session)


def _open_further(directory: Path, now: RunConfig, *, longer: Extension, **session: Any) -> Run:
    """The run in `directory`, resumed with more epochs. Raises BadInput if its data or its model have changed."""
    _check_unchanged(directory, now, longer.config)
    run = Run(directory, longer.config, resume=True, further=True, **session)
    for line in longer.lines:
        run.message(line)
    return run


def _check_unchanged(directory: Path, now: RunConfig, config: RunConfig) -> None:
    changed = [name for name in FIXED if getattr(now, name) != getattr(config, name)]
    if changed:
        what = NAMES.get(changed[0], f"its {changed[0]}")
        raise BadInput(
            f"{directory} cannot be resumed: {what} changed since it began; restore that, or train again with "
            "another --out"
        )
