"""Early stopping: training ends when the validation number no longer improves.

Prechelt (1998), "Early stopping — but when?": the finished model is that of the epoch with the best validation
number.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.nn import Module


class EarlyStopping:
    """Stops a training after some epochs without improvement, and keeps the weights of the best epoch.

    name                of the number, as the training logs it once per epoch
    patience            epochs without improvement after which the training stops; at least 1
    higher_is_better    True for a bound, False for bits or a loss

    An equal number is no improvement, and NaN never is. Raises ValueError for a patience below 1.

        run.stop_early(EarlyStopping("validation_loss", patience=5, higher_is_better=False))
    """

    def __init__(self, name: str, patience: int, *, higher_is_better: bool):
        if patience < 1:
            raise ValueError(f"patience is at least 1 epoch, not {patience}")
        self.name, self.patience, self.higher_is_better = name, patience, higher_is_better
        self.best_epoch = 0  # epochs count from 1
        self.best: float | None = None  # None: no number yet
        self.waited = 0  # epochs since the best one
        self._weights: dict[str, np.ndarray] = {}

    @property
    def is_exhausted(self) -> bool:
        """Whether the training has to stop."""
        return self.waited >= self.patience

    def look(self, epoch: int, number: float, model: Module) -> None:
        """Compare the number of an epoch that has ended with the best one; keep the weights of a better one."""
        if self._is_better(number):
            self.best_epoch, self.best, self.waited = epoch, number, 0
            self._weights = model.state_dict()  # a copy
        else:
            self.waited += 1

    def restore_best(self, model: Module) -> None:
        """Give the model the weights of the best epoch, if there was one."""
        if self._weights:
            model.load_state_dict(self._weights)

    def summary(self, done: int, n: int) -> str:
        """One line on which epoch was best, after `done` of n epochs."""
        if self.best is None:
            return f"{self.name} was never a number; the weights are those of the last epoch, {done}"
        early = f", stopped after {self.waited} without improvement" if done < n else ""
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
        """Restore a state that `state_dict` returned."""
        self.best_epoch, self.best, self.waited = (state[name] for name in ("best_epoch", "best", "waited"))
        prefix = "weights."
        self._weights = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
