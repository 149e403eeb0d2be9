"""The recurrence of gated recurrent units (GRU): the contract.

    r_t = σ(x_t W_xr + b_xr + h_{t−1} W_hr + b_hr)              reset gate
    z_t = σ(x_t W_xz + b_xz + h_{t−1} W_hz + b_hz)              update gate
    m_t = h_{t−1} W_hn + b_hn
    n_t = tanh(x_t W_xn + b_xn + r_t ⊙ m_t)                     candidate
    h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1},                      t = 1 … T,   h_0 = h0

The reset gate acts *after* the matrix product, on m_t: so one product serves all three gates. This is the
variant of the first version of Cho et al. (arXiv:1406.1078v1) and of cuDNN; in the published version the gate acts
on h_{t−1}, before the product. The columns of the weights hold r, z and n, in this order:

    x: (T, B, D), h0: (B, H), W_xh: (D, 3H), W_hh: (H, 3H), b_x, b_h: (3H,)
    → h: (T, B, H); gates: (T, B, 4H), the values r, z, n and m; x_t is x[t − 1], h_t is h[t − 1]

Two biases are needed, because r multiplies the bias of m. Backwards, for g = ∂L/∂h, by back-propagation through time:

    δh_t = g_t + δh_{t+1} ⊙ z_{t+1} + δb_{t+1} W_hhᵀ,    δh_{T+1} = δb_{T+1} = 0
    δn = δh ⊙ (1 − z) ⊙ (1 − n²)        δz = δh ⊙ (h_{t−1} − n) ⊙ z (1 − z)        δr = δn ⊙ m ⊙ r (1 − r)
    δa = (δr, δz, δn) for the contribution of x,     δb = (δr, δz, δn ⊙ r) for the contribution of h
    (g_x)_t = δa_t W_xhᵀ    g_W_xh = Σ_t x_tᵀ δa_t    g_W_hh = Σ_t h_{t−1}ᵀ δb_t
    g_b_x = Σ_t Σ_batch δa_t    g_b_h = Σ_t Σ_batch δb_t    g_h0 = δh_1 ⊙ z_1 + δb_1 W_hhᵀ

- All arguments share one dtype, float32 or float64; every result has it too.
- Any dimension may be 0; without time steps h is empty and the gradients are zero.
- Any memory layout; the inputs are not modified, the results are new arrays.
- NaN propagates: once a unit of an example is NaN, all its later h are (W_hh mixes the units). Infinite
  inputs saturate the gates. Backends agree to rounding.

Source: Cho et al., Learning phrase representations using RNN encoder-decoder (2014), eq. 5-8, with z and
1 − z exchanged. The weights here act from the right, on row vectors.
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Cython first: one call for the whole sequence, with products as fast as a BLAS and vectorised gates. Numba comes
# next: the same steps with a slower product.
KERNEL = Kernel("gru_recurrence", __name__, auto=("cython", "numba", "numpy", "loops"))


def gru_recurrence(
    x: np.ndarray,
    h0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_x: np.ndarray,
    b_h: np.ndarray,
    *,
    backend: str | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """All hidden states and gates of a GRU.

    h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1}

    x: (T, B, D), h0: (B, H), W_xh: (D, 3H), W_hh: (H, 3H), b_x, b_h: (3H,), gates in the order r, z, n, one
    dtype of float32 or float64 → h: (T, B, H); gates: (T, B, 4H), for the backward pass; the same dtype, new
    arrays.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for another rank or shapes that do not match;
    BackendUnavailable. Source: Cho et al. (2014), eq. 5-8, the reset gate after the product.
    Ledger: rnn.gru
    """
    kernel = "gru_recurrence"
    x, h0, W_xh, W_hh = _inputs(kernel, x, h0, W_xh, W_hh)
    b_x = checks.float_array(kernel, "b_x", b_x, rank=1)
    b_h = checks.float_array(kernel, "b_h", b_h, rank=1)
    checks.same_dtype(kernel, x=x, b_x=b_x, b_h=b_h)
    checks.has_shape(kernel, "b_x", b_x, W_hh.shape[1:], "(3H,)")
    checks.has_shape(kernel, "b_h", b_h, W_hh.shape[1:], "(3H,)")
    return KERNEL.module(backend).gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h)


def gru_recurrence_backward(
    g: np.ndarray,
    h: np.ndarray,
    gates: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    *,
    backend: str | None = None,
) -> tuple[np.ndarray, ...]:
    """Gradients of a loss L by back-propagation through time, from g = ∂L/∂h.

    g: (T, B, H); h, gates: the results of ``gru_recurrence``; the other arguments: as in the forward call; one dtype
    of float32 or float64 → (g_x, g_h0, g_W_xh, g_W_hh, g_b_x, g_b_h), each of the shape of its argument, b_x
    and b_h: (3H,). Gradients of the weights are sums over time and batch.
    backend: as for ``gru_recurrence``.

    Raises: TypeError for another type or dtype; ValueError for another rank or shapes that do not match;
    BackendUnavailable. Source: Deep Learning (2016), §10.2.2, of the equations of ``gru_recurrence``.
    Ledger: rnn.gru
    """
    kernel = "gru_recurrence_backward"
    x, h0, W_xh, W_hh = _inputs(kernel, x, h0, W_xh, W_hh)
    g = checks.float_array(kernel, "g", g, rank=3)
    h = checks.float_array(kernel, "h", h, rank=3)
    gates = checks.float_array(kernel, "gates", gates, rank=3)
    checks.same_dtype(kernel, x=x, g=g, h=h, gates=gates)
    (T, B), H = x.shape[:2], h0.shape[1]
    checks.has_shape(kernel, "g", g, (T, B, H), "(T, B, H)")
    checks.has_shape(kernel, "h", h, (T, B, H), "(T, B, H)")
    checks.has_shape(kernel, "gates", gates, (T, B, 4 * H), "(T, B, 4H)")
    return KERNEL.module(backend).gru_recurrence_backward(g, h, gates, x, h0, W_xh, W_hh)


def _inputs(kernel, x, h0, W_xh, W_hh):
    x = checks.float_array(kernel, "x", x, rank=3)
    h0 = checks.float_array(kernel, "h0", h0, rank=2)
    W_xh = checks.float_array(kernel, "W_xh", W_xh, rank=2)
    W_hh = checks.float_array(kernel, "W_hh", W_hh, rank=2)
    checks.same_dtype(kernel, x=x, h0=h0, W_xh=W_xh, W_hh=W_hh)
    (T, B, D), H = x.shape, h0.shape[1]
    checks.has_shape(kernel, "h0", h0, (B, H), "(B, H)")
    checks.has_shape(kernel, "W_xh", W_xh, (D, 3 * H), "(D, 3H)")
    checks.has_shape(kernel, "W_hh", W_hh, (H, 3 * H), "(H, 3H)")
    checks.result_size(kernel, (T, B, 4 * H), x.itemsize)
    return x, h0, W_xh, W_hh
