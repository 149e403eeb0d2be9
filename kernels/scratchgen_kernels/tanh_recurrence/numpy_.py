"""The recurrence with whole arrays: one step of Python per time step, everything else a matrix product."""

import numpy as np


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
    return gradients(delta, g_h, h, x, h0, W_xh)


def from_input(x, W_xh, b_h):
    """What the inputs add to every step, x_t W_xh + b_h, as one product over T·B rows: (T, B, H)."""
    T, B, D = x.shape
    return (x.reshape(T * B, D) @ W_xh + b_h).reshape(T, B, len(b_h))


def gradients(delta, g_h0, h, x, h0, W_xh):
    """All gradients from δ: (T, B, H), each sum over time one product over T·B rows."""
    (T, B, D), H = x.shape, h0.shape[1]
    h_before = np.concatenate([h0[None], h])[:T].reshape(T * B, H)
    rows = delta.reshape(T * B, H)
    g_x = (rows @ W_xh.T).reshape(T, B, D)
    return g_x, g_h0, x.reshape(T * B, D).T @ rows, h_before.T @ rows, rows.sum(axis=0)
