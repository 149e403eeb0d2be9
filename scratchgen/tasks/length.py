"""The length of a training: enough steps by default, and what to try where a run ends below its baseline."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from scratchgen.runs import schema
from scratchgen.runs.score import Score

if TYPE_CHECKING:
    from scratchgen.runs.run import Run
    from scratchgen.tasks.task import Task, TaskSettings

    S = TypeVar("S", bound=TaskSettings)

AT_THE_END = 0.9  # a validation number that was best in the last tenth of the epochs may still improve


def with_min_steps(task: Task[S, Any, Any, Any, Any], settings: S, epoch_steps: int) -> S:
    """The settings with so many epochs that at least `min_steps` steps are made.

    epoch_steps    the number of steps per epoch
    The patience grows in proportion where it has its default, and a task that validates keeps the weights of its
    best epoch: few examples seen often are soon memorised.
    """
    epochs = math.ceil(settings.min_steps / max(1, epoch_steps))
    if epochs <= settings.epochs:
        return settings
    patience = settings.patience
    if task.early_stopping and patience == type(settings)().patience:
        # a patience of all epochs never stops early
        patience = math.ceil(patience * epochs / settings.epochs) or epochs
    return schema.replace(settings, epochs=epochs, patience=patience)


def length_in_words(task: Task[S, Any, Any, Any, Any], settings: S, epoch_steps: int, *, longer: bool) -> str:
    """The line "10 epochs of 430 steps: 4,300 steps in batches of 128".

    longer    whether `min_steps` raised the number of epochs
    """
    epochs = settings.epochs + sum(getattr(settings, name) for name in task.further_epochs)
    line = (
        f"{_count(epochs, 'epoch')} of {_count(epoch_steps, 'step')}: {_count(epochs * epoch_steps, 'step')} "
        f"in batches of {settings.batch_size}"
    )
    if not longer:
        return line
    least = f"{settings.min_steps:,} steps"
    return f"{line} (the data are small: more epochs than usual, for at least {least}; --epochs sets them)"


def with_advice(task: Task[S, Any, Any, Any, Any], settings: S, run: Run, scores: list[Score]) -> list[Score]:
    """The scores; the first that is not as expected says how many steps were made, and what to try."""
    missed = next((i for i, score in enumerate(scores) if score.expected and not score.reached), None)
    if missed is None:
        return scores
    score = scores[missed]
    made = f"after {_count(run.total_steps, 'step')} ({_count(len(run.by_epoch), 'epoch')})"
    what = f"{score.measure}: {score.ours} {made}, expected {score.expected}"
    advice = f"{what}; try {task.what_to_try(settings, run) or _what_to_try(task, settings, run)}"
    return [*scores[:missed], replace(score, advice=advice), *scores[missed + 1 :]]


def _what_to_try(task: Task[S, Any, Any, Any, Any], settings: S, run: Run) -> str:
    """A longer training, or weights of an earlier epoch, or another model, as the validation number says."""
    more_epochs = f"more steps: --epochs {2 * settings.epochs}"
    if task.early_stopping is None:
        return more_epochs
    name, higher_is_better = task.early_stopping
    series = np.array(run.history[name]) * (1 if higher_is_better else -1)
    best = int(np.argmax(series)) + 1
    if best > AT_THE_END * len(series):
        return f"{more_epochs}; the validation number was still improving"
    if settings.patience:
        return "more data, or a smaller model; the weights are those of the best epoch"
    return (
        f"--patience {max(10, len(series) // 10)}, which keeps the best weights: the validation number was best "
        f"after epoch {best}; or more data, or a smaller model"
    )


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"
