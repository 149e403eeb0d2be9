"""The norm of the gradient, and its bound."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from scratchgen.nn import Parameter


def grad_norm(parameters: Iterable[Parameter]) -> float:
    """‖g‖, the joint norm of all gradients; a parameter without a gradient counts as 0.

    Ledger: rnn.clipping
    """
    return math.sqrt(sum(float(np.vdot(p.grad, p.grad)) for p in parameters if p.grad is not None))


def clip_grad_norm(parameters: Iterable[Parameter], maximum: float) -> float:
    """Scale all gradients so that their joint norm ‖g‖ is at most `maximum`; return ‖g‖ before scaling.

    g ← g · min(1, maximum / ‖g‖).   Call it after backward() and before step().
    Source: Pascanu et al. (2013), algorithm 1.   Ledger: rnn.clipping
    """
    with_grad = [p for p in parameters if p.grad is not None]
    norm = grad_norm(with_grad)
    if norm > maximum:
        for p in with_grad:
            p.grad *= maximum / norm
    return norm
