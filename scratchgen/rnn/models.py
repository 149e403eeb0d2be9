"""A language model: a recurrent network that predicts the next symbol of a text."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.functional import linear, softmax_cross_entropy
from scratchgen.nn import GRU, LSTM, RNN, Dropout, Embedding, Module, Parameter
from scratchgen.nn.init import glorot_uniform
from scratchgen.random import Generator
from scratchgen.rnn.sampling import generate
from scratchgen.rnn.stepping import Stepper

CELLS = {"tanh": RNN, "lstm": LSTM, "gru": GRU}


class LanguageModel(Module):
    """p(c_{t+1} | c_1 … c_t) = softmax(y_t)[c_{t+1}],   y_t = h_t W_hy + b_y.

    h_t is the state of a recurrent network that has read the embeddings of c_1 … c_t. Its W_hh begins as a
    rotation, so that early in training gradients neither grow nor fade on their way back through time.

    vocabulary    the tokenizer: `CharacterTokenizer`, `ByteTokenizer` or `BytePairTokenizer`
    rng           draws the weights, and in training what dropout drops
    cell          tanh, lstm or gru
    dropout       the probability of dropping an element on its way to the next layer, or to the output
    tied          W_hy is the transposed embedding: one table says what a symbol is, coming in and going out

    Raises BadInput for another cell, and for tied weights whose embedding is not of the size of h.
    Source: Mikolov et al. (2010); tied weights: Press & Wolf (2017), section 3.   Ledger: rnn.language_model
    """

    def __init__(
        self,
        vocabulary,
        hidden: int = 256,
        embedding: int = 64,
        rng: Generator | None = None,
        *,
        cell: str = "tanh",
        layers: int = 1,
        dropout: float = 0.0,
        tied: bool = False,
        learned_h0: bool = False,
    ):
        if min(hidden, embedding) < 1:
            raise ValueError(f"sizes are at least 1, not embedding {embedding} and hidden {hidden}")
        if cell not in CELLS:
            raise BadInput(f"no cell is called {cell!r}; choose one of {', '.join(CELLS)}")
        if tied and embedding != hidden:
            raise BadInput(
                f"tied weights need embeddings as wide as the state, not {embedding} for {hidden}; make them "
                "equal, or leave the weights untied"
            )
        V = vocabulary.vocabulary_size
        self.rng = rng or Generator(0)
        self.vocabulary = vocabulary
        self.embedding = Embedding(V, embedding, self.rng)
        self.recurrent = CELLS[cell](
            embedding, hidden, self.rng, layers=layers, dropout=dropout, learned_h0=learned_h0
        )
        if tied:
            self.embedding.W.data /= np.float32(math.sqrt(hidden))  # logits of the order of 1, as untied
        else:
            self.W_hy = Parameter(glorot_uniform(self.rng, hidden, V))
        self.b_y = Parameter(np.zeros(V, np.float32))
        self.dropout = Dropout(dropout, self.rng)
        self.tied = tied

    def initial_state(self, batch_size: int):
        """The state before the first symbol   (L, S, B, H)."""
        return self.recurrent.initial_state(batch_size)

    def forward(self, ids, state=None, mask=None):
        """Logits of the next symbol at every place, and the state after the last.

        ids (T, B) int, state (L, S, B, H) or None for the initial one, mask (T, B) bool or None
        → y (T, B, V), state (L, S, B, H)
        """
        h, state = self.recurrent(self.embedding(ids), state, mask)
        W_hy = self.embedding.W.T if self.tied else self.W_hy
        return linear(self.dropout(h), W_hy, self.b_y), state

    def loss(self, ids, targets, state=None, mask=None):
        """−log p(target | everything before) for every symbol, and the last state as a plain array.

        ids, targets    (T, B) int;   state: (L, S, B, H), or None for the initial one
        mask            (T, B) bool, True where the symbols are real: elsewhere the loss is 0
        → loss (T, B) nats, state (L, S, B, H)

        Ledger: rnn.language_model
        """
        y, state = self.forward(ids, state, mask)
        losses = softmax_cross_entropy(y, targets)
        if mask is not None:
            losses = np.where(mask, losses, np.zeros((), losses.dtype))
        return losses, state.numpy()

    def stepper(self) -> Stepper:
        """(ids (B,), state) ↦ the logits (B, V) and the state after one more symbol, as `forward` gives them.

        For one symbol after the other, while the weights stay as they are; without a graph.
        """
        return Stepper(self)

    def generate(self, prompt: str, n: int, temperature: float, rng: Generator, **options) -> str:
        """The prompt and up to n more symbols: `sampling.generate` for one text."""
        return generate(self, [prompt], n, rng, temperature=temperature, **options)[0]
