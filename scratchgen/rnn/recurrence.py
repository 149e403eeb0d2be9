"""The recurrences and their output, as the equations stand.

    h_t = tanh(W_hh h_{t−1} + W_xh x_t + b_h)
    y_t = W_hy h_t + b_y

Examples are rows here, so the products are written x_t W_xh and h_{t−1} W_hh with W_xh (D, H), W_hh (H, H).
"""

from __future__ import annotations

import numpy as np

from scratchgen.functional import sigmoid


def recurrence(x, h0, W_xh, W_hh, b_h):
    """h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h), one node of the graph an operation.

    x (T, B, D), h0 (B, H), W_xh (D, H), W_hh (H, H), b_h (H,) → h (T, B, H)

    The composed twin of `functional.tanh_recurrence`, which computes the same in one fused primitive.
    Source: Elman (1990).   Ledger: rnn.hidden
    """
    h_t, h = h0, []
    for x_t in x:
        h_t = np.tanh(x_t @ W_xh + h_t @ W_hh + b_h)
        h.append(h_t)
    return np.stack(h)


def lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h):
    """c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t and h_t = o_t ⊙ tanh(c_t), one node of the graph an operation.

    (i, f, g, o) = (σ, σ, tanh, σ)(x_t W_xh + h_{t−1} W_hh + b_h), each H columns wide
    x (T, B, D), h0, c0 (B, H), W_xh (D, 4H), W_hh (H, 4H), b_h (4H,) → (2, T, B, H), h and c

    The composed twin of `functional.lstm_recurrence`, which computes the same in one fused primitive.
    Source: Hochreiter & Schmidhuber (1997), with the forget gate of Gers, Schmidhuber & Cummins (2000).
    Ledger: rnn.lstm
    """
    H = h0.shape[1]
    h_t, c_t, h, c = h0, c0, [], []
    for x_t in x:
        a = x_t @ W_xh + h_t @ W_hh + b_h
        i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H]), sigmoid(a[:, 3 * H :])
        g = np.tanh(a[:, 2 * H : 3 * H])
        c_t = f * c_t + i * g
        h_t = o * np.tanh(c_t)
        h.append(h_t)
        c.append(c_t)
    return np.stack([np.stack(h), np.stack(c)])


def gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h):
    """h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1}, one node of the graph an operation.

    r, z = σ(x_t W_x + b_x + h_{t−1} W_h + b_h), each with its H columns of the weights
    n = tanh(x_t W_xn + b_xn + r ⊙ (h_{t−1} W_hn + b_hn)): the reset gate acts after the product
    x (T, B, D), h0 (B, H), W_xh (D, 3H), W_hh (H, 3H), b_x, b_h (3H,) → h (T, B, H)

    The composed twin of `functional.gru_recurrence`, which computes the same in one fused primitive.
    Source: Cho et al. (2014), eq. 5-8, where z and 1 − z have changed places.   Ledger: rnn.gru
    """
    H = h0.shape[1]
    h_t, h = h0, []
    for x_t in x:
        a, m = x_t @ W_xh + b_x, h_t @ W_hh + b_h
        r, z = sigmoid(a[:, :H] + m[:, :H]), sigmoid(a[:, H : 2 * H] + m[:, H : 2 * H])
        n = np.tanh(a[:, 2 * H :] + r * m[:, 2 * H :])
        h_t = (1 - z) * n + z * h_t
        h.append(h_t)
    return np.stack(h)


def output(h, W_hy, b_y):
    """y_t = h_t W_hy + b_y for every t.   h (T, B, H), W_hy (H, V), b_y (V,) → (T, B, V)

    Ledger: rnn.output
    """
    return h @ W_hy + b_y
