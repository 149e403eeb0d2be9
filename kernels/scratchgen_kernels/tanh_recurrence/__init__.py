"""The tanh recurrence of a plain recurrent network: the contract.

    h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h),   t = 1 … T,   h_0 = h0

    x: (T, B, D), h0: (B, H), W_xh: (D, H), W_hh: (H, H), b_h: (H,) → h: (T, B, H); x_t is x[t − 1], h_t is h[t − 1]

and backwards, for the cotangent g = ∂L/∂h, by back-propagation through time:

    δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²),    δ_{T+1} = 0
    (g_x)_t = δ_t W_xhᵀ       g_h0 = δ_1 W_hhᵀ        g_b_h = Σ_t Σ_batch δ_t
    g_W_xh = Σ_t x_tᵀ δ_t     g_W_hh = Σ_t h_{t−1}ᵀ δ_t

- All arguments share one dtype, float32 or float64; every result has it too.
- Any dimension may be 0; without time steps h is empty, g_h0 and the gradients of the weights are zero.
- Any memory layout; the inputs are not modified, the results are new arrays.
- NaN propagates: once h_t of an example is NaN, all its later steps are (W_hh mixes the units). tanh(±∞) is
  ±1, so an infinity in x may saturate a unit instead of spreading. Backends agree to rounding.
- g is the sum of all cotangents of h, from a loss on h and from further layers.

Source: Elman (1990); Werbos (1990), Backpropagation through time; Goodfellow et al., Deep Learning (2016),
eq. 10.8 and §10.2.2. The weights here act from the right, on row vectors.
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Cython first: its products are about as fast as NumPy's BLAS, its tanh is faster, and a sequence is one call: 1.2 to
# 1.4 times as fast for the batches of training, more than three times for one example at a time, as in sampling
# text. Numba takes the same steps with a slower product.
KERNEL = Kernel("tanh_recurrence", __name__, auto=("cython", "numba", "numpy", "loops"))


def tanh_recurrence(
    x: np.ndarray,
    h0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_h: np.ndarray,
    *,
    backend: str | None = None,
) -> np.ndarray:
    """All hidden states of a tanh recurrence.

    h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h),   t = 1 … T,   h_0 = h0

    x: (T, B, D), h0: (B, H), W_xh: (D, H), W_hh: (H, H), b_h: (H,), one dtype of float32 or float64
    → h: (T, B, H), the same dtype, a new array.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for another rank or shapes that do not match;
    BackendUnavailable. Source: Deep Learning (2016), eq. 10.8.   Ledger: rnn.hidden
    """
    x, h0, W_xh, W_hh = _inputs("tanh_recurrence", x, h0, W_xh, W_hh)
    b_h = checks.float_array("tanh_recurrence", "b_h", b_h, rank=1)
    checks.same_dtype("tanh_recurrence", x=x, b_h=b_h)
    checks.has_shape("tanh_recurrence", "b_h", b_h, h0.shape[1:], "(H,)")
    return KERNEL.module(backend).tanh_recurrence(x, h0, W_xh, W_hh, b_h)


def tanh_recurrence_backward(
    g: np.ndarray,
    h: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    *,
    backend: str | None = None,
) -> tuple[np.ndarray, ...]:
    """Gradients of a loss L by back-propagation through time, from g = ∂L/∂h.

    δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²),    δ_{T+1} = 0,    g_h0 = δ_1 W_hhᵀ

    g: (T, B, H); h: (T, B, H), the result of ``tanh_recurrence``; the other arguments: as in the forward call; one
    dtype of float32 or float64 → (g_x, g_h0, g_W_xh, g_W_hh, g_b_h), each of the shape of its argument,
    b_h: (H,). Gradients of the weights are sums over time and batch.
    backend: as for ``tanh_recurrence``.

    Raises: TypeError for another type or dtype; ValueError for another rank or shapes that do not match;
    BackendUnavailable. Source: Deep Learning (2016), §10.2.2.   Ledger: rnn.bptt
    """
    kernel = "tanh_recurrence_backward"
    x, h0, W_xh, W_hh = _inputs(kernel, x, h0, W_xh, W_hh)
    g = checks.float_array(kernel, "g", g, rank=3)
    h = checks.float_array(kernel, "h", h, rank=3)
    checks.same_dtype(kernel, x=x, g=g, h=h)
    states = (x.shape[0], *h0.shape)
    checks.has_shape(kernel, "g", g, states, "(T, B, H)")
    checks.has_shape(kernel, "h", h, states, "(T, B, H)")
    return KERNEL.module(backend).tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh)


def _inputs(kernel, x, h0, W_xh, W_hh):
    x = checks.float_array(kernel, "x", x, rank=3)
    h0 = checks.float_array(kernel, "h0", h0, rank=2)
    W_xh = checks.float_array(kernel, "W_xh", W_xh, rank=2)
    W_hh = checks.float_array(kernel, "W_hh", W_hh, rank=2)
    checks.same_dtype(kernel, x=x, h0=h0, W_xh=W_xh, W_hh=W_hh)
    (T, B, D), H = x.shape, h0.shape[1]
    checks.has_shape(kernel, "h0", h0, (B, H), "(B, H)")
    checks.has_shape(kernel, "W_xh", W_xh, (D, H), "(D, H)")
    checks.has_shape(kernel, "W_hh", W_hh, (H, H), "(H, H)")
    checks.result_size(kernel, (T, B, H), x.itemsize)
    return x, h0, W_xh, W_hh
