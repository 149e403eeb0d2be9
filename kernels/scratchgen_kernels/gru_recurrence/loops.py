"""The recurrence and its gradients, every index written out: t time, i example, d input, j and k units."""

import numpy as np

from scratchgen_kernels.lstm_recurrence.loops import sigmoid


def gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H), gates: (T, B, 4H)."""
    (T, B, D), H = x.shape, h0.shape[1]
    h, gates = np.empty((T, B, H), x.dtype), np.empty((T, B, 4 * H), x.dtype)
    for t in range(T):
        h_before = h[t - 1] if t > 0 else h0
        for i in range(B):
            from_x, from_h = b_x.copy(), b_h.copy()
            for j in range(3 * H):
                for d in range(D):
                    from_x[j] += x[t, i, d] * W_xh[d, j]
                for k in range(H):
                    from_h[j] += h_before[i, k] * W_hh[k, j]
            for j in range(H):
                r = sigmoid(from_x[j] + from_h[j])
                z = sigmoid(from_x[H + j] + from_h[H + j])
                m = from_h[2 * H + j]
                n = np.tanh(from_x[2 * H + j] + r * m)
                gates[t, i, j::H] = r, z, n, m
                h[t, i, j] = (1 - z) * n + z * h_before[i, j]
    return h, gates


def gru_recurrence_backward(g, h, gates, x, h0, W_xh, W_hh):
    """g, h: (T, B, H), gates: (T, B, 4H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_x, g_b_h)."""
    (T, B, D), H = x.shape, h0.shape[1]
    g_x, g_h0 = np.zeros_like(x), np.zeros_like(h0)
    g_W_xh, g_W_hh = np.zeros_like(W_xh), np.zeros_like(W_hh)
    g_b_x, g_b_h = np.zeros(3 * H, x.dtype), np.zeros(3 * H, x.dtype)
    for t in reversed(range(T)):
        h_before = h[t - 1] if t > 0 else h0
        from_later, g_h0 = g_h0, np.zeros_like(h0)
        for i in range(B):
            of_x, of_h = np.empty(3 * H, x.dtype), np.empty(3 * H, x.dtype)  # δa and δb
            for j in range(H):
                r, z, n, m = gates[t, i, j::H]
                delta_h = g[t, i, j] + from_later[i, j]
                delta_n = delta_h * (1 - z) * (1 - n * n)
                delta_z = delta_h * (h_before[i, j] - n) * z * (1 - z)
                delta_r = delta_n * m * r * (1 - r)
                of_x[j::H] = delta_r, delta_z, delta_n
                of_h[j::H] = delta_r, delta_z, delta_n * r
                g_h0[i, j] = delta_h * z
            for j in range(3 * H):
                g_b_x[j] += of_x[j]
                g_b_h[j] += of_h[j]
                for d in range(D):
                    g_x[t, i, d] += of_x[j] * W_xh[d, j]
                    g_W_xh[d, j] += x[t, i, d] * of_x[j]
                for k in range(H):
                    g_h0[i, k] += of_h[j] * W_hh[k, j]
                    g_W_hh[k, j] += h_before[i, k] * of_h[j]
    return g_x, g_h0, g_W_xh, g_W_hh, g_b_x, g_b_h
