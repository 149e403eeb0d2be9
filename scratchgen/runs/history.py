"""The history of a training, in memory, and its state: the place of the loop, and everything to resume there."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any, TypeVar

import numpy as np

from scratchgen.errors import BadInput, check_counts, described
from scratchgen.optim import Ranks
from scratchgen.optim.ranks import ALONE
from scratchgen.runs import state
from scratchgen.runs.early_stopping import EarlyStopping
from scratchgen.runs.rank_comparison import RankComparison

T = TypeVar("T")
END: Any = object()  # of the data


class History:
    """Records a training, so that the loop holds nothing but the algorithm:

        run = History()
        run.track(model=model, optimizer=optimizer, rng=rng)
        for epoch in run.epochs(10):
            for x in run.steps(batches(data, batch_size=128, rng=rng)):
                ...
                run.log(loss=loss.item())
        run.history["loss"]      # the mean loss of every epoch

    history        the means of the logged numbers by epoch, for each name
    by_epoch       the same, one dictionary per epoch
    latest         the numbers that were logged last
    epoch, step    the number of the current epoch, from 1, and how many of its steps are done
    total_steps    steps done in all epochs
    ranks          that train together; `ALONE` by default

    A resumed loop continues where its state was taken: `epochs` begins with that epoch and restores the `rng`
    of its beginning, so that the data come in the same order; `steps` skips the steps that were done, and then
    restores the state of everything that is tracked.
    """

    def __init__(self, ranks: Ranks = ALONE) -> None:
        self.ranks = ranks
        self._comparison = RankComparison(ranks)
        self.history: dict[str, list[float]] = defaultdict(list)
        self.by_epoch: list[dict[str, float]] = []
        self.latest: dict[str, float] = {}
        self.epoch, self.step, self.total_steps = 1, 0, 0
        self.early_stopping: EarlyStopping | None = None
        self.trained_further = False  # whether early stopping that has ended a training counts anew
        self._sums: dict[str, list] = {}  # of this epoch: name → [sum, count]
        self._tracked: dict[str, Any] = {}
        self._observers: list[Any] = []
        self._loggers: list[Callable[[int, dict[str, float]], None]] = []
        self._order: dict | None = None  # the state of rng at the beginning of this epoch
        self._pending: tuple[dict, dict] | None = None  # the state that a resumed loop still has to restore

    def track(self, **things: Any) -> None:
        """Name everything that the training changes: it is saved with the run and restored when it resumes.

        things    models, optimisers, averages (`state_dict`, `load_state_dict`), generators (`state`), or plain
                  dictionaries; `rng` is the generator that draws the order of the data

        Raises TypeError for anything else.
        """
        for name, thing in things.items():
            state.check_state(name, thing)
        self._tracked |= things

    def stop_early(self, early_stopping: EarlyStopping) -> None:
        """End `epochs` when the validation number has stopped improving.

        The model that is tracked as `model` then has the weights of the best epoch, and `best_epoch` is logged.
        """
        if not isinstance(early_stopping, EarlyStopping):
            raise TypeError(f"early stopping is an EarlyStopping, not {described(early_stopping)}")
        self.early_stopping = early_stopping
        self.track(early_stopping=early_stopping)

    def observe(self, **observers: Any) -> None:
        """Track objects whose method `look()` is called at the end of every epoch.

        Raises TypeError for an object without it.
        """
        for name, observer in observers.items():
            if not hasattr(observer, "look"):
                raise TypeError(f"{name} has no method look() to call: {described(observer)}")
        self._observers += observers.values()
        self.track(**observers)

    def add_logger(self, logger: Callable[[int, dict[str, float]], None]) -> None:
        """Call logger(epoch, means) at the end of every epoch: a logger of your own, `print` for instance."""
        if not callable(logger):
            raise TypeError(f"a logger is a function of (epoch, means), not {described(logger)}")
        self._loggers.append(logger)

    def epochs(self, n: int) -> Iterator[int]:
        """1, 2, …, n; at the end of each, the means of the numbers logged in it go into `history`.

        Raises BadInput for a number of epochs that is no whole number.
        """
        check_counts(0, n=n)
        if self.step == 0:  # the state is that of the end of an epoch: there are no steps to skip
            self._restore()
        if self.trained_further and self.early_stopping and self.early_stopping.finished:
            self.early_stopping.count_anew()
        while self.epoch <= n and not (self.early_stopping and self.early_stopping.finished):
            self._set_order()
            yield self.epoch
            self._close_epoch()
            self.epoch, self.step = self.epoch + 1, 0
        self.after_epochs()
        if self.early_stopping:
            self.early_stopping.restore_best(self._tracked["model"])

    def steps(self, items: Iterable[T]) -> Iterator[T]:
        """The items of one epoch; a step is done when the loop asks for the next item."""
        items = iter(items)
        if self._pending is not None:
            for done in range(self.step):
                if next(items, END) is END:
                    raise BadInput(
                        f"the run was saved after {self.step} steps of an epoch, and the data have {done}; resume it "
                        "with the data that it was begun with"
                    )
            self._restore()
        for item in items:
            yield item
            self.step += 1
            self.total_steps += 1
            self.after_step()

    def after_step(self) -> None:
        """Called when a step is done; a Run saves and shows its progress here."""

    def save_checkpoint(self) -> None:
        """Called when a training cannot continue but its state is intact; a Run saves it."""

    def after_epochs(self) -> None:
        """Called when the last epoch is done; a Run saves here."""

    def log(self, **numbers: float) -> None:
        """Record numbers of this step. A number that is logged several times in an epoch is averaged over it.

        Raises TypeError, and records nothing, if a value is no number.
        """
        for name, number in {name: _as_float(name, number) for name, number in numbers.items()}.items():
            entry = self._sums.setdefault(name, [0.0, 0])
            entry[0] += number
            entry[1] += 1
            self.latest[name] = number

    def message(self, line: str) -> None:
        """Show a line that deserves attention, as a warning."""
        warnings.warn(line, stacklevel=3)

    def _set_order(self) -> None:
        rng = self._tracked.get("rng")
        if rng is not None:
            if self._pending is not None and self._order is not None:
                state.restore(rng, self._order)
            self._order = state.state_of(rng)

    def _restore(self) -> None:
        if self._pending is not None:
            state.unpack(self._tracked, *self._pending)
            self._pending = None

    def _close_epoch(self) -> None:
        means = {name: total / count for name, (total, count) in self._sums.items()}
        if self.early_stopping:
            self._check_early_stopping(self.early_stopping.name, means)
            self.early_stopping.update(self.epoch, means[self.early_stopping.name], self._tracked["model"])
            means["best_epoch"] = self.early_stopping.best_epoch
        for observer in self._observers:
            observer.look()
        self._sums.clear()
        self.latest = dict(means)  # numbers that only earlier epochs logged are not shown for ever
        self._record(means)
        for logger in self._loggers:
            logger(self.epoch, means)

    def _check_early_stopping(self, name: str, means: dict[str, float]) -> None:
        if name not in means:
            found = ", ".join(means) or "nothing"
            raise BadInput(
                f"early stopping watches {name!r}, and this epoch logged {found}; log it once per epoch, "
                f"run.log({name}=…)"
            )
        if "model" not in self._tracked:
            raise BadInput(
                "early stopping needs the model, whose best weights it keeps: run.track(model=model)"
            )

    def _record(self, means: dict[str, float]) -> None:
        self.by_epoch.append(means)
        for name, mean in means.items():
            self.history[name].append(mean)

    # --- saving and resuming ------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        """A copy of everything at the end of a step or of an epoch: arrays, and the rest as a JSON value."""
        arrays, numbers = state.pack(self._tracked)
        place = {"epoch": self.epoch, "step": self.step, "total_steps": self.total_steps}
        records = {"by_epoch": self.by_epoch, "sums": self._sums, "order": self._order}
        return arrays, {**place, **deepcopy(records), "tracked": numbers}

    def resume(self, arrays: dict[str, np.ndarray], numbers: dict) -> None:
        """Let the next loop begin where `state()` was taken."""
        numbers = deepcopy(numbers)
        self._pending = arrays, numbers["tracked"]
        self.epoch, self.step, self.total_steps = (numbers[k] for k in ("epoch", "step", "total_steps"))
        for means in numbers["by_epoch"]:
            self._record(means)
        self._sums, self._order = numbers["sums"], numbers["order"]


def _as_float(name: str, number: Any) -> float:
    try:
        return float(number)
    except (TypeError, ValueError):
        raise TypeError(
            f"a run logs numbers, and {name} is {described(number)}; take its mean or .item()"
        ) from None
