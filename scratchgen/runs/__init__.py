"""Runs: a training recorded in a directory, with its log, checkpoints, scores, report and finished weights.

For a loop of your own, `History` records in memory and needs NumPy alone; `Run` also writes a directory:

    run = sg.runs.Run("runs/mine", {"hidden": 64})          # the settings: any JSON values
    run.track(model=model, optimizer=optimizer, rng=rng)    # what the training changes
    for epoch in run.epochs(10):
        for x in run.steps(sg.data.batches(data, batch_size=32, rng=rng)):
            ...
            run.log(loss=loss.item())
    run.save(model)

Killed at any moment, the same program continues with `Run("runs/mine", {"hidden": 64}, resume=True)`, and the
result is bit-identical.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers; at run time `__getattr__` loads them
    from scratchgen.runs.config import RunConfig
    from scratchgen.runs.early_stopping import EarlyStopping
    from scratchgen.runs.history import History
    from scratchgen.runs.record import Record, read_record
    from scratchgen.runs.run import Run
    from scratchgen.runs.saving import load, save
    from scratchgen.runs.stopped import Stopped

PLACES = {
    "EarlyStopping": "early_stopping",
    "History": "history",
    "Record": "record",
    "Run": "run",
    "RunConfig": "config",
    "Stopped": "stopped",
    "load": "saving",
    "read_record": "record",
    "save": "saving",
}

__all__ = ["EarlyStopping", "History", "Record", "Run", "RunConfig", "Stopped", "load", "read_record", "save"]


if not TYPE_CHECKING:  # a checker that sees this function accepts every name

    def __getattr__(name: str) -> Any:
        """Load a member of the package when it is first used: a History needs NumPy alone."""
        if name in PLACES:
            return getattr(import_module(f"scratchgen.runs.{PLACES[name]}"), name)
        raise AttributeError(f"module 'scratchgen.runs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
