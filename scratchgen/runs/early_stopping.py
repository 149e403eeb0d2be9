"""Early stopping: training ends when the validation number has stopped improving.

Prechelt (1998), "Early stopping — but when?": the final weights are those of the epoch that validated best.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.errors import check_counts
from scratchgen.nn import Module


class EarlyStopping:
    """Stops a training without improvement, and holds the weights of the best epoch.

        run.stop_early(EarlyStopping("validation_elbo", patience=5, higher_is_better=True))

    name                of the validation number, as the training logs it once per epoch
    patience            epochs without improvement after which the training stops; at least 1
    higher_is_better    True for a bound or an accuracy, False for a loss

    An equal number is no improvement, and NaN never is. The state, with the weights, can be saved and restored.
    Raises ValueError for a patience below 1.
    """

    def __init__(self, name: str, patience: int, *, higher_is_better: bool) -> None:
        check_counts(patience=patience)
        self.name, self.patience, self.higher_is_better = name, patience, higher_is_better
        self.best_epoch = 0  # epochs count from 1
        self.best: float | None = None  # the best number so far
        self.epochs_without_improvement = 0
        self._weights: dict[str, np.ndarray] = {}

    @property
    def finished(self) -> bool:
        """Whether there were `patience` epochs without improvement."""
        return self.epochs_without_improvement >= self.patience

    def update(self, epoch: int, number: float, model: Module) -> None:
        """Note the validation number of an epoch; if it is the best so far, copy the weights."""
        if self._improves(number):
            self.best_epoch, self.best, self.epochs_without_improvement = epoch, number, 0
            self._weights = model.state_dict()  # a copy
        else:
            self.epochs_without_improvement += 1

    def count_anew(self) -> None:
        """Forget the epochs without improvement, so that training continues; the best epoch stays the best so far."""
        self.epochs_without_improvement = 0

    def restore_best(self, model: Module) -> None:
        """Give the model the weights of the best epoch, if there was one."""
        if self._weights:
            model.load_state_dict(self._weights)

    def summary(self, done: int, n: int) -> str:
        """One line about the best epoch, after `done` of n epochs."""
        if self.best is None:
            return f"{self.name} was never a number; the weights are those of the last epoch, {done}"
        early = f", stopped after {self.epochs_without_improvement} without improvement" if done < n else ""
        best = f"{self.name.replace('_', ' ')} {self.best:.3f}"
        return (
            f"best epoch {self.best_epoch}, {best}; the weights are those of it ({done} of {n} epochs{early})"
        )

    def _improves(self, number: float) -> bool:
        if self.best is None:
            return not math.isnan(number)
        return number > self.best if self.higher_is_better else number < self.best

    def state_dict(self) -> dict[str, Any]:
        """Numbers, and a copy of the best weights: what `load_state_dict` needs."""
        numbers = {
            "best_epoch": self.best_epoch,
            "best": self.best,
            "epochs_without_improvement": self.epochs_without_improvement,
        }
        return {**numbers, **{f"weights.{name}": array.copy() for name, array in self._weights.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state that `state_dict` returned."""
        self.best_epoch, self.best = state["best_epoch"], state["best"]
        self.epochs_without_improvement = state["epochs_without_improvement"]
        prefix = "weights."
        self._weights = {k.removeprefix(prefix): v.copy() for k, v in state.items() if k.startswith(prefix)}
