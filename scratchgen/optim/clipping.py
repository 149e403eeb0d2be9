"""The norm of the gradient, and its bound."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.nn import Parameter


def grad_norm(parameters: Iterable[Parameter]) -> float:
    """‖g‖, the joint norm of all gradients; a parameter without a gradient counts as 0.

    Ledger: rnn.clipping
    """
    gradients = (p.grad for p in parameters if p.grad is not None)
    return math.sqrt(sum(float(np.vdot(g, g)) for g in gradients))


def clip_grad_norm(parameters: Iterable[Parameter], maximum: float) -> float:
    """Scale all gradients so that their joint norm ‖g‖ is at most `maximum`; return ‖g‖ before scaling.

    g ← g · min(1, maximum / ‖g‖).   Call it after backward() and before step(). Raises BadInput unless
    maximum > 0; infinity only measures the norm.
    Source: Pascanu et al. (2013), algorithm 1.   Ledger: rnn.clipping
    """
    if not isinstance(maximum, Real) or not maximum > 0:
        raise BadInput(f"maximum, of the norm of the gradient, must be above 0, not {maximum!r}")
    parameters = list(parameters)
    norm = grad_norm(parameters)
    if norm > maximum:
        for p in parameters:
            if p.grad is not None:
                p.grad *= maximum / norm
    return norm
