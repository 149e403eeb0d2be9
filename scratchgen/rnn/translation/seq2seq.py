"""From one sequence to another: an encoder that reads, and a decoder that writes and looks back."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.errors import BadInput
from scratchgen.functional import linear, softmax, softmax_cross_entropy
from scratchgen.nn import Dropout, Embedding, Linear, Module
from scratchgen.random import Generator
from scratchgen.rnn.models import CELLS
from scratchgen.rnn.translation.attention import AdditiveAttention, DotAttention

ATTENTION = ("additive", "dot")


class Seq2Seq(Module):
    """log p(y | x) = Σ_t log softmax(o_t)[y_t],   o_t = tanh([s_t, c_t] W_c + b_c) W_o + b_o.

    The encoder's last state is the decoder's first; s_t is the decoder's state after y_1 … y_{t−1}, and c_t
    the attention of s_t to the states of the encoder. One symbol more than the target has, `boundary`, stands
    before the first and after the last.

    source_size, target_size    how many symbols x and y have
    cell                        tanh, lstm or gru;   attention: additive or dot
    dropout                     the probability of dropping an element on its way to the next layer, or to o
    Source: Sutskever et al. (2014); attention after the recurrence: Luong et al. (2015), eq. 5 and 6.
    Ledger: rnn.seq2seq
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        hidden: int,
        embedding: int,
        rng: Generator,
        *,
        cell: str = "gru",
        attention: str = "additive",
        layers: int = 1,
        dropout: float = 0.0,
    ):
        if cell not in CELLS or attention not in ATTENTION:
            raise BadInput(
                f"no cell is called {cell!r}, or no attention {attention!r}; choose one of "
                f"{', '.join(CELLS)} and one of {', '.join(ATTENTION)}"
            )
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

    def encode(self, x, mask=None):
        """States at every place (T, B, H), and the last (L, S, B, H).   x, mask (T, B)"""
        return self.encoder(self.source(x), None, mask)

    def decode(self, inputs, state, places, mask=None):
        """Logits after every input, the state after the last, and where the decoder looked.

        inputs (T′, B) int, state (L, S, B, H), places (T, B, H), mask (T, B)
        → o (T′, B, V + 1), state, a (T′, B, T)
        """
        s, state = self.decoder(self.target(inputs), state)
        c, a = self.attention(s, places, mask)
        combined = self.dropout(np.tanh(self.combine(np.concatenate([s, c], axis=-1))))
        return linear(combined, self.output.W, self.output.b), state, a

    def loss(self, x, x_mask, y, y_mask, rng: Generator | None = None, sampling: float = 0.0):
        """−log p(y and its end | x), summed over the real symbols: (B,) nats.

        x, y              (T, B) and (T′, B) int;   x_mask, y_mask: bool, True where they are real
        rng, sampling     with this probability the decoder is given, in place of the right symbol before,
                          one that it draws itself; 0 is teacher forcing

        Masks of y are True up to each end. Raises BadInput for a probability outside [0, 1].
        Source: Bengio et al. (2015), section 2.4: no gradient flows through what was drawn.
        Ledger: rnn.seq2seq
        """
        if not 0 <= sampling <= 1 or (sampling and rng is None):
            raise BadInput(f"sampling is a probability in [0, 1] and needs rng, not {sampling} and {rng}")
        lengths, B = np.sum(y_mask, axis=0), y.shape[1]
        edge = np.full((1, B), self.boundary)
        inputs, targets = np.concatenate([edge, y]), np.concatenate([y, edge])
        targets[lengths, np.arange(B)] = self.boundary
        real = np.arange(len(targets))[:, None] <= lengths
        places, state = self.encode(x, x_mask)
        if sampling:
            inputs = self._partly_drawn(inputs, places.detach(), state.detach(), x_mask, rng, sampling)
        o, _, _ = self.decode(inputs, state, places, x_mask)
        losses = softmax_cross_entropy(o, targets)
        return np.sum(np.where(real, losses, np.zeros((), losses.dtype)), axis=0)

    def _partly_drawn(self, inputs, places, state, mask, rng, sampling: float) -> np.ndarray:
        """The inputs, where chance so decides those that the decoder draws one after the other."""
        inputs = inputs.copy()
        drawn = rng.random(inputs.shape, np.float64) < sampling
        with no_grad(), self.eval_mode():
            for t in range(len(inputs) - 1):
                o, state, _ = self.decode(inputs[t : t + 1], state, places, mask)
                own = rng.categorical(softmax(o.numpy()[0].astype(np.float64)))
                inputs[t + 1] = np.where(drawn[t + 1], own, inputs[t + 1])
        return inputs

    def translate(self, x, x_mask, n: int) -> tuple[list[np.ndarray], np.ndarray]:
        """For each source, the likeliest symbol after the likeliest, up to the boundary or n symbols.

        x, x_mask (T, B) → B arrays (T′_b,) int, and where the decoder looked for each symbol, (n′, B, T)
        """
        written, looked = [], []
        with no_grad(), self.eval_mode():
            places, state = self.encode(x, x_mask)
            last, ended = np.full(x.shape[1], self.boundary), np.zeros(x.shape[1], bool)
            while len(written) < n and not ended.all():
                o, state, a = self.decode(last[None], state, places, x_mask)
                last = np.argmax(o.numpy()[0], axis=-1)
                written.append(last)
                looked.append(a.numpy()[0])
                ended |= last == self.boundary
        symbols = np.array(written, np.int64).reshape(-1, x.shape[1])
        before_end = np.cumsum(symbols == self.boundary, axis=0) == 0
        texts = [column[real] for column, real in zip(symbols.T, before_end.T, strict=True)]
        return texts, np.array(looked).reshape(-1, *x.shape[::-1])
