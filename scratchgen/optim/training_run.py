"""What a training loop needs of the object that records it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class TrainingRun(Protocol):
    """The recorder of a training loop: `runs.History` in memory, `runs.Run` in a directory, or a class of your own.

    epoch          the number of the current epoch, from 1
    step           steps of this epoch that are done;  total_steps: of all epochs

        run.track(model=model, optimizer=optimizer, rng=rng)
        for epoch in run.epochs(10):
            for x in run.steps(batches(data, batch_size=128, rng=rng)):
                ...
                run.log(loss=loss.item())
    """

    epoch: int
    step: int
    total_steps: int

    def track(self, **things: Any) -> None:
        """Name the objects that the training changes, so that they can be saved and restored."""

    def epochs(self, n: int) -> Iterator[int]:
        """1, 2, …, n; at the end of each epoch the means of its logged numbers are recorded."""

    def steps(self, items: Iterable[T]) -> Iterator[T]:
        """The items of one epoch; a step is done when the loop asks for the next item."""

    def log(self, **numbers: float) -> None:
        """Record numbers of this step."""

    def message(self, line: str) -> None:
        """Show a line that deserves attention."""

    def save_checkpoint(self) -> None:
        """Save everything that is tracked; a recorder in memory does nothing."""
