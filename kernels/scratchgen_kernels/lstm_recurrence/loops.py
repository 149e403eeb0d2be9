"""The recurrence and its gradients, every index written out: t time, m example, d input, j and k units."""

import numpy as np


def sigmoid(a):
    """1 / (1 + exp(−a)), of one number, without overflow."""
    e = np.exp(-abs(a))
    return 1 / (1 + e) if a >= 0 else e / (1 + e)


def lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0, c0: (B, H) → states: (2, T, B, H), gates: (T, B, 4H)."""
    (T, B, D), H = x.shape, h0.shape[1]
    (h, c), gates = np.empty((2, T, B, H), x.dtype), np.empty((T, B, 4 * H), x.dtype)
    states = h.base
    for t in range(T):
        h_before, c_before = (h[t - 1], c[t - 1]) if t > 0 else (h0, c0)
        for m in range(B):
            for j in range(4 * H):
                a = b_h[j]
                for d in range(D):
                    a += x[t, m, d] * W_xh[d, j]
                for k in range(H):
                    a += h_before[m, k] * W_hh[k, j]
                gates[t, m, j] = np.tanh(a) if 2 * H <= j < 3 * H else sigmoid(a)
            for j in range(H):
                i, f, g, o = gates[t, m, j::H]
                c[t, m, j] = f * c_before[m, j] + i * g
                h[t, m, j] = o * np.tanh(c[t, m, j])
    return states, gates


def lstm_recurrence_backward(g, states, gates, x, h0, c0, W_xh, W_hh):
    """g, states: (2, T, B, H), gates: (T, B, 4H) → (g_x, g_h0, g_c0, g_W_xh, g_W_hh, g_b_h)."""
    (T, B, D), H = x.shape, h0.shape[1]
    (g_h, g_c), (h, c) = g, states
    g_x, g_h0, g_c0 = np.zeros_like(x), np.zeros_like(h0), np.zeros_like(c0)
    g_W_xh, g_W_hh, g_b_h = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros(4 * H, x.dtype)
    for t in reversed(range(T)):
        h_before, c_before = (h[t - 1], c[t - 1]) if t > 0 else (h0, c0)
        from_later, g_h0 = g_h0, np.zeros_like(h0)  # δa_{t+1} W_hhᵀ, and room for δa_t W_hhᵀ
        for m in range(B):
            delta = np.empty(4 * H, x.dtype)
            for j in range(H):
                i, f, n, o = gates[t, m, j::H]  # n is the candidate, elsewhere g
                tanh_c = np.tanh(c[t, m, j])
                delta_h = g_h[t, m, j] + from_later[m, j]
                delta_c = g_c[t, m, j] + g_c0[m, j] + delta_h * o * (1 - tanh_c * tanh_c)
                delta[j] = delta_c * n * i * (1 - i)
                delta[H + j] = delta_c * c_before[m, j] * f * (1 - f)
                delta[2 * H + j] = delta_c * i * (1 - n * n)
                delta[3 * H + j] = delta_h * tanh_c * o * (1 - o)
                g_c0[m, j] = delta_c * f
            for j in range(4 * H):
                g_b_h[j] += delta[j]
                for d in range(D):
                    g_x[t, m, d] += delta[j] * W_xh[d, j]
                    g_W_xh[d, j] += x[t, m, d] * delta[j]
                for k in range(H):
                    g_h0[m, k] += delta[j] * W_hh[k, j]
                    g_W_hh[k, j] += h_before[m, k] * delta[j]
    return g_x, g_h0, g_c0, g_W_xh, g_W_hh, g_b_h
