"""The recurrence of long short-term memory (LSTM): the contract.

    (i_t, f_t, g_t, o_t) = (σ, σ, tanh, σ)(x_t W_xh + h_{t−1} W_hh + b_h)
    c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t
    h_t = o_t ⊙ tanh(c_t),                     t = 1 … T,   h_0 = h0,   c_0 = c0

The columns of the weights hold the gates in the order i (input), f (forget), g (candidate) and o (output):

    x: (T, B, D), h0, c0: (B, H), W_xh: (D, 4H), W_hh: (H, 4H), b_h: (4H,)
    → states: (2, T, B, H), h and then c; gates: (T, B, 4H), the values i, f, g, o after σ and tanh
    x_t is x[t − 1], h_t is states[0, t − 1], c_t is states[1, t − 1]

and backwards, for the cotangents g_h = ∂L/∂h and g_c = ∂L/∂c, by back-propagation through time:

    δh_t = (g_h)_t + δa_{t+1} W_hhᵀ,           δa_{T+1} = δc_{T+1} = 0
    δc_t = (g_c)_t + δc_{t+1} ⊙ f_{t+1} + δh_t ⊙ o_t ⊙ (1 − tanh² c_t)
    δi = δc ⊙ g ⊙ i (1 − i)                    δf = δc ⊙ c_{t−1} ⊙ f (1 − f)
    δg = δc ⊙ i ⊙ (1 − g²)                     δo = δh ⊙ tanh(c) ⊙ o (1 − o)
    (g_x)_t = δa_t W_xhᵀ    g_W_xh = Σ_t x_tᵀ δa_t    g_W_hh = Σ_t h_{t−1}ᵀ δa_t    g_b_h = Σ_t Σ_batch δa_t

with δa = (δi, δf, δg, δo), g_h0 = δa_1 W_hhᵀ, g_c0 = δc_1 ⊙ f_1.

- All arguments share one dtype, float32 or float64; every result has it too.
- Any dimension may be 0; without time steps states are empty and the gradients are zero.
- Any memory layout; the inputs are not modified, the results are new arrays.
- NaN propagates: once a state of an example is NaN, all its later h are (W_hh mixes the units). Infinite
  inputs saturate the gates. Backends agree to rounding.
- There is one bias per gate: in a library with two (b_ih and b_hh), it is their sum.

Source: Hochreiter & Schmidhuber (1997), with the forget gate of Gers, Schmidhuber & Cummins (2000), without
peepholes. The weights here act from the right, on row vectors.
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Cython first: one call for the whole sequence, with products as fast as a BLAS and vectorised gates. Numba comes
# next: the same steps with a slower product.
KERNEL = Kernel("lstm_recurrence", __name__, auto=("cython", "numba", "numpy", "loops"))
GATES = 4


def lstm_recurrence(
    x: np.ndarray,
    h0: np.ndarray,
    c0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_h: np.ndarray,
    *,
    backend: str | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """All states and gates of an LSTM.

    c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t,   h_t = o_t ⊙ tanh(c_t)

    x: (T, B, D), h0, c0: (B, H), W_xh: (D, 4H), W_hh: (H, 4H), b_h: (4H,), gates in the order i, f, g, o, one
    dtype of float32 or float64 → states: (2, T, B, H), h and c; gates: (T, B, 4H), for the backward pass; the
    same dtype, new arrays.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for another rank or shapes that do not match;
    BackendUnavailable. Source: Gers, Schmidhuber & Cummins (2000).   Ledger: rnn.lstm
    """
    kernel = "lstm_recurrence"
    x, h0, c0, W_xh, W_hh = _inputs(kernel, x, h0, c0, W_xh, W_hh)
    b_h = checks.float_array(kernel, "b_h", b_h, rank=1)
    checks.same_dtype(kernel, x=x, b_h=b_h)
    checks.has_shape(kernel, "b_h", b_h, (GATES * h0.shape[1],), "(4H,)")
    return KERNEL.module(backend).lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h)


def lstm_recurrence_backward(
    g: np.ndarray,
    states: np.ndarray,
    gates: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    c0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    *,
    backend: str | None = None,
) -> tuple[np.ndarray, ...]:
    """Gradients of a loss L by back-propagation through time, from g = ∂L/∂states.

    g: (2, T, B, H); states, gates: the results of ``lstm_recurrence``; the other arguments: as in the forward call;
    one dtype of float32 or float64 → (g_x, g_h0, g_c0, g_W_xh, g_W_hh, g_b_h), each of the shape of its
    argument, b_h: (4H,). Gradients of the weights are sums over time and batch.
    backend: as for ``lstm_recurrence``.

    Raises: TypeError for another type or dtype; ValueError for another rank or shapes that do not match;
    BackendUnavailable. Source: Hochreiter & Schmidhuber (1997), appendix A, here without truncation.
    Ledger: rnn.lstm
    """
    kernel = "lstm_recurrence_backward"
    x, h0, c0, W_xh, W_hh = _inputs(kernel, x, h0, c0, W_xh, W_hh)
    g = checks.float_array(kernel, "g", g, rank=4)
    states = checks.float_array(kernel, "states", states, rank=4)
    gates = checks.float_array(kernel, "gates", gates, rank=3)
    checks.same_dtype(kernel, x=x, g=g, states=states, gates=gates)
    (T, B), H = x.shape[:2], h0.shape[1]
    checks.has_shape(kernel, "g", g, (2, T, B, H), "(2, T, B, H)")
    checks.has_shape(kernel, "states", states, (2, T, B, H), "(2, T, B, H)")
    checks.has_shape(kernel, "gates", gates, (T, B, GATES * H), "(T, B, 4H)")
    return KERNEL.module(backend).lstm_recurrence_backward(g, states, gates, x, h0, c0, W_xh, W_hh)


def _inputs(kernel, x, h0, c0, W_xh, W_hh):
    x = checks.float_array(kernel, "x", x, rank=3)
    h0 = checks.float_array(kernel, "h0", h0, rank=2)
    c0 = checks.float_array(kernel, "c0", c0, rank=2)
    W_xh = checks.float_array(kernel, "W_xh", W_xh, rank=2)
    W_hh = checks.float_array(kernel, "W_hh", W_hh, rank=2)
    checks.same_dtype(kernel, x=x, h0=h0, c0=c0, W_xh=W_xh, W_hh=W_hh)
    (T, B, D), H = x.shape, h0.shape[1]
    checks.has_shape(kernel, "h0", h0, (B, H), "(B, H)")
    checks.has_shape(kernel, "c0", c0, (B, H), "(B, H)")
    checks.has_shape(kernel, "W_xh", W_xh, (D, GATES * H), "(D, 4H)")
    checks.has_shape(kernel, "W_hh", W_hh, (H, GATES * H), "(H, 4H)")
    checks.result_size(kernel, (T, B, GATES * H), x.itemsize)
    return x, h0, c0, W_xh, W_hh
