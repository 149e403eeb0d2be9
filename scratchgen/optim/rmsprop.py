"""RMSProp: the gradient over the root of its mean square."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scratchgen.errors import check_numbers
from scratchgen.nn import Parameter
from scratchgen.optim.optimizer import Optimizer


class RMSProp(Optimizer):
    """The gradient divided by the root of a moving average of its square.

        v ← β₂ v + (1 − β₂) g²
        θ ← θ − α g / (√v + ε)

    learning_rate    α > 0
    beta2            β₂ in [0, 1), the decay of the average
    eps              ε ≥ 0, keeps the division finite

    Source: Tieleman & Hinton (2012), Neural networks for machine learning, lecture 6.5; defaults of PyTorch.
    Ledger: optim.rmsprop
    """

    moments = ("v",)
    v: list[np.ndarray]

    def __init__(
        self,
        parameters: Iterable[Parameter] | Iterable[dict[str, Any]],
        learning_rate: float = 1e-2,
        beta2: float = 0.99,
        eps: float = 1e-8,
    ):
        super().__init__(parameters, learning_rate=learning_rate, beta2=beta2, eps=eps)

    def check(self, options: dict[str, Any]) -> None:
        """Raise ValueError for options that are out of range."""
        super().check(options)
        check_numbers("[0, 1)", beta2=options["beta2"])
        check_numbers("[0, ∞)", eps=options["eps"])

    def update(
        self, theta: np.ndarray, g: np.ndarray, v: np.ndarray, *, alpha: float, beta2: float, eps: float
    ) -> None:
        """v ← β₂ v + (1 − β₂) g²,   θ ← θ − α g / (√v + ε).   Ledger: optim.rmsprop"""
        v *= beta2
        v += (1 - beta2) * (g * g)
        theta -= alpha * g / (np.sqrt(v) + eps)
