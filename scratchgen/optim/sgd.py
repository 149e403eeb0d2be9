"""Stochastic gradient descent, with momentum or Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scratchgen.errors import check_numbers
from scratchgen.nn import Parameter
from scratchgen.optim.optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent.

        v ← μ v + g
        θ ← θ − α v             momentum
        θ ← θ − α (g + μ v)     nesterov

    learning_rate    α > 0
    momentum         μ in [0, 1); 0 is plain gradient descent
    nesterov         whether the step looks ahead along the momentum

    Source: Polyak (1964); Sutskever et al. (2013), eq. 1-4, with v scaled by −1/α, as in PyTorch.
    Ledger: optim.sgd, optim.momentum, optim.nesterov
    """

    moments = ("v",)
    v: list[np.ndarray]

    def __init__(
        self,
        parameters: Iterable[Parameter] | Iterable[dict[str, Any]],
        learning_rate: float = 1e-3,
        momentum: float = 0.0,
        nesterov: bool = False,
    ):
        super().__init__(parameters, learning_rate=learning_rate, momentum=momentum, nesterov=nesterov)

    def check(self, options: dict[str, Any]) -> None:
        """Raise ValueError for options that are out of range."""
        super().check(options)
        check_numbers("[0, 1)", momentum=options["momentum"])
        if options["nesterov"] and options["momentum"] == 0:
            raise ValueError("nesterov needs a momentum above 0; give momentum=0.9")

    def update(
        self,
        theta: np.ndarray,
        g: np.ndarray,
        v: np.ndarray,
        *,
        alpha: float,
        momentum: float,
        nesterov: bool,
    ) -> None:
        """v ← μ v + g, then θ ← θ − α v, or θ ← θ − α (g + μ v) for Nesterov's momentum.

        Ledger: optim.sgd, optim.momentum, optim.nesterov
        """
        v *= momentum
        v += g
        theta -= alpha * (g + momentum * v) if nesterov else alpha * v
