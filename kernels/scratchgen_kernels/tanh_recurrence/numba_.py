"""The recurrence, compiled on the first call.

Why it is fast: only the part that must go step by step is compiled: the whole sequence in one call, with the
examples shared among threads. A step adds h_{t−1} W_hh to the contribution of the input, four examples at a time,
and applies the bias and a vectorised tanh in one pass. NumPy's BLAS computes the products that do not depend on
the former step, for all T·B rows at once; it is faster than the product here.
"""

import numpy as np

from scratchgen_kernels.jit import compiled
from scratchgen_kernels.matmul.numba_ import add_product
from scratchgen_kernels.tanh_recurrence.products import input_gradients, recurrent_gradient
from scratchgen_kernels.threads import in_parallel
from scratchgen_kernels.vector_math.numba_ import tanh

GRAIN_SIZE = 2**21  # multiplications that pay for a thread, some 100 µs


@compiled
def forward(h, h0, W_hh, b_h, start, stop):
    """From x_t W_xh to h_t, in place, for examples start … stop − 1.   h: (T, B, H)"""
    T, _, H = h.shape
    for t in range(T):
        h_before = h[t - 1] if t > 0 else h0
        add_product(h_before[start:stop], W_hh, h[t, start:stop])
        for i in range(start, stop):
            h_ti = h[t, i]
            for j in range(H):
                h_ti[j] = tanh(h_ti[j] + b_h[j])


@compiled
def backward(h, W_hh_T, delta, g_h0, start, stop):
    """δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²) and g_h0, for examples start … stop − 1.   W_hh_T = W_hhᵀ

    delta comes as a copy of g.
    """
    T, _, H = h.shape
    one = h.dtype.type(1)  # 1 − h is float64 for any h
    for t in range(T - 1, -1, -1):
        if t < T - 1:
            add_product(delta[t + 1, start:stop], W_hh_T, delta[t, start:stop])
        for i in range(start, stop):
            h_ti, delta_ti = h[t, i], delta[t, i]
            for j in range(H):
                delta_ti[j] = delta_ti[j] * (one - h_ti[j] * h_ti[j])
    if T > 0:
        add_product(delta[0, start:stop], W_hh_T, g_h0[start:stop])


def tanh_recurrence(x, h0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H)."""
    (T, B, D), H = x.shape, h0.shape[1]
    h = (x.reshape(T * B, D) @ W_xh).reshape(T, B, H)
    grain_size = GRAIN_SIZE // max(T * H * H, 1)
    in_parallel(lambda start, stop: forward(h, h0, W_hh, b_h, start, stop), B, grain_size, multiple=4)
    return h


def tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh):
    """g, h: (T, B, H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_h)."""
    (T, B, H), W = h.shape, np.ascontiguousarray(W_hh.T)
    delta, g_h0 = g.copy(), np.zeros_like(h0)
    grain_size = GRAIN_SIZE // max(T * H * H, 1)
    in_parallel(lambda start, stop: backward(h, W, delta, g_h0, start, stop), B, grain_size, multiple=4)
    g_x, g_W_xh, g_b_h = input_gradients(delta, x, W_xh)
    return g_x, g_h0, g_W_xh, recurrent_gradient(delta, h, h0), g_b_h
