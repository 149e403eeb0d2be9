"""Recurrent layers: tanh, long short-term memory and gated units; stacked, in one direction or two.

Sequences are (T, B, ...). The state of a stack is one array (L, S, B, H): L layers, or 2L where both
directions are read, S = 2 states for long short-term memory (h and c) and S = 1 for the others. So it is
carried between segments of a sequence, detached from the graph and saved like any array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.functional import gru_recurrence, lstm_recurrence, tanh_recurrence
from scratchgen.nn.init import glorot_uniform, orthogonal
from scratchgen.nn.layers import Dropout
from scratchgen.nn.module import Array, Module, Parameter
from scratchgen.random import Generator, as_generator

__all__ = ["GRU", "LSTM", "RNN", "Recurrent"]


class Layer(Module):
    """One recurrent layer in one direction: x (T, B, D), state (S, B, H) → every state (S, T, B, H), h first.

    W_xh (D, GH), W_hh (H, GH), b_h (GH,): G gates next to one another, each with an (H, H) block of W_hh from `init`.
    """

    gates = states = 1

    def __init__(self, d_in: int, hidden: int, rng: Generator, init: Callable, learned_h0: bool):
        each = range(self.gates)
        self.W_xh = Parameter(np.concatenate([glorot_uniform(rng, d_in, hidden) for _ in each], axis=1))
        self.W_hh = Parameter(np.concatenate([init(rng, hidden) for _ in each], axis=1))
        self.b_h = Parameter(np.zeros(self.gates * hidden, np.float32))
        self.h0 = Parameter(np.zeros((self.states, 1, hidden), np.float32)) if learned_h0 else None

    def initial_state(self, batch_size: int) -> Array:
        """The initial state h0 of every example, learned or zero   (S, B, H)."""
        zeros = np.zeros((self.states, batch_size, self.W_hh.shape[0]), self.W_hh.dtype)
        return zeros if self.h0 is None else zeros + self.h0


class TanhLayer(Layer):
    """The recurrence h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h).   Ledger: rnn.hidden"""

    def forward(self, x: Array, state: Array) -> Tensor:
        return tanh_recurrence(x, state[0], self.W_xh, self.W_hh, self.b_h)[None]


class LSTMLayer(Layer):
    """The recurrence h_t = o_t ⊙ tanh(c_t) with c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t; gates in the order i, f, g, o.

    Ledger: rnn.lstm
    """

    gates, states = 4, 2

    def forward(self, x: Array, state: Array) -> Tensor:
        return lstm_recurrence(x, state[0], state[1], self.W_xh, self.W_hh, self.b_h)


class GRULayer(Layer):
    """The recurrence h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1}; gates in the order r, z, n, and two biases b_x, b_h.

    Ledger: rnn.gru
    """

    gates = 3

    def __init__(self, d_in: int, hidden: int, rng: Generator, init: Callable, learned_h0: bool):
        super().__init__(d_in, hidden, rng, init, learned_h0)
        self.b_x = Parameter(np.zeros_like(self.b_h.data))

    def forward(self, x: Array, state: Array) -> Tensor:
        return gru_recurrence(x, state[0], self.W_xh, self.W_hh, self.b_x, self.b_h)[None]


class Recurrent(Module):
    """A stack of recurrent layers; each reads the states h of the layer below.

    d_in, hidden     D and H
    rng              draws the weights, and the elements that dropout drops in training (None: the default stream)
    layers           number of layers in the stack
    bidirectional    each layer gets a second one that reads from the end; outputs are concatenated, forward first
    dropout          the probability of dropping an element between layers (not between steps)
    learned_h0       learn the initial state (of LSTM, h and c); otherwise it is zero
    init             initialiser of the square matrices W_hh, (rng, n) → (n, n)

    The memory of back-propagation through time is linear in T. For each step, example, layer and direction
    the forward pass keeps H numbers (tanh), 6H (LSTM: h, c and four gates) or 5H (GRU: h, three gates and the
    product that r gates); at the top of the sweep they are 3H + D (tanh) or 12H + D (LSTM, GRU) by compiled
    kernels. `scratchgen.rnn.remat_loss` gives the same gradients with memory of the order of √T.

    Source: Schuster & Paliwal (1997) for two directions; Zaremba et al. (2014), section 3.1, for dropout.
    """

    layer: type[Layer]

    def __init__(
        self,
        d_in: int,
        hidden: int,
        rng: Generator | None = None,
        *,
        layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        learned_h0: bool = False,
        init: Callable[[Generator, int], np.ndarray] = orthogonal,
    ):
        check_counts(d_in=d_in, hidden=hidden, layers=layers)
        check_numbers("[0, 1)", dropout=dropout)
        rng = as_generator(rng)
        self.directions = 2 if bidirectional else 1
        below = [d_in] + [self.directions * hidden] * (layers - 1)
        self.layers = [
            self.layer(d, hidden, rng, init, learned_h0) for d in below for _ in range(self.directions)
        ]
        self.hidden = hidden
        self.dropout = Dropout(dropout, rng)

    def initial_state(self, batch_size: int) -> Array:
        """The state before the first step   (L, S, B, H)."""
        check_counts(0, batch_size=batch_size)
        return np.stack([layer.initial_state(batch_size) for layer in self.layers])

    def forward(self, x: Array, state: Array | None = None, mask: Array | None = None) -> tuple[Array, Array]:
        """The states h of the last layer, and the state of every layer after the last step.

        x        (T, B, D)
        state    (L, S, B, H), or None for the initial one
        mask     (T, B) bool, True where x is real. At a masked step the state stays unchanged, whatever x holds,
                 and the output is 0. None: all steps are real

        → h (T, B, H), or (T, B, 2H) in two directions, and the state (L, S, B, H), both differentiable.
        Raises BadInput for a sequence without a real step; ValueError for shapes that do not fit.
        """
        x = x if hasattr(x, "shape") else np.asarray(x)
        D = self.layers[0].W_xh.shape[0]
        if x.ndim != 3 or x.shape[2] != D:
            raise ValueError(f"this network reads sequences (T, B, {D}), not {x.shape}")
        T, B = x.shape[:2]
        if T == 0:
            raise BadInput("a sequence of no steps has no output and no last state; give at least one step")
        mask = None if mask is None else _checked(mask, (T, B))
        state = self.initial_state(B) if state is None else state
        wanted = (len(self.layers), self.layer.states, B, self.hidden)
        if np.shape(state) != wanted:
            raise ValueError(f"the state has shape {np.shape(state)}, this network needs {wanted}")
        last = []
        for below in range(0, len(self.layers), self.directions):
            h = []
            x = self.dropout(x) if below else x
            for k in range(self.directions):
                h_k, last_k = _read(self.layers[below + k], x, state[below + k], mask, backwards=k == 1)
                h.append(h_k)
                last.append(last_k)
            x = h[0] if len(h) == 1 else np.concatenate(h, axis=-1)
        return x, np.stack(last)

    def describe(self) -> str:
        return "two directions" if self.directions == 2 else ""


class RNN(Recurrent):
    """Tanh recurrent network h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h), stacked.

    Source: Elman (1990).   Ledger: rnn.hidden
    """

    layer = TanhLayer


class LSTM(Recurrent):
    """Long short-term memory, stacked.

    (i, f, g, o) = (σ, σ, tanh, σ)(x_t W_xh + h_{t−1} W_hh + b_h)
    c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t,   h_t = o_t ⊙ tanh(c_t)

    forget_bias    initial bias of f: at 1 the memory is kept until the network learns to forget

    Source: Hochreiter & Schmidhuber (1997); Gers et al. (2000), who start with an open forget gate; the value 1 is
    from Jozefowicz et al. (2015), section 2.   Ledger: rnn.lstm
    """

    layer = LSTMLayer

    def __init__(
        self,
        d_in: int,
        hidden: int,
        rng: Generator | None = None,
        *,
        forget_bias: float = 1.0,
        **options: Any,
    ):
        check_numbers(forget_bias=forget_bias)
        super().__init__(d_in, hidden, rng, **options)
        for layer in self.layers:
            layer.b_h.data[hidden : 2 * hidden] = forget_bias


class GRU(Recurrent):
    """Gated recurrent units, stacked.   Source: Cho et al. (2014), eq. 5-8.

    r, z = σ(x_t W_x + b_x + h_{t−1} W_h + b_h),   n = tanh(x_t W_xn + b_xn + r ⊙ (h_{t−1} W_hn + b_hn))
    h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1}   Ledger: rnn.gru
    """

    layer = GRULayer


def _checked(mask: Array, shape: tuple[int, int]) -> np.ndarray:
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape != shape:
        raise ValueError(f"a mask is bool of shape (T, B) = {shape}, not {mask.dtype} of {mask.shape}")
    empty = np.flatnonzero(~mask.any(axis=0))
    if empty.size:
        raise BadInput(f"sequence {empty[0]} of the batch is masked everywhere; remove it")
    return mask


def _read(
    layer: Layer, x: Array, state: Array, mask: np.ndarray | None, backwards: bool
) -> tuple[Array, Array]:
    """The states h of a layer at the steps of x, (T, B, H), and its last state (S, B, H)."""
    if mask is None:
        states = layer(x[::-1] if backwards else x, state)
        return states[0, ::-1] if backwards else states[0], states[:, -1]
    (T, B), lengths = mask.shape, mask.sum(axis=0)
    order = _real_steps_first(mask, backwards)
    real = np.arange(T)[:, None] < lengths
    # where() and not a product with the mask: 0 · NaN would be NaN
    states = layer(np.where(real[..., None], _in_order(x, order), np.zeros((), x.dtype)), state)
    h = _in_order(states[0], np.argsort(order, axis=0))
    return np.where(mask[..., None], h, np.zeros((), h.dtype)), states[:, lengths - 1, np.arange(B)]


def _real_steps_first(mask: np.ndarray, backwards: bool) -> np.ndarray:
    """(T, B): the index of the t-th step that each sequence reads; masked steps come last."""
    if backwards:
        return len(mask) - 1 - np.argsort(~mask[::-1], axis=0, kind="stable")
    return np.argsort(~mask, axis=0, kind="stable")


def _in_order(x: Array, order: np.ndarray) -> Array:
    """x[order[t, b], b] for every t and b.   x (T, B, D) → (T, B, D)"""
    T, B = order.shape
    return np.reshape(x, (T * B, x.shape[-1]))[order * B + np.arange(B)]
