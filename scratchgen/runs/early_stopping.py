"""Early stopping: training ends when the validation number has stopped getting better.

Prechelt (1998), "Early stopping — but when?": the model is that of the epoch that validated best, and the
wait for a better one has an end.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.nn import Module


class EarlyStopping:
    """Waits so many epochs for a better number, and remembers the weights of the best.

    name                of the number, as a training logs it once an epoch
    epochs              without a better number, after which the wait is over; at least 1
    higher_is_better    as of a bound; else lower is, as of bits

    Equal is not better, and NaN never is. Its state can be saved and put back, weights and all.
    """

    def __init__(self, name: str, epochs: int, *, higher_is_better: bool):
        if epochs < 1:
            raise ValueError(f"patience is at least 1 epoch, not {epochs}")
        self.name, self.epochs, self.higher_is_better = name, epochs, higher_is_better
        self.best_epoch = 0  # epochs count from 1
        self.best: float | None = None  # None: no number yet
        self.waited = 0
        self._weights: dict[str, np.ndarray] = {}

    @property
    def finished(self) -> bool:
        """Whether the wait has been long enough."""
        return self.waited >= self.epochs

    def look(self, epoch: int, number: float, model: Module) -> None:
        """At the end of an epoch: is this the best so far?"""
        if self._is_better(number):
            self.best_epoch, self.best, self.waited = epoch, number, 0
            self._weights = model.state_dict()  # a copy
        else:
            self.waited += 1

    def install(self, model: Module) -> None:
        """Give the model the weights of the best epoch, if there was one."""
        if self._weights:
            model.load_state_dict(self._weights)

    def summary(self, done: int, n: int) -> str:
        """Which epoch was best, after `done` of n epochs."""
        if self.best is None:
            return f"{self.name} was never a number; the weights are those of the last epoch, {done}"
        early = f", stopped as {self.waited} were no better" if done < n else ""
        best = f"{self.name.replace('_', ' ')} {self.best:.3f}"
        return f"best epoch {self.best_epoch}, {best}; its weights are kept ({done} epochs of {n}{early})"

    def _is_better(self, number: float) -> bool:
        if self.best is None:
            return not math.isnan(number)
        return number > self.best if self.higher_is_better else number < self.best

    def state_dict(self) -> dict[str, Any]:
        """Everything that `load_state_dict` needs: numbers, and a copy of the best weights."""
        numbers = {"best_epoch": self.best_epoch, "best": self.best, "waited": self.waited}
        return {**numbers, **{f"weights.{name}": array for name, array in self._weights.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Put back what `state_dict` gave."""
        self.best_epoch, self.best, self.waited = (state[name] for name in ("best_epoch", "best", "waited"))
        prefix = "weights."
        self._weights = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
