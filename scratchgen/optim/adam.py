"""Adam, and AdamW with decoupled weight decay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.errors import check_numbers
from scratchgen.nn import Parameter
from scratchgen.optim.optimizer import Optimizer


class Adam(Optimizer):
    """Steps of about α in every coordinate, whatever the scale of its gradient.

        m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
        v ← β₂ v + (1 − β₂) g²         v̂ = v / (1 − β₂ᵗ)
        θ ← θ − α m̂ / (√v̂ + ε)

    learning_rate    α > 0
    beta1, beta2     in [0, 1), the decays of the two averages
    eps              ε ≥ 0, keeps the division finite

    Computed by the kernel `adam`; its NumPy form is `scratchgen_kernels/adam/numpy_.py`.
    Source: Kingma & Ba (2015), algorithm 1.   Ledger: optim.adam
    """

    moments = ("m", "v")
    m: list[np.ndarray]
    v: list[np.ndarray]

    def __init__(
        self,
        parameters: Iterable[Parameter] | Iterable[dict[str, Any]],
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ):
        super().__init__(parameters, learning_rate=learning_rate, beta1=beta1, beta2=beta2, eps=eps)

    def check(self, options: dict[str, Any]) -> None:
        """Raise ValueError for options that are out of range."""
        super().check(options)
        _check(options["beta1"], options["beta2"], options["eps"])

    def update(
        self,
        theta: np.ndarray,
        g: np.ndarray,
        m: np.ndarray,
        v: np.ndarray,
        *,
        alpha: float,
        beta1: float,
        beta2: float,
        eps: float,
    ) -> None:
        """Step t of algorithm 1, by the kernel.   Ledger: optim.adam"""
        _adam(theta, g, m, v, self.t, alpha, beta1, beta2, eps)


class AdamW(Optimizer):
    """Adam with decoupled weight decay: parameters shrink by a factor that their gradient does not change.

        θ ← θ − α λ θ − α m̂ / (√v̂ + ε)     m̂ and v̂ as in Adam

    learning_rate, beta1, beta2, eps    as in Adam
    weight_decay                        λ ≥ 0; a group of parameters may have its own: see `no_decay`

    Source: Loshchilov & Hutter (2019), algorithm 2, where λ is not multiplied by α; as here in PyTorch.
    Ledger: optim.adamw
    """

    moments = ("m", "v")
    m: list[np.ndarray]
    v: list[np.ndarray]

    def __init__(
        self,
        parameters: Iterable[Parameter] | Iterable[dict[str, Any]],
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ):
        options = {"learning_rate": learning_rate, "beta1": beta1, "beta2": beta2, "eps": eps}
        super().__init__(parameters, **options, weight_decay=weight_decay)

    def check(self, options: dict[str, Any]) -> None:
        """Raise ValueError for options that are out of range."""
        super().check(options)
        _check(options["beta1"], options["beta2"], options["eps"])
        check_numbers("[0, ∞)", weight_decay=options["weight_decay"])

    def update(
        self,
        theta: np.ndarray,
        g: np.ndarray,
        m: np.ndarray,
        v: np.ndarray,
        *,
        alpha: float,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
    ) -> None:
        """Step t of algorithm 2, by the kernel: the decay α λ θ, then the step of Adam.   Ledger: optim.adamw"""
        _adam(theta, g, m, v, self.t, alpha, beta1, beta2, eps, weight_decay)


def _adam(theta: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, t: int, *numbers: float) -> None:
    """Call the kernel, which writes arrays that are contiguous; others are written through a copy."""
    arrays = theta, m, v
    if theta.flags.c_contiguous and m.flags.c_contiguous and v.flags.c_contiguous:
        kernels.adam(theta, g, m, v, t, *numbers)
        return
    written = [np.asarray(a, order="C") for a in arrays]  # the array itself, or a copy
    kernels.adam(written[0], g, written[1], written[2], t, *numbers)
    for a, w in zip(arrays, written, strict=True):
        if w is not a:
            a[...] = w


def _check(beta1: float, beta2: float, eps: float) -> None:
    check_numbers("[0, 1)", beta1=beta1, beta2=beta2)
    check_numbers("[0, ∞)", eps=eps)
