"""Losses of real numbers: the mean over the last axis, one number per example.

`loss.mean()` is then the mean over all elements, PyTorch's default reduction.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import check_numbers

__all__ = ["huber_loss", "l1_loss", "mse_loss"]

Array = TypeVar("Array", Tensor, np.ndarray)


def mse_loss(prediction: Array, target: Any) -> Array:
    """The mean squared error (1/D) Σ_d (y_d − t_d)²: predictions y and targets t (..., D) → (...).

    It is the −log-likelihood of a normal distribution with sigma² = ½, up to a constant and the factor D.
    Raises ValueError for shapes that differ: (B, 1) and (B,) would broadcast to all pairs.
    Source: Goodfellow et al., Deep Learning (2016), eq. 5.5.   Ledger: nn.mse
    """
    return np.mean(residuals(prediction, target) ** 2, axis=-1)


def l1_loss(prediction: Array, target: Any) -> Array:
    """The mean absolute error (1/D) Σ_d |y_d − t_d|: predictions y and targets t (..., D) → (...).

    Its best constant is the median. The derivative at y = t is 0. Raises ValueError for shapes that differ.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.5.5.   Ledger: nn.l1
    """
    return np.mean(np.abs(residuals(prediction, target)), axis=-1)


def huber_loss(prediction: Array, target: Any, delta: float = 1.0) -> Array:
    """The Huber loss: ½ r² where |r| = |y − t| ≤ delta, delta (|r| − ½ delta) elsewhere; mean over D, (..., D) → (...).

    Quadratic near the target and linear far from it, so that outliers pull with a limited slope.
    Raises ValueError for shapes that differ, and for delta that is not a finite number above 0.
    Source: Huber (1964), section 3.   Ledger: nn.huber
    """
    check_numbers("(0, ∞)", delta=delta)
    r: Any = residuals(prediction, target)
    near = np.clip(r, -delta, delta)
    return np.mean(near * (r - 0.5 * near), axis=-1)


def residuals(prediction: Array, target: Any) -> Array:
    """y − t, the errors of predictions.   Raises ValueError for shapes that differ."""
    if np.shape(prediction) != np.shape(target):
        raise ValueError(
            f"the predictions have shape {np.shape(prediction)} and the targets {np.shape(target)}; they must be equal"
        )
    return prediction - target
