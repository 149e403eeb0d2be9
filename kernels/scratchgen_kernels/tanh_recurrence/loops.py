"""The recurrence and its gradients, every index written out: t time, i example, d input, j and k units."""

import numpy as np


def tanh_recurrence(x, h0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H)."""
    (T, B, D), H = x.shape, h0.shape[1]
    h = np.empty((T, B, H), x.dtype)
    for t in range(T):
        h_before = h[t - 1] if t > 0 else h0
        for i in range(B):
            for j in range(H):
                a = b_h[j]
                for d in range(D):
                    a += x[t, i, d] * W_xh[d, j]
                for k in range(H):
                    a += h_before[i, k] * W_hh[k, j]
                h[t, i, j] = np.tanh(a)
    return h


def tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh):
    """g, h: (T, B, H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_h)."""
    (T, B, D), H = x.shape, h0.shape[1]
    g_x, g_h0 = np.zeros_like(x), np.zeros_like(h0)
    g_W_xh, g_W_hh, g_b_h = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros(H, x.dtype)
    for t in reversed(range(T)):
        h_before = h[t - 1] if t > 0 else h0
        from_later, g_h0 = g_h0, np.zeros_like(h0)  # δ_{t+1} W_hhᵀ, and room for δ_t W_hhᵀ
        for i in range(B):
            for j in range(H):
                delta = (g[t, i, j] + from_later[i, j]) * (1 - h[t, i, j] * h[t, i, j])
                g_b_h[j] += delta
                for d in range(D):
                    g_x[t, i, d] += delta * W_xh[d, j]
                    g_W_xh[d, j] += x[t, i, d] * delta
                for k in range(H):
                    g_h0[i, k] += delta * W_hh[k, j]
                    g_W_hh[k, j] += h_before[i, k] * delta
    return g_x, g_h0, g_W_xh, g_W_hh, g_b_h
