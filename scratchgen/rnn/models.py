"""A language model: a recurrent network that predicts the next symbol of a text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts
from scratchgen.functional import softmax_cross_entropy
from scratchgen.nn import GRU, LSTM, RNN, Dropout, Embedding, Module, Parameter
from scratchgen.nn.init import glorot_uniform
from scratchgen.nn.recurrent import Recurrent
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.cells import output
from scratchgen.rnn.incremental_decoder import IncrementalDecoder
from scratchgen.rnn.protocols import Tokenizer
from scratchgen.rnn.sampling import generate

CELLS: dict[str, type[Recurrent]] = {"tanh": RNN, "lstm": LSTM, "gru": GRU}


@saveable
class LanguageModel(Module):
    """p(c_{t+1} | c_1 … c_t) = softmax(y_t)[c_{t+1}],   y_t = h_t W_hy + b_y.

    h_t is the state of a recurrent network that has read the embeddings of c_1 … c_t. W_hh is initialised as a
    rotation, so that gradients neither grow nor vanish through time at the start of training.

        model = LanguageModel(CharacterTokenizer.of(text), hidden=128, cell="gru")
        losses, state = model.loss(ids[:-1, None], ids[1:, None])    # (T, 1) nats
        print(model.generate("def ", 200, 0.8, Generator(0)))

    tokenizer         `CharacterTokenizer`, `ByteTokenizer`, `BytePairTokenizer`, or any `rnn.Tokenizer`
    hidden            H, the size of the state
    embedding         E, the size of the embedding of a symbol
    rng               draws the weights and, in training, the dropout masks; None: the default stream
    cell              tanh, lstm or gru
    layers            number of stacked recurrent layers
    dropout           dropout probability between layers and before the output, in [0, 1)
    tie_embeddings    W_hy is the transposed embedding matrix
    learned_h0        the initial state is a parameter; otherwise it is zero

    Raises BadInput for an unknown cell, and for tied embeddings with embedding ≠ hidden.
    Source: Mikolov et al. (2010); tied embeddings: Press & Wolf (2017), section 3.   Ledger: rnn.language_model
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        hidden: int = 256,
        embedding: int = 64,
        rng: Generator | None = None,
        *,
        cell: str = "tanh",
        layers: int = 1,
        dropout: float = 0.0,
        tie_embeddings: bool = False,
        learned_h0: bool = False,
    ) -> None:
        check_counts(hidden=hidden, embedding=embedding)
        if cell not in CELLS:
            raise BadInput(f"no cell is called {cell!r}; choose one of {', '.join(CELLS)}")
        if tie_embeddings and embedding != hidden:
            raise BadInput(
                f"tied embeddings need embedding = hidden, not {embedding} and {hidden}; make them equal, or "
                "leave the embeddings untied"
            )
        V = tokenizer.vocabulary_size
        self.rng = as_generator(rng)
        self.tokenizer = tokenizer
        self.embedding = Embedding(V, embedding, self.rng)
        self.recurrent = CELLS[cell](
            embedding, hidden, self.rng, layers=layers, dropout=dropout, learned_h0=learned_h0
        )
        if tie_embeddings:
            self.embedding.W.data /= np.float32(math.sqrt(hidden))  # logits of the order of 1, as untied
        else:
            self.W_hy = Parameter(glorot_uniform(self.rng, hidden, V))
        self.b_y = Parameter(np.zeros(V, np.float32))
        self.dropout = Dropout(dropout, self.rng)
        self.tie_embeddings = tie_embeddings

    def initial_state(self, batch_size: int) -> np.ndarray | Tensor:
        """The state before the first symbol: (L, S, B, H)."""
        return self.recurrent.initial_state(batch_size)

    def forward(
        self, ids: np.ndarray, state: np.ndarray | Tensor | None = None, mask: np.ndarray | None = None
    ) -> tuple[Tensor, Tensor]:
        """The logits of the next symbol after each step, and the state after the last step.

        ids (T, B) int, state (L, S, B, H) or None for the initial state, mask (T, B) bool or None
        → y (T, B, V), state (L, S, B, H)
        """
        h, last = self.recurrent(self.embedding(ids), state, mask)
        W_hy = self.embedding.W.T if self.tie_embeddings else self.W_hy
        return output(self.dropout(h), W_hy, self.b_y), last

    def loss(
        self,
        ids: np.ndarray,
        targets: np.ndarray,
        state: np.ndarray | Tensor | None = None,
        mask: np.ndarray | None = None,
    ) -> tuple[Tensor, np.ndarray]:
        """−log p(target | all symbols before it) of every target, and the last state as a plain array.

        ids, targets    (T, B) int
        state           (L, S, B, H), or None for the initial state
        mask            (T, B) bool, True where a symbol is real; elsewhere the loss is 0
        → loss (T, B) in nats, not reduced, and the state (L, S, B, H), detached: truncated BPTT

        Ledger: rnn.language_model
        """
        y, last = self.forward(ids, state, mask)
        losses: Any = softmax_cross_entropy(y, targets)  # NumPy's stubs call the result of np.where an array
        if mask is not None:
            losses = np.where(mask, losses, np.zeros((), losses.dtype))
        return losses, last.numpy()

    def incremental_decoder(self) -> IncrementalDecoder:
        """The function (ids (B,), state) ↦ (logits (B, V), state) that generation calls for every symbol.

        It computes what `forward` computes, without a graph, from the weights of this moment.
        """
        return IncrementalDecoder(self)

    def generate(self, prompt: str, n: int, temperature: float, rng: Generator, **options: Any) -> str:
        """The prompt and up to n more symbols: `rnn.generate` for one text, with its options."""
        return generate(self, [prompt], n, rng, temperature=temperature, **options)[0]
