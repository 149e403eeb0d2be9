"""Sequence to sequence: an encoder, and a decoder with attention to the encoder's states."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.functional import linear, softmax, softmax_cross_entropy
from scratchgen.nn import Dropout, Embedding, Linear, Module
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.models import CELLS
from scratchgen.rnn.translation.attention import AdditiveAttention, DotAttention

ATTENTION = ("additive", "dot")


class Seq2Seq(Module):
    """log p(y | x) = Σ_t log softmax(o_t)[y_t],   o_t = tanh([s_t, c_t] W_c + b_c) W_o + b_o.

    The last state of the encoder is the initial state of the decoder; s_t is the state of the decoder after
    y_1 … y_{t−1}, and c_t the attention of s_t to the states of the encoder. A symbol beyond those of the
    target, `boundary`, marks the start and the end of a target.

        model = Seq2Seq(source_size=40, target_size=50, hidden=64, embedding=32)
        loss = model.loss(x, x_mask, y, y_mask).mean()    # x (T, B), y (T′, B) int, masks bool
        ids, attention = model.translate(x, x_mask, 30)

    source_size, target_size    number of symbols of x and of y
    hidden, embedding           sizes of the states and of the embeddings
    rng                         draws the weights and, in training, the dropout masks; None: the default stream
    cell                        tanh, lstm or gru
    attention                   additive or dot
    layers                      number of stacked recurrent layers of the encoder, and of the decoder
    dropout                     dropout probability between layers and before o, in [0, 1)
    Raises BadInput for an unknown cell or attention.
    Source: Sutskever et al. (2014); attention after the recurrence: Luong et al. (2015), eq. 5 and 6.
    Ledger: rnn.seq2seq
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        hidden: int,
        embedding: int,
        rng: Generator | None = None,
        *,
        cell: str = "gru",
        attention: str = "additive",
        layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        if cell not in CELLS or attention not in ATTENTION:
            raise BadInput(
                f"no cell is called {cell!r}, or no attention {attention!r}; choose one of "
                f"{', '.join(CELLS)} and one of {', '.join(ATTENTION)}"
            )
        check_counts(source_size=source_size, target_size=target_size, hidden=hidden, embedding=embedding)
        self.boundary = target_size
        self.source = Embedding(source_size, embedding, rng)
        self.target = Embedding(target_size + 1, embedding, rng)
        self.encoder = CELLS[cell](embedding, hidden, rng, layers=layers, dropout=dropout)
        self.decoder = CELLS[cell](embedding, hidden, rng, layers=layers, dropout=dropout)
        additive = attention == "additive"
        self.attention = AdditiveAttention(hidden, hidden, hidden, rng) if additive else DotAttention()
        self.combine = Linear(2 * hidden, hidden, rng)
        self.output = Linear(hidden, target_size + 1, rng)
        self.dropout = Dropout(dropout, rng)

    def encode(self, x: np.ndarray, mask: np.ndarray | None = None) -> tuple[Tensor, Tensor]:
        """The encoder's states at every position (T, B, H), and its last state (L, S, B, H).   x, mask (T, B)"""
        return self.encoder(self.source(x), None, mask)

    def decode(
        self, inputs: np.ndarray, state: Any, places: Any, mask: np.ndarray | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The logits after every input, the state after the last input, and the attention weights.

        inputs (T′, B) int, state (L, S, B, H), places: the encoder's states (T, B, H), mask (T, B) of the source
        → o (T′, B, V + 1), state (L, S, B, H), a (T′, B, T)
        """
        s, state = self.decoder(self.target(inputs), state)
        c, a = self.attention(s, places, mask)
        combined = self.dropout(np.tanh(self.combine(np.concatenate([s, c], axis=-1))))
        return linear(combined, self.output.W, self.output.b), state, a

    def loss(
        self,
        x: np.ndarray,
        x_mask: np.ndarray,
        y: np.ndarray,
        y_mask: np.ndarray,
        rng: Generator | None = None,
        scheduled_sampling: float = 0.0,
    ) -> Tensor:
        """−log p(y and its end | x) of each pair, summed over the real symbols: (B,) nats.

        x, y                  (T, B) and (T′, B) int
        x_mask, y_mask        bool, True where a symbol is real; those of y are True up to each end
        rng                   draws the symbols of scheduled sampling
        scheduled_sampling    probability that the decoder reads, in place of the true previous symbol, one
                              sampled from the model; 0 is teacher forcing

        Raises BadInput for a probability outside [0, 1], or one above 0 without rng.
        Source: Sutskever et al. (2014), eq. 1; scheduled sampling: Bengio et al. (2015), section 2.4, without a
        gradient through the sampled symbols.   Ledger: rnn.seq2seq
        """
        check_numbers("[0, 1]", scheduled_sampling=scheduled_sampling)
        if scheduled_sampling and rng is None:
            raise BadInput("scheduled_sampling draws symbols and needs rng; give sg.random.default_rng(seed)")
        lengths, B = np.sum(y_mask, axis=0), y.shape[1]
        edge = np.full((1, B), self.boundary)
        inputs, targets = np.concatenate([edge, y]), np.concatenate([y, edge])
        targets[lengths, np.arange(B)] = self.boundary
        real = np.arange(len(targets))[:, None] <= lengths
        places, state = self.encode(x, x_mask)
        if scheduled_sampling:
            constants = places.detach(), state.detach(), x_mask
            inputs = self._partly_sampled(inputs, *constants, rng, scheduled_sampling)
        o, _, _ = self.decode(inputs, state, places, x_mask)
        losses = softmax_cross_entropy(o, targets)
        return np.sum(np.where(real, losses, np.zeros((), losses.dtype)), axis=0)

    def _partly_sampled(
        self, inputs: np.ndarray, places: Any, state: Any, mask: Any, rng: Any, probability: float
    ) -> np.ndarray:
        """The inputs (T′ + 1, B), each replaced with this probability by a symbol sampled from the model."""
        inputs, rng = inputs.copy(), as_generator(rng)
        sampled = rng.random(inputs.shape, np.float64) < probability
        with no_grad(), self.eval_mode():
            for t in range(len(inputs) - 1):
                o, state, _ = self.decode(inputs[t : t + 1], state, places, mask)
                own = rng.categorical(softmax(o.numpy()[0].astype(np.float64)))
                inputs[t + 1] = np.where(sampled[t + 1], own, inputs[t + 1])
        return inputs

    def translate(self, x: np.ndarray, x_mask: np.ndarray, n: int) -> tuple[list[np.ndarray], np.ndarray]:
        """Greedy decoding: the most probable symbol at each step, up to the boundary or n symbols.

        x, x_mask (T, B) → B arrays (T′_b,) int, and the attention weights of each symbol (n′, B, T)
        Raises BadInput for n < 0.
        """
        check_counts(0, n=n)
        written: list[np.ndarray] = []
        attention: list[np.ndarray] = []
        with no_grad(), self.eval_mode():
            places, state = self.encode(x, x_mask)
            last, ended = np.full(x.shape[1], self.boundary), np.zeros(x.shape[1], bool)
            while len(written) < n and not ended.all():
                o, state, a = self.decode(last[None], state, places, x_mask)
                last = np.argmax(o.numpy()[0], axis=-1)
                written.append(last)
                attention.append(a.numpy()[0])
                ended |= last == self.boundary
        symbols = np.array(written, np.int64).reshape(-1, x.shape[1])
        before_end = np.cumsum(symbols == self.boundary, axis=0) == 0
        texts = [column[real] for column, real in zip(symbols.T, before_end.T, strict=True)]
        return texts, np.array(attention).reshape(-1, *x.shape[::-1])
