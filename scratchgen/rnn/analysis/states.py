"""The states and the gates of a recurrent network while it reads one sequence."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.functional import sigmoid
from scratchgen.nn.recurrent import GRULayer, LSTMLayer, Recurrent

CLOSED_BELOW, OPEN_ABOVE = 0.1, 0.9  # activations of a gate that count as saturated


def states(recurrent: Recurrent, x: np.ndarray) -> np.ndarray:
    """The state h_t of every layer at every step of one sequence: x (T, D) → (L, T, H). Dropout is off.

    Raises ValueError for a bidirectional network.
    """
    if recurrent.directions == 2:
        raise ValueError(
            "a network that reads in both directions has two states at each step and no last one"
        )
    found = []
    with no_grad():
        for layer in recurrent.layers:
            x = to_numpy(layer(x[:, None], layer.initial_state(1)))[0, :, 0]
            found.append(x)
    return np.stack(found)


def gates(recurrent: Recurrent, x: np.ndarray) -> dict[str, np.ndarray]:
    """The gates of every layer at every step of one sequence, by name: x (T, D) → each (L, T, H).

    LSTM    i, f, o = σ(x_t W_xh + h_{t−1} W_hh + b_h), each with its H columns of the weights
    GRU     r, z = σ(x_t W_xh + b_x + h_{t−1} W_hh + b_h), the same
    Raises ValueError for a network without gates, and for a bidirectional network.

    Ledger: rnn.lstm, rnn.gru
    """
    found = []
    for layer, h in zip(recurrent.layers, states(recurrent, x), strict=True):
        h0 = to_numpy(layer.initial_state(1))[0]
        a = x @ layer.W_xh.data + np.concatenate([h0, h[:-1]]) @ layer.W_hh.data + layer.b_h.data
        match layer:
            case LSTMLayer():
                i, f, _, o = np.split(sigmoid(a), 4, axis=1)
                found.append({"i": i, "f": f, "o": o})
            case GRULayer():
                r, z, _ = np.split(sigmoid(a + layer.b_x.data), 3, axis=1)
                found.append({"r": r, "z": z})
            case _:
                raise ValueError(f"{type(recurrent).__name__} has no gates; LSTM and GRU have")
        x = h
    return {name: np.stack([of_a_layer[name] for of_a_layer in found]) for name in found[0]}


def saturation(gate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The fraction of steps in which a gate is closed (below 0.1), and in which it is open (above 0.9).

    gate (L, T, H) → closed (L, H), open (L, H)
    Source: Karpathy, Johnson & Fei-Fei (2015), section 4.2 and figure 3: left- and right-saturated.
    """
    return (gate < CLOSED_BELOW).mean(axis=1), (gate > OPEN_ABOVE).mean(axis=1)
