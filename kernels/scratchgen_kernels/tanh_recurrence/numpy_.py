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
    g_x, g_W_xh, g_b_h = through_input(delta, x, W_xh)
    return g_x, g_h, g_W_xh, through_states(delta, h, h0), g_b_h


def from_input(x, W_xh, b_h):
    """What the inputs add to every step, x_t W_xh + b_h, as one product over T·B rows: (T, B, H)."""
    T, B, D = x.shape
    return (x.reshape(T * B, D) @ W_xh + b_h).reshape(T, B, len(b_h))


def through_input(delta, x, W_xh):
    """(g_x, g_W_xh, g_b_h) from δ: (T, B, H), each sum over time one product over T·B rows."""
    T, B, D = x.shape
    rows = delta.reshape(T * B, W_xh.shape[1])
    return (rows @ W_xh.T).reshape(x.shape), x.reshape(T * B, D).T @ rows, rows.sum(axis=0)


def through_states(delta, h, h0):
    """g_W_hh = Σ_t h_{t−1}ᵀ δ_t."""
    T, B, H = h.shape
    h_before = np.concatenate([h0[None], h])[:T].reshape(T * B, H)
    return h_before.T @ delta.reshape(T * B, delta.shape[2])
