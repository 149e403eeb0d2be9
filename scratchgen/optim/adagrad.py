"""Adagrad: the gradient over the root of the sum of its squares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scratchgen.errors import check_numbers
from scratchgen.nn import Parameter
from scratchgen.optim.optimizer import Optimizer


class Adagrad(Optimizer):
    """The gradient divided by the root of the sum of all its squares so far.

        v ← v + g²
        θ ← θ − α g / (√v + ε)

    learning_rate    α > 0
    eps              ε ≥ 0, keeps the division finite

    Source: Duchi, Hazan & Singer (2011), section 1.1, the diagonal form; defaults of PyTorch.
    Ledger: optim.adagrad
    """

    moments = ("v",)
    v: list[np.ndarray]

    def __init__(
        self,
        parameters: Iterable[Parameter] | Iterable[dict[str, Any]],
        learning_rate: float = 1e-2,
        eps: float = 1e-10,
    ):
        super().__init__(parameters, learning_rate=learning_rate, eps=eps)

    def check(self, options: dict[str, Any]) -> None:
        """Raise ValueError for options that are out of range."""
        super().check(options)
        check_numbers("[0, ∞)", eps=options["eps"])

    def update(self, theta: np.ndarray, g: np.ndarray, v: np.ndarray, *, alpha: float, eps: float) -> None:
        """v ← v + g²,   θ ← θ − α g / (√v + ε).   Ledger: optim.adagrad"""
        v += g * g
        theta -= alpha * g / (np.sqrt(v) + eps)
