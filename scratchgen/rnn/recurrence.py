"""The recurrence and its output, as the equations stand.

    h_t = tanh(W_hh h_{t−1} + W_xh x_t + b_h)
    y_t = W_hy h_t + b_y

Examples are rows here, so the products are written x_t W_xh and h_{t−1} W_hh with W_xh (D, H), W_hh (H, H).
"""

from __future__ import annotations

import numpy as np


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


def output(h, W_hy, b_y):
    """y_t = h_t W_hy + b_y for every t.   h (T, B, H), W_hy (H, V), b_y (V,) → (T, B, V)

    Ledger: rnn.output
    """
    return h @ W_hy + b_y
