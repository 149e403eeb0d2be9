"""The recurrence with whole arrays: one step of Python per time step, everything else a matrix product."""

import numpy as np

from scratchgen_kernels.tanh_recurrence.products import from_input, input_gradients, recurrent_gradient


def sigmoid(a):
    """1 / (1 + exp(−a)), without overflow at either end."""
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1, e) / (1 + e)


def lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0, c0: (B, H) → states: (2, T, B, H), gates: (T, B, 4H)."""
    T, H = len(x), h0.shape[1]
    states = np.empty((2, T, *h0.shape), x.dtype)
    gates = from_input(x, W_xh, b_h)
    h, c = h0, c0
    for t in range(T):
        a = gates[t]
        a += h @ W_hh
        a[:, : 2 * H], a[:, 3 * H :] = sigmoid(a[:, : 2 * H]), sigmoid(a[:, 3 * H :])
        a[:, 2 * H : 3 * H] = np.tanh(a[:, 2 * H : 3 * H])
        i, f, g, o = parts(a, H)
        c = np.add(f * c, i * g, out=states[1, t])
        h = np.multiply(o, np.tanh(c), out=states[0, t])
    return states, gates


def lstm_recurrence_backward(g, states, gates, x, h0, c0, W_xh, W_hh):
    """g, states: (2, T, B, H), gates: (T, B, 4H) → (g_x, g_h0, g_c0, g_W_xh, g_W_hh, g_b_h)."""
    H = h0.shape[1]
    (g_h, g_c), (h, c) = g, states
    delta = np.empty_like(gates)
    delta_h, delta_c = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(x))):
        c_before = c[t - 1] if t > 0 else c0
        i, f, n, o = parts(gates[t], H)  # n is the candidate, elsewhere g
        tanh_c = np.tanh(c[t])
        delta_h = delta_h + g_h[t]
        delta_c = delta_c + g_c[t] + delta_h * o * (1 - tanh_c * tanh_c)
        delta_i, delta_f, delta_n, delta_o = parts(delta[t], H)
        delta_i[...] = delta_c * n * i * (1 - i)
        delta_f[...] = delta_c * c_before * f * (1 - f)
        delta_n[...] = delta_c * i * (1 - n * n)
        delta_o[...] = delta_h * tanh_c * o * (1 - o)
        delta_h, delta_c = delta[t] @ W_hh.T, delta_c * f
    g_x, g_W_xh, g_b_h = input_gradients(delta, x, W_xh)
    return g_x, delta_h, delta_c, g_W_xh, recurrent_gradient(delta, h, h0), g_b_h


def parts(a, H):
    """Views of the columns of each gate: (B, 4H) → 4 × (B, H)."""
    return tuple(a[:, k * H : (k + 1) * H] for k in range(a.shape[1] // H)) if H else (a,) * 4
