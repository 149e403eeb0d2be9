"""A bias and an activation in one pass: the contract.

    y_ij = f(x_ij + b_j)        f(s) = s, tanh s, 1 / (1 + exp(−s)) or max(s, 0):
                                identity, tanh, sigmoid, relu

and backwards, for the cotangent g = ∂L/∂y. Each derivative is a function of y, so x is not needed:

    g_x_ij = g_ij f′_ij        g_b_j = Σ_i g_x_ij
    f′ = 1,    1 − y²,    y (1 − y),    1 where y > 0 else 0

- x: (..., H), b: (H,), g and y: the shape of x; one dtype of float32 or float64; every result has it too.
- Any dimension may be 0. Any memory layout; the inputs are not modified, the results are new arrays.
- NaN reaches its own element of y and g_x, and to its column of g_b; relu of NaN is NaN. Backends
  agree to rounding.

Source: Goodfellow et al., Deep Learning (2016), §6.2–6.3 and eq. 6.36; derivatives: §6.5.6.
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

ACTIVATIONS = ("identity", "tanh", "sigmoid", "relu")

# Compiled first: one pass over the array, where NumPy makes one pass per operation.
KERNEL = Kernel("bias_activation", __name__, auto=("cython", "numba", "numpy", "loops"))


def bias_activation(
    x: np.ndarray, b: np.ndarray, activation: str, *, backend: str | None = None
) -> np.ndarray:
    """y = f(x + b), with one bias per column.

    y_ij = f(x_ij + b_j)

    x: (..., H), b: (H,), one dtype of float32 or float64; activation: "identity", "tanh", "sigmoid" or "relu"
    → y: the shape of x, the same dtype, a new array.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for shapes that do not match or another
    activation; BackendUnavailable. Source: Deep Learning (2016), §6.3.   Ledger: kernels.bias_activation
    """
    x, b = (
        checks.float_array("bias_activation", "x", x),
        checks.float_array("bias_activation", "b", b, rank=1),
    )
    checks.same_dtype("bias_activation", x=x, b=b)
    _check_activation("bias_activation", activation)
    if x.ndim == 0:
        raise ValueError("bias_activation: x must have a last axis, with one bias per place")
    checks.has_shape("bias_activation", "b", b, x.shape[-1:], "(H,)")
    return KERNEL.module(backend).bias_activation(_rows(x), b, activation).reshape(x.shape)


def bias_activation_backward(
    g: np.ndarray, y: np.ndarray, activation: str, *, backend: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of x and b, from g = ∂L/∂y.

    g_x_ij = g_ij f′(y_ij)        g_b_j = Σ_i g_x_ij

    g, y: (..., H), one dtype; y the result of ``bias_activation`` → (g_x: (..., H), g_b: (H,)), new
    arrays. activation and backend: as for ``bias_activation``.

    Raises: as ``bias_activation``. Source: Deep Learning (2016), §6.5.6.   Ledger: kernels.bias_activation
    """
    kernel = "bias_activation_backward"
    g, y = checks.float_array(kernel, "g", g), checks.float_array(kernel, "y", y)
    checks.same_dtype(kernel, g=g, y=y)
    _check_activation(kernel, activation)
    if y.ndim == 0:
        raise ValueError(f"{kernel}: y must have a last axis, with one bias per place")
    checks.has_shape(kernel, "g", g, y.shape, "y.shape")
    g_x, g_b = KERNEL.module(backend).bias_activation_backward(_rows(g), _rows(y), activation)
    return g_x.reshape(y.shape), g_b


def _check_activation(kernel, activation):
    if not isinstance(activation, str):
        raise TypeError(f"{kernel}: activation must be a name, got {checks.describe(activation)}")
    if activation not in ACTIVATIONS:
        raise ValueError(f"{kernel}: activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")


def _rows(array):
    """(..., H) as (N, H), also where H = 0."""
    if array.ndim == 2:
        return array
    n = 1
    for length in array.shape[:-1]:
        n *= length
    return array.reshape(n, array.shape[-1])
