"""The check of the parts that every training loop takes: what records it, optimisers, schedules."""

from __future__ import annotations

from typing import Any

from scratchgen.errors import described
from scratchgen.optim.optimizer import Optimizer
from scratchgen.optim.schedules import Schedule

RECORDS = ("track", "epochs", "steps", "log", "message", "save_checkpoint")  # the methods of a `TrainingRun`


def check_parts(run: Any, schedules: dict[str, Any], **optimizers: Any) -> None:
    """Raise TypeError for a part of a training loop that is something else, such as the name of an optimiser.

    run           a `TrainingRun`, or any object with its methods
    schedules     by name; None is the loop's own default
    optimizers    by name
    """
    if isinstance(run, type) or any(not hasattr(run, method) for method in RECORDS):
        raise TypeError(
            f"run records the training: a runs.History(), or a runs.Run(directory, settings), not {described(run)}"
        )
    for name, optimizer in optimizers.items():
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{name} is an optimiser, such as optim.Adam(model.parameters()), not {described(optimizer)}"
            )
    for name, schedule in schedules.items():
        if schedule is not None and not isinstance(schedule, Schedule):
            raise TypeError(
                f"{name} is a schedule, such as optim.schedules.half_cosine(), not {described(schedule)}; "
                "optim.Schedule(f) makes one of a function f(t, T)"
            )
