"""A language model in use: one more symbol of every text, in as few operations as there are in the equations.

A call of `LanguageModel.forward` for one symbol spends most of its time on what pays for itself over a
sequence: a kernel's checks, its copy of W_hh, the nodes of the graph. Here are the steps alone, on arrays.
"""

from __future__ import annotations

import numpy as np

from scratchgen.functional import sigmoid
from scratchgen.nn.recurrent import GRULayer, LSTMLayer, TanhLayer


def tanh_step(a, state, W_hh):
    """h_t = tanh(a_t + h_{t−1} W_hh),   a_t = x_t W_xh + b_h.

    a (B, H), state (1, B, H): h, W_hh (H, H) → (B, H)
    Ledger: rnn.hidden
    """
    return np.tanh(a + state[0] @ W_hh)


def lstm_step(a, state, W_hh):
    """c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t and h_t = o_t ⊙ tanh(c_t); gates of a_t + h_{t−1} W_hh.

    a (B, 4H), state (2, B, H): h and c, W_hh (H, 4H) → h and c, (B, H) each
    Ledger: rnn.lstm
    """
    h, c = state
    H = h.shape[1]
    a = a + h @ W_hh
    i_f, g, o = sigmoid(a[:, : 2 * H]), np.tanh(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
    c = i_f[:, H:] * c + i_f[:, :H] * g
    return o * np.tanh(c), c


def gru_step(a, state, W_hh, b_h):
    """h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1},   n_t = tanh(a_n + r_t ⊙ m_n),   m_t = h_{t−1} W_hh + b_h.

    a (B, 3H): x_t W_xh + b_x, state (1, B, H): h, W_hh (H, 3H), b_h (3H,) → (B, H)
    Ledger: rnn.gru
    """
    h = state[0]
    H = h.shape[1]
    m = h @ W_hh + b_h
    r_z = sigmoid(a[:, : 2 * H] + m[:, : 2 * H])
    r, z = r_z[:, :H], r_z[:, H:]
    n = np.tanh(a[:, 2 * H :] + r * m[:, 2 * H :])
    return n + z * (h - n)


STEPS = {  # of a layer: its step, the bias that is added to x_t W_xh, and the weights that the step takes
    TanhLayer: (tanh_step, "b_h", ("W_hh",)),
    LSTMLayer: (lstm_step, "b_h", ("W_hh",)),
    GRULayer: (gru_step, "b_x", ("W_hh", "b_h")),
}


class Stepper:
    """What `LanguageModel.forward` computes for sequences of one symbol, with the weights of this moment.

    In use, not in training: nothing is dropped.
    """

    def __init__(self, model):
        E = model.embedding.W.data
        self.layers = []
        for layer in model.recurrent.layers:
            step, bias, names = STEPS[type(layer)]
            arrays = [getattr(layer, name).data for name in names]
            self.layers.append((step, layer.W_xh.data, getattr(layer, bias).data, arrays))
        _, W_xh, b, _ = self.layers[0]
        self.from_symbol = E @ W_xh + b  # (V, GH): what each symbol adds to the first layer
        self.W_hy = E.T if model.tied else model.W_hy.data
        self.b_y = model.b_y.data

    def __call__(self, ids: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logits and state after one more symbol of each text; the state that is given stays as it is.

        ids (B,) int, state (L, S, B, H) → y (B, V), state (L, S, B, H)
        """
        after = np.empty_like(state)
        for l, (step, W_xh, b, arrays) in enumerate(self.layers):
            a = self.from_symbol[ids] if l == 0 else after[l - 1, 0] @ W_xh + b
            after[l] = step(a, state[l], *arrays)
        return after[-1, 0] @ self.W_hy + self.b_y, after
