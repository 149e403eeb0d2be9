"""Activations, and the logarithm of a sum of exponentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from scratchgen.autograd import Tensor, defvjp, primitive
from scratchgen.autograd.rules.reductions import expand_reduced
from scratchgen.errors import check_numbers
from scratchgen.functional.special import normal_cdf

if TYPE_CHECKING:
    Axis = int | tuple[int, ...] | None

__all__ = [
    "elu",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "logsumexp",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
]

Array = TypeVar("Array", Tensor, np.ndarray)


@primitive
def sigmoid(x):
    """σ(x) = 1 / (1 + exp(−x)), element by element, without overflow for large |x|.   Ledger: nn.sigmoid"""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


@primitive
def softplus(x):
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(−|x|)), element by element; the second form cannot overflow.

    Ledger: nn.softplus
    """
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@primitive
def relu(x):
    """max(x, 0), element by element; the derivative at 0 is 0.   Ledger: nn.relu"""
    return np.maximum(x, 0)


@primitive
def leaky_relu(x, slope: float = 0.2):
    """x where x > 0, slope · x elsewhere, element by element.   Ledger: nn.leaky_relu"""
    check_numbers(slope=slope)
    return np.where(x > 0, x, slope * x)


@primitive
def elu(x, alpha: float = 1.0):
    """x where x > 0, alpha (exp(x) − 1) elsewhere, element by element.

    Source: Clevert, Unterthiner & Hochreiter (2016), eq. 15.   Ledger: nn.elu
    """
    check_numbers(alpha=alpha)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


# σ' = σ(1 − σ)        softplus' = σ
defvjp(sigmoid, lambda g, y, x: g * y * (1 - y))
defvjp(softplus, lambda g, y, x: g * sigmoid(x))
defvjp(relu, lambda g, y, x: g * (x > 0))
defvjp(leaky_relu, lambda g, y, x, slope=0.2: np.where(x > 0, g, slope * g))
defvjp(elu, lambda g, y, x, alpha=1.0: g * np.where(x > 0, 1, y + alpha))


def silu(x: Array) -> Array:
    """x σ(x), element by element, also called swish.

    Source: Elfwing, Uchibe & Doya (2018), eq. 9.   Ledger: nn.silu
    """
    return x * sigmoid(x)


def gelu(x: Array) -> Array:
    """x Φ(x), element by element, Φ the distribution function of N(0, 1): the exact form, not that with tanh.

    Source: Hendrycks & Gimpel (2016), section 2.   Ledger: nn.gelu
    """
    return x * normal_cdf(x)


@primitive
def logsumexp(x, axis: Axis = -1, keepdims: bool = False):
    """log Σ_k exp(x_k) over an axis, a tuple of axes or all axes (None): (..., V) → (...).

    Special values: an element −∞ adds nothing; if all elements are −∞ (or V is 0) the result is −∞ with
    derivative 0. An element +∞ gives +∞, whose derivative by that element is NaN. NaN gives NaN.
    Ledger: nn.logsumexp
    """
    x = np.asarray(x, np.result_type(x, 0.0))
    m = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    m = np.where(
        np.isfinite(m), m, 0
    )  # after subtracting the maximum exp cannot overflow; ∞ − ∞ would be NaN
    with np.errstate(divide="ignore"):  # log 0 = −∞ is intended
        y = m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True))
    return y if keepdims else np.squeeze(y, axis)


# ∂y/∂x_k = exp(x_k − y)
def _logsumexp_grad(g, y, x, axis=-1, keepdims=False):
    y = np.where(np.equal(y, -np.inf), 0, y)  # exp(−∞ − 0) = 0, where −∞ − (−∞) would be NaN
    return expand_reduced(g, x, axis, keepdims) * np.exp(x - expand_reduced(y, x, axis, keepdims))


defvjp(logsumexp, _logsumexp_grad)


def log_softmax(x: Array, axis: Axis = -1) -> Array:
    """x_k − log Σ_j exp(x_j) along one or several axes; the result has the shape of x.   Ledger: nn.softmax"""
    return x - logsumexp(x, axis=axis, keepdims=True)


def softmax(x: Array, axis: Axis = -1) -> Array:
    """exp(x_k) / Σ_j exp(x_j) along one or several axes; the result has the shape of x.   Ledger: nn.softmax"""
    return np.exp(log_softmax(x, axis))  # type: ignore[return-value]  # NumPy's stubs do not know Tensor
