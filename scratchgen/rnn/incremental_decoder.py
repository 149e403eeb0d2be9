"""Generation with a language model: one more symbol of each text per call, without a graph.

A call of `LanguageModel.forward` for one symbol spends most of its time on work that pays only over a whole
sequence: a kernel's checks, its copy of W_hh, the nodes of the graph. `IncrementalDecoder` runs the steps of
`scratchgen.rnn.cells` alone, on arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.nn.recurrent import GRULayer, Layer, LSTMLayer, TanhLayer
from scratchgen.rnn.cells import gru_step, lstm_step, tanh_step

if TYPE_CHECKING:
    from scratchgen.rnn.models import LanguageModel

# of each kind of layer: its step, the name of the bias in a_t, and the names of the weights of the step
STEPS: dict[type[Layer], tuple[Callable, str, tuple[str, ...]]] = {
    TanhLayer: (tanh_step, "b_h", ("W_hh",)),
    LSTMLayer: (lstm_step, "b_h", ("W_hh",)),
    GRULayer: (gru_step, "b_x", ("W_hh", "b_h")),
}


class IncrementalDecoder:
    """The logits and states of `LanguageModel.forward` for sequences of one symbol; dropout is off.

    It keeps the weights that the model has when it is made: make a new one after a training step.

        decode = model.incremental_decoder()
        y, state = decode(np.array([3]), model.initial_state(1))    # y (1, V): logits of the next symbol

    model    a `LanguageModel`
    Ledger: rnn.language_model
    """

    def __init__(self, model: LanguageModel) -> None:
        E = model.embedding.W.data
        self.layers = []
        for layer in model.recurrent.layers:
            step, bias, names = STEPS[type(layer)]
            weights = [getattr(layer, name).data for name in names]
            self.layers.append((step, layer.W_xh.data, getattr(layer, bias).data, weights))
        _, W_xh, b, _ = self.layers[0]
        self.a_of_symbol = E @ W_xh + b  # (V, GH): x_t W_xh + b of the first layer, for each symbol
        self.W_hy = E.T if model.tie_embeddings else model.W_hy.data
        self.b_y = model.b_y.data

    def __call__(self, ids: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The logits of the next symbol and the state, after one more symbol of each text.

        ids (B,) int, state (L, S, B, H), which stays unchanged → y (B, V), state (L, S, B, H)
        """
        if np.minimum.reduce(ids, axis=None, initial=0) < 0:  # NumPy would take −1 for the last symbol
            raise BadInput(
                f"symbols are numbered 0 … {len(self.a_of_symbol) - 1}, not {ids.min()}; check them"
            )
        after = np.empty_like(state)
        for l, (step, W_xh, b, weights) in enumerate(self.layers):
            a_t = self.a_of_symbol[ids] if l == 0 else after[l - 1, 0] @ W_xh + b
            after[l] = step(a_t, *state[l], *weights)
        return after[-1, 0] @ self.W_hy + self.b_y, after
