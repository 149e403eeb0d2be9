"""The products of a recurrence that need no former step, each for all T·B rows at once by NumPy's BLAS.

The `numpy` and `numba` backends of all recurrences share them. H stands for the columns of the weights: one block
of units for a tanh recurrence, one block per gate for the gated ones.
"""

import numpy as np


def from_input(x, W_xh, b_h):
    """The contribution of the inputs to every step, x_t W_xh + b_h.   x: (T, B, D) → (T, B, H)"""
    T, B, D = x.shape
    return (x.reshape(T * B, D) @ W_xh + b_h).reshape(T, B, len(b_h))


def input_gradients(delta, x, W_xh):
    """(g_x, g_W_xh, g_b_h) from δ: (T, B, H): δ_t W_xhᵀ, Σ_t x_tᵀ δ_t, and the sum of δ over time and batch."""
    T, B, D = x.shape
    rows = delta.reshape(T * B, W_xh.shape[1])
    return (rows @ W_xh.T).reshape(x.shape), x.reshape(T * B, D).T @ rows, rows.sum(axis=0)


def recurrent_gradient(delta, h, h0):
    """g_W_hh = Σ_t h_{t−1}ᵀ δ_t. h_{t−1} is h0 and then h, without a copy that holds both."""
    (T, B, H), rows = h.shape, delta.reshape(delta.shape[0] * delta.shape[1], delta.shape[2])
    if T == 0:
        return np.zeros((H, rows.shape[1]), h.dtype)
    g_W_hh = h[:-1].reshape((T - 1) * B, H).T @ rows[B:]
    g_W_hh += h0.T @ rows[:B]
    return g_W_hh
