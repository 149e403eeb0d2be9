"""The recurrent cells: one step of each, as its equation, and the scan of that step over a sequence.

Training, generation and tests share these definitions. A step runs on plain arrays in an `IncrementalDecoder`,
which generates texts. The scan of a step records one node per operation; it is the composed twin of the fused
primitive of the same name in `scratchgen.functional`, which training uses, and which is tested against it.

Examples are rows, so the products are written x_t W_xh and h_{t−1} W_hh with W_xh (D, GH), W_hh (H, GH), for
G gates side by side. A step receives a_t = x_t W_xh + b, because that part needs no state: a scan computes it
for all steps at once, and a decoder looks it up in a table.

Steps count from 1 and h_0 is the initial state h0: of arrays over time, x_t is x[t − 1] and h_t is h[t − 1].
"""

from __future__ import annotations

import numpy as np

from scratchgen.functional import linear, sigmoid
from scratchgen.nn.module import Array


def tanh_step(a_t: Array, h: Array, W_hh: Array) -> Array:
    """h_t = tanh(a_t + h_{t−1} W_hh),   a_t = x_t W_xh + b_h.

    a_t (B, H), h = h_{t−1} (B, H), W_hh (H, H) → h_t (B, H); arrays or tensors, float32 or float64

    Source: Elman (1990).   Ledger: rnn.hidden
    """
    return np.tanh(a_t + h @ W_hh)


def lstm_step(a_t: Array, h: Array, c: Array, W_hh: Array) -> tuple[Array, Array]:
    """c_t = f ⊙ c_{t−1} + i ⊙ g,   h_t = o ⊙ tanh(c_t),   (i, f, g, o) = (σ, σ, tanh, σ)(a_t + h_{t−1} W_hh).

    a_t (B, 4H): x_t W_xh + b_h, h and c of step t − 1, (B, H), W_hh (H, 4H) → h_t and c_t, (B, H) each;
    arrays or tensors, float32 or float64

    Source: Hochreiter & Schmidhuber (1997), with the forget gate of Gers, Schmidhuber & Cummins (2000).
    Ledger: rnn.lstm
    """
    H = h.shape[1]
    a = a_t + h @ W_hh
    i_f, g, o = sigmoid(a[:, : 2 * H]), np.tanh(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
    i, f = i_f[:, :H], i_f[:, H:]
    c = f * c + i * g
    return o * np.tanh(c), c


def gru_step(a_t: Array, h: Array, W_hh: Array, b_h: Array) -> Array:
    """h_t = (1 − z) ⊙ n + z ⊙ h_{t−1},   n = tanh(a_n + r ⊙ m_n),   r, z = σ(a + m),   m = h_{t−1} W_hh + b_h.

    a_t (B, 3H): x_t W_xh + b_x, h = h_{t−1} (B, H), W_hh (H, 3H), b_h (3H,) → h_t (B, H); arrays or tensors,
    float32 or float64. Each of r, z, n has its own H columns. The reset gate r acts after the product.

    Source: Cho et al. (2014), eq. 5-8, where z and 1 − z have changed places.   Ledger: rnn.gru
    """
    H = h.shape[1]
    m = h @ W_hh + b_h
    r_z = sigmoid(a_t[:, : 2 * H] + m[:, : 2 * H])
    r, z = r_z[:, :H], r_z[:, H:]
    n = np.tanh(a_t[:, 2 * H :] + r * m[:, 2 * H :])
    return n + z * (h - n)  # (1 − z) ⊙ n + z ⊙ h, with one product less


def tanh_recurrence(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h) for a whole sequence: the scan of `tanh_step`.

    x (T, B, D), h0 (B, H), W_xh (D, H), W_hh (H, H), b_h (H,) → h (T, B, H)

    The composed twin of `scratchgen.functional.tanh_recurrence`, differentiable any number of times.
    Source: Elman (1990).   Ledger: rnn.hidden
    """
    h_t, h = h0, []
    for a_t in x @ W_xh + b_h:
        h_t = tanh_step(a_t, h_t, W_hh)
        h.append(h_t)
    return np.stack(h)


def lstm_recurrence(x: Array, h0: Array, c0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t and h_t = o_t ⊙ tanh(c_t) for a whole sequence: the scan of `lstm_step`.

    x (T, B, D), h0, c0 (B, H), W_xh (D, 4H), W_hh (H, 4H), b_h (4H,) → (2, T, B, H), h and c

    The composed twin of `scratchgen.functional.lstm_recurrence`, differentiable any number of times.
    Source: Gers, Schmidhuber & Cummins (2000).   Ledger: rnn.lstm
    """
    h_t, c_t, h, c = h0, c0, [], []
    for a_t in x @ W_xh + b_h:
        h_t, c_t = lstm_step(a_t, h_t, c_t, W_hh)
        h.append(h_t)
        c.append(c_t)
    return np.stack([np.stack(h), np.stack(c)])


def gru_recurrence(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_x: Array, b_h: Array) -> Array:
    """h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1} for a whole sequence: the scan of `gru_step`.

    x (T, B, D), h0 (B, H), W_xh (D, 3H), W_hh (H, 3H), b_x, b_h (3H,) → h (T, B, H)

    The composed twin of `scratchgen.functional.gru_recurrence`, differentiable any number of times.
    Source: Cho et al. (2014), eq. 5-8.   Ledger: rnn.gru
    """
    h_t, h = h0, []
    for a_t in x @ W_xh + b_x:
        h_t = gru_step(a_t, h_t, W_hh, b_h)
        h.append(h_t)
    return np.stack(h)


def output(h: Array, W_hy: Array, b_y: Array) -> Array:
    """y_t = h_t W_hy + b_y, for one step or for every step of a sequence.

    h (..., H), W_hy (H, V), b_y (V,) → (..., V); arrays or tensors, float32 or float64

    Source: Elman (1990).   Ledger: rnn.output
    """
    return linear(h, W_hy, b_y)
