"""Training a run further: its last checkpoint, with more epochs than it was begun with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scratchgen.errors import BadInput
from scratchgen.runs import checkpoint
from scratchgen.runs.config import RunConfig
from scratchgen.runs.schema import as_dict, replace
from scratchgen.tasks.task import Task, TaskSettings


class MoreEpochs(int):
    """A number of epochs that is added to those of a run, written +20."""


def epochs_from(text: str) -> int:
    """A number of epochs from the command line: "20", or "+20" for `MoreEpochs`.   Raises ValueError."""
    return MoreEpochs(text) if text.strip().startswith("+") else int(text)


def is_finished(directory: Path) -> bool:
    """Whether the run in `directory` has its finished weights."""
    return (directory / "model.safetensors").exists()


def is_as_before(directory: Path, settings: TaskSettings, epochs: int) -> bool:
    """Whether the run is unfinished and has this number of epochs anyway, so that it is resumed as any other."""
    return not isinstance(epochs, MoreEpochs) and epochs == settings.epochs and not is_finished(directory)


@dataclass(frozen=True)
class Extension:
    """A run that is trained further.

    config    its new configuration
    lines     what to say when it continues
    """

    config: RunConfig
    lines: tuple[str, ...]


def extend(directory: Path, config: RunConfig, task: Task, settings: TaskSettings, epochs: int) -> Extension:
    """The run in `directory` with this many epochs in all, or with `MoreEpochs`.

    Training continues from the last checkpoint, with the optimiser and the random numbers of that moment, not
    from the weights of a best epoch. The result is that of a training with all these epochs from the start, bit
    by bit, unless the task names something that goes by the number of epochs (`Task.by_epochs`).

    Raises BadInput for a task whose model is trained in two parts, for a run without a checkpoint, for fewer
    epochs than it has already, and for `MoreEpochs` of a run that is not finished.
    """
    if task.further_epochs:
        raise BadInput(
            f"--epochs cannot be combined with --resume for a run of the task {task.name}, whose second part was "
            "trained on the result of the first; train again with --epochs, or with --init-from"
        )
    finished = is_finished(directory)
    found, _ = checkpoint.newest(directory / "checkpoints")
    if finished and found is None:
        raise BadInput(
            f"{directory / 'checkpoints'} is empty, so that the run cannot be trained further; begin a run with its "
            "weights: --init-from"
        )
    done = len(found.numbers["by_epoch"]) if found else 0
    if isinstance(epochs, MoreEpochs):
        if not finished:
            raise BadInput(
                f"{directory} was stopped after {done} of {settings.epochs} epochs, so that --epochs {epochs:+d} is "
                "ambiguous; resume it without --epochs, or give the number of all epochs"
            )
        if epochs < 1:
            raise BadInput(f"--epochs {epochs:+d}: give at least one more epoch, such as +10")
        epochs = done + epochs
    if epochs <= done:
        raise BadInput(
            f"--epochs {epochs}: {directory} has {done} epochs already; give more, or +10 for ten more"
        )
    longer = replace(settings, epochs=int(epochs), min_steps=0)
    waiting = found.numbers["tracked"].get("early_stopping", {}) if found else {}
    lines = _in_words(task, settings, waiting.get("epochs_without_improvement", 0), done, int(epochs))
    return Extension(config.further(as_dict(longer)), lines)


def _in_words(task: Task, settings: TaskSettings, waited: int, done: int, epochs: int) -> tuple[str, ...]:
    """What to say; `waited` counts the epochs without improvement."""
    from_the_start = f"{epochs} epochs from the start"
    first = f"training continues after epoch {done}, to {epochs} epochs"
    reasons, lines = list(task.by_epochs(settings)), []
    if settings.patience:
        stopped = waited >= settings.patience
        lines = [
            f"it continues with the weights of epoch {done}, not with the best ones, which are still the best so far"
            + ("; the epochs without improvement count anew" if stopped else "")
        ]
        if stopped:
            reasons.append(f"early stopping would end it after epoch {done}")
    if not reasons:
        return (f"{first}; the result is bit-identical to {from_the_start}", *lines)
    return (f"{first}; the result differs from {from_the_start}, because {' and '.join(reasons)}", *lines)
