"""The cross entropy of a categorical variable, from logits: the contract.

    L_i = −log softmax(a_i)[k_i] = log Σ_v exp(a_iv) − a_i,k_i

and backwards, for the cotangent g = ∂L/∂(the losses):

    g_logits_iv = g_i (softmax(a_i)_v − [v = k_i])

- logits: (..., V), float32 or float64; targets: (...), integers from 0 to V − 1 of any integer dtype → (...)
  in nats, without any mean. g has the dtype of the logits, and every result has it too.
- The largest logit of a row is subtracted first, so no exponential overflows.
- Any dimension may be 0, except V where there is a target. Any memory layout; the inputs are not modified, the
  results are new.
- NaN in a row makes the loss and the gradients of that row NaN, and no other. A logit of −∞ has probability
  0: its loss is +∞.

Source: Goodfellow et al., Deep Learning (2016), §6.2.2.3, eq. 6.29–6.30; Bridle (1990).
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Compiled first: a row stays in the first cache between its largest logit, its sum and its gradient.
KERNEL = Kernel("softmax_cross_entropy", __name__, auto=("cython", "numba", "numpy", "loops"))


def softmax_cross_entropy(
    logits: np.ndarray, targets: np.ndarray, *, backend: str | None = None
) -> np.ndarray:
    """−log softmax(logits)[target] of each prediction.

    L_i = log Σ_v exp(a_iv) − a_i,k_i

    logits: (..., V), float32 or float64; targets: (...) integers in 0 … V − 1 → (...) nats, a new array.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for shapes that do not match or a target that is
    not a class; BackendUnavailable. Source: Deep Learning (2016), eq. 6.30.   Ledger: nn.cross_entropy
    """
    rows, k = _pair("softmax_cross_entropy", logits, targets)
    return KERNEL.module(backend).softmax_cross_entropy(rows, k).reshape(np.shape(targets))


def softmax_cross_entropy_backward(
    g: np.ndarray, logits: np.ndarray, targets: np.ndarray, *, backend: str | None = None
) -> np.ndarray:
    """Gradient of the logits, from g = ∂L/∂(the losses).

    g_logits_iv = g_i (softmax(a_i)_v − [v = k_i])

    g: (...), logits, targets: the arguments of ``softmax_cross_entropy`` → g_logits: (..., V), a new array.
    backend: as for ``softmax_cross_entropy``.

    Raises: as ``softmax_cross_entropy``. Source: Deep Learning (2016), §6.2.2.3.   Ledger: nn.cross_entropy
    """
    kernel = "softmax_cross_entropy_backward"
    rows, k = _pair(kernel, logits, targets)
    g = checks.float_array(kernel, "g", g)
    checks.same_dtype(kernel, g=g, logits=rows)
    checks.has_shape(kernel, "g", g, targets.shape, "targets.shape")
    return KERNEL.module(backend).softmax_cross_entropy_backward(g.reshape(-1), rows, k).reshape(logits.shape)


def _pair(kernel, logits, targets):
    """logits as (N, V) and targets as int64 (N,), after the check that every target is a class."""
    logits = checks.float_array(kernel, "logits", logits)
    if (
        not isinstance(targets, np.ndarray)
        or isinstance(targets, np.ma.MaskedArray)
        or targets.dtype.kind not in "iu"
    ):
        raise TypeError(
            f"{kernel}: targets must be a NumPy array of integers, got {checks.describe(targets)}"
        )
    if logits.ndim == 0:
        raise ValueError(f"{kernel}: logits must have a last axis of classes")
    checks.has_shape(kernel, "targets", targets, logits.shape[:-1], "logits.shape[:-1]")
    V = logits.shape[-1]
    if targets.size and not (targets.min() >= 0 and targets.max() < V):
        raise ValueError(
            f"{kernel}: targets must lie in 0 … {V - 1}, got numbers from {targets.min()} to {targets.max()}"
        )
    k = np.ascontiguousarray(targets.reshape(-1), np.int64)
    return logits.reshape(len(k), V), k
