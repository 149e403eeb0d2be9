"""The cross entropy of independent Bernoulli variables, from logits: the contract.

    L_i = Σ_d −x_id log σ(a_id) − (1 − x_id) log(1 − σ(a_id)) = Σ_d softplus(a_id) − x_id a_id

    softplus(a) = log(1 + exp a),    σ(a) = 1 / (1 + exp(−a))

and backwards, for the cotangent g = ∂L/∂(the losses):

    g_logits_id = g_i (σ(a_id) − x_id)

- logits: (..., D) → (...): the sum over the last axis in nats, without any mean.
- x has the shape of the logits, or that shape without some of its first axes: then x is shared along them, as by
  several samples of one batch. x may be grey, in [0, 1]; other numbers are accepted too.
- logits, x and g share one dtype, float32 or float64; every result has it too.
- No probability is formed, so there is no logarithm of 0: the loss of a logit of ±10⁴ is 10⁴ or 0.
- Any dimension may be 0; D = 0 gives 0. Any memory layout; the inputs are not modified, the results are new.
- NaN in an element of logits or x makes the loss of its row NaN, and its own element of g_logits. Backends
  add in different orders, so they agree to rounding.

Source: Goodfellow et al., Deep Learning (2016), §6.2.2.2, eq. 6.24–6.26.
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Compiled first: one pass, where NumPy makes one pass per operation.
KERNEL = Kernel("bernoulli_cross_entropy", __name__, auto=("cython", "numba", "numpy", "loops"))


def bernoulli_cross_entropy(logits: np.ndarray, x: np.ndarray, *, backend: str | None = None) -> np.ndarray:
    """−log p(x) of independent Bernoulli variables, summed over the last axis.

    L_i = Σ_d softplus(a_id) − x_id a_id

    logits: (..., D), x: the same shape, or its last axes; one dtype of float32 or float64 → (...) nats, the
    same dtype, a new array.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for logits without an axis or shapes that do not
    match; BackendUnavailable. Source: Deep Learning (2016), eq. 6.24–6.26.   Ledger: vae.likelihood
    """
    logits, x = _pair("bernoulli_cross_entropy", logits, x)
    a, pixels = _rows(logits), _rows(x)
    return KERNEL.module(backend).bernoulli_cross_entropy(a, pixels).reshape(logits.shape[:-1])


def bernoulli_cross_entropy_backward(
    g: np.ndarray, logits: np.ndarray, x: np.ndarray, *, backend: str | None = None
) -> np.ndarray:
    """Gradient of the logits, from g = ∂L/∂(the losses).

    g_logits_id = g_i (σ(a_id) − x_id)

    g: (...), logits, x: the arguments of ``bernoulli_cross_entropy`` → g_logits: (..., D), a new array.
    backend: as for ``bernoulli_cross_entropy``.

    Raises: as ``bernoulli_cross_entropy``. Source: Deep Learning (2016), §6.2.2.2.   Ledger: vae.likelihood
    """
    kernel = "bernoulli_cross_entropy_backward"
    logits, x = _pair(kernel, logits, x)
    g = checks.float_array(kernel, "g", g)
    checks.same_dtype(kernel, g=g, logits=logits)
    checks.has_shape(kernel, "g", g, logits.shape[:-1], "logits.shape[:-1]")
    a, pixels = _rows(logits), _rows(x)
    g_logits = KERNEL.module(backend).bernoulli_cross_entropy_backward(g.reshape(-1), a, pixels)
    return g_logits.reshape(logits.shape)


def _pair(kernel, logits, x):
    logits, x = checks.float_array(kernel, "logits", logits), checks.float_array(kernel, "x", x)
    checks.same_dtype(kernel, logits=logits, x=x)
    if logits.ndim == 0 or x.ndim == 0:
        raise ValueError(f"{kernel}: logits and x must have a last axis, over which the loss is summed")
    checks.has_shape(kernel, "x", x, logits.shape[max(logits.ndim - x.ndim, 0) :], "logits.shape or its end")
    return logits, x


def _rows(array):
    """(..., D) as (N, D), also where D = 0."""
    if array.ndim == 2:
        return array
    n = 1
    for length in array.shape[:-1]:
        n *= length
    return array.reshape(n, array.shape[-1])
