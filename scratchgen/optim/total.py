"""The sum over the parts of a batch: loss, logged numbers, changes of buffers, gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Total:
    """The loss and what belongs to it, each summed over parts times their weights.

    loss         of the batch
    numbers      to log, by name
    changes      of the buffers, from their state before the step
    gradients    of the parameters, in their order; None where the loss does not depend on one

    a + b takes the arrays of a over: new memory would take longer than the sum.
    """

    loss: float
    numbers: dict[str, float]
    changes: Sequence[np.ndarray]
    gradients: list[np.ndarray | None]

    def __add__(self, other: Total) -> Total:
        return Total(
            self.loss + other.loss,
            {name: number + other.numbers[name] for name, number in self.numbers.items()},
            [d + e for d, e in zip(self.changes, other.changes, strict=True)],
            [added(g, h) for g, h in zip(self.gradients, other.gradients, strict=True)],
        )


def summed(a: Any, b: Any) -> Any:
    """a + b for values or totals, of which a total takes the arrays of a over; None adds nothing."""
    return b if a is None else a if b is None else a + b


def added(g: np.ndarray | None, h: np.ndarray | None) -> np.ndarray | None:
    """g + h in the memory of g; None adds nothing."""
    return h if g is None else g if h is None else np.add(g, h, out=g)
