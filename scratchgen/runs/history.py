"""The record of a training in memory, and the state from which it can be resumed."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from scratchgen.runs import state
from scratchgen.runs.early_stopping import EarlyStopping


class History:
    """The record of a training in memory: a loop needs nothing else, and a Run adds a directory.

        run.track(model=model, optimizer=optimizer, rng=rng)
        for epoch in run.epochs(10):
            for x in run.steps(batches(data, batch_size=128, rng=rng)):
                ...
                run.log(loss=loss.item())

    history    for each name that was logged, its means by epoch
    epoch      the number of the current epoch, from 1;  step: how many steps of it are done

    A loop that is resumed from a saved state continues at the same step: `epochs` begins at the epoch of the
    state, with the `rng` as it was when that epoch began, so that the data come in the same order again; `steps`
    skips the steps that were done, and then restores the state of every tracked object.

    With an EarlyStopping (`stop_early`), `epochs` ends after some epochs without improvement, and the model that
    is tracked as `model` has the weights of the best epoch; `best_epoch` is logged.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = defaultdict(list)
        self.by_epoch: list[dict[str, float]] = []
        self.latest: dict[str, float] = {}
        self.epoch, self.step, self.total_steps = 1, 0, 0
        self._sums: dict[str, list] = {}  # of this epoch: name → [sum, count]
        self._things: dict[str, Any] = {}
        self._watching: list[Any] = []
        self._order: dict[str, Any] = {}  # the state of rng at the beginning of this epoch
        self._to_put_back: tuple[dict, dict] | None = None
        self.early_stopping: EarlyStopping | None = None

    def track(self, **things: Any) -> None:
        """Name every object that the training changes: its state is saved, and restored when resumed.

        `model` is the model whose weights early stopping restores; `rng` is the generator of the order of the
        data.
        """
        self._things |= things

    def stop_early(self, early_stopping: EarlyStopping) -> None:
        """Stop after some epochs without improvement of a logged number, with the weights of the best epoch."""
        self.early_stopping = early_stopping
        self.track(early_stopping=early_stopping)

    def observe(self, **things: Any) -> None:
        """Track objects that observe the training: `look()` of each is called at the end of every epoch."""
        self._watching += things.values()
        self.track(**things)

    def epochs(self, n: int) -> Iterator[int]:
        """1, 2, …, n; at the end of each, the means of the numbers logged in it go into `history`."""
        if self.step == 0:  # the state is that of the end of an epoch: there are no steps to pass over
            self._put_back()
        while self.epoch <= n and not (self.early_stopping and self.early_stopping.is_exhausted):
            self._set_order()
            yield self.epoch
            self._close_epoch()
            self.epoch, self.step = self.epoch + 1, 0
        self.after_epochs()
        if self.early_stopping:
            self.early_stopping.restore_best(self._things["model"])

    def steps(self, items: Iterable) -> Iterator:
        """The items of one epoch; when the loop comes back for the next, a step is done."""
        items = iter(items)
        if self._to_put_back is not None:
            for _ in range(self.step):
                next(items)
            self._put_back()
        for item in items:
            yield item
            self.step += 1
            self.total_steps += 1
            self.after_step()

    def after_step(self) -> None:
        """Called after every step; a Run shows its progress and saves here."""

    def save_checkpoint(self) -> None:
        """Called before the error when a training cannot continue; a Run saves the last good state here."""

    def after_epochs(self) -> None:
        """Called after the last epoch; a Run saves its last state here."""

    def log(self, **numbers: float) -> None:
        """Record numbers of this step. A number that is logged several times in an epoch is averaged over it."""
        for name, number in numbers.items():
            entry = self._sums.setdefault(name, [0.0, 0])
            entry[0] += float(number)
            entry[1] += 1
            self.latest[name] = float(number)

    def message(self, line: str) -> None:
        """Show a line that deserves attention, as a warning."""
        warnings.warn(line, stacklevel=3)

    def _set_order(self) -> None:
        rng = self._things.get("rng")
        if rng is not None:
            if self._to_put_back is not None:
                state.restore(rng, self._order)
            self._order = state.state_of(rng)

    def _put_back(self) -> None:
        if self._to_put_back is not None:
            state.unpack(self._things, *self._to_put_back)
            self._to_put_back = None

    def _close_epoch(self) -> None:
        means = {name: total / count for name, (total, count) in self._sums.items()}
        if self.early_stopping:
            self.early_stopping.look(self.epoch, means[self.early_stopping.name], self._things["model"])
            means["best_epoch"] = self.early_stopping.best_epoch
        for thing in self._watching:
            thing.look()
        self._sums.clear()
        self.latest = dict(means)  # numbers of former epochs alone are not shown any more
        self._note(means)

    def _note(self, means: dict[str, float]) -> None:
        self.by_epoch.append(means)
        for name, mean in means.items():
            self.history[name].append(mean)

    # --- saving and resuming ------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        """The state at the end of a step, or of the last epoch: arrays, and the other values as JSON."""
        arrays, numbers = state.pack(self._things)
        place = {"epoch": self.epoch, "step": self.step, "total_steps": self.total_steps}
        record = {"by_epoch": self.by_epoch, "sums": self._sums, "order": self._order}
        return arrays, {**place, **record, "tracked": numbers}

    def resume(self, arrays: dict[str, np.ndarray], numbers: dict) -> None:
        """Let the next loop begin where `state()` was taken."""
        self._to_put_back = arrays, numbers["tracked"]
        self.epoch, self.step, self.total_steps = (numbers[k] for k in ("epoch", "step", "total_steps"))
        for means in numbers["by_epoch"]:
            self._note(means)
        self._sums, self._order = numbers["sums"], numbers["order"]
