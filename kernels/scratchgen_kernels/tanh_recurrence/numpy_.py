"""The recurrence with whole arrays: one step of Python per time step, everything else a matrix product."""

import numpy as np

from scratchgen_kernels.tanh_recurrence.products import from_input, input_gradients, recurrent_gradient


def tanh_recurrence(x, h0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H)."""
    h = np.empty((x.shape[0], *h0.shape), x.dtype)
    a = from_input(x, W_xh, b_h)
    h_before = h0
    for t in range(len(x)):
        h_before = np.tanh(a[t] + h_before @ W_hh, out=h[t])
    return h


def tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh):
    """g, h: (T, B, H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_h)."""
    delta = np.empty_like(h)
    g_h = np.zeros_like(h0)
    for t in reversed(range(len(h))):
        np.multiply(g[t] + g_h, 1 - h[t] * h[t], out=delta[t])
        g_h = delta[t] @ W_hh.T
    g_x, g_W_xh, g_b_h = input_gradients(delta, x, W_xh)
    return g_x, g_h, g_W_xh, recurrent_gradient(delta, h, h0), g_b_h
