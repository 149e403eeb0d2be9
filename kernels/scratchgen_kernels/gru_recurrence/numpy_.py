"""The recurrence with whole arrays: one step of Python per time step, everything else a matrix product."""

import numpy as np

from scratchgen_kernels.lstm_recurrence.numpy_ import parts, sigmoid
from scratchgen_kernels.tanh_recurrence.products import from_input, input_gradients, recurrent_gradient


def gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H), gates: (T, B, 4H)."""
    (T, B), H = x.shape[:2], h0.shape[1]
    h, gates = np.empty((T, B, H), x.dtype), np.empty((T, B, 4 * H), x.dtype)
    from_x = from_input(x, W_xh, b_x)
    h_before = h0
    for t in range(T):
        from_h = h_before @ W_hh + b_h
        r_and_z, n, m = gates[t, :, : 2 * H], gates[t, :, 2 * H : 3 * H], gates[t, :, 3 * H :]
        r_and_z[...] = sigmoid(from_x[t, :, : 2 * H] + from_h[:, : 2 * H])
        r, z = r_and_z[:, :H], r_and_z[:, H:]
        m[...] = from_h[:, 2 * H :]
        np.tanh(from_x[t, :, 2 * H :] + r * m, out=n)
        h_before = np.add((1 - z) * n, z * h_before, out=h[t])
    return h, gates


def gru_recurrence_backward(g, h, gates, x, h0, W_xh, W_hh):
    """g, h: (T, B, H), gates: (T, B, 4H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_x, g_b_h)."""
    (T, B), H = x.shape[:2], h0.shape[1]
    of_x, of_h = np.empty((T, B, 3 * H), x.dtype), np.empty((T, B, 3 * H), x.dtype)  # δa and δb
    delta_h = np.zeros_like(h0)
    for t in reversed(range(T)):
        h_before = h[t - 1] if t > 0 else h0
        r, z, n, m = parts(gates[t], H)
        delta_h = delta_h + g[t]
        delta_n = delta_h * (1 - z) * (1 - n * n)
        of_x[t, :, :H] = delta_n * m * r * (1 - r)
        of_x[t, :, H : 2 * H] = delta_h * (h_before - n) * z * (1 - z)
        of_x[t, :, 2 * H :] = delta_n
        of_h[t, :, : 2 * H] = of_x[t, :, : 2 * H]
        of_h[t, :, 2 * H :] = delta_n * r
        delta_h = delta_h * z + of_h[t] @ W_hh.T
    g_x, g_W_xh, g_b_x = input_gradients(of_x, x, W_xh)
    return g_x, delta_h, g_W_xh, recurrent_gradient(of_h, h, h0), g_b_x, of_h.sum(axis=(0, 1))
