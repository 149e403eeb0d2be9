"""Sequence to sequence: an encoder, and a decoder with attention to the encoder's states."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.functional import linear, log_softmax, softmax, softmax_cross_entropy
from scratchgen.nn import Dropout, Embedding, Linear, Module
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.models import CELLS
from scratchgen.rnn.translation.attention import AdditiveAttention, CoverageAttention, DotAttention
from scratchgen.rnn.translation.pointer import GenerationProbability, coverage_loss, pointer_log_prob

ATTENTION = ("additive", "dot")
UNKNOWN = 0  # the embedding of a word outside the vocabulary is that of this symbol, as in a `WordTokenizer`


class DecoderSteps(NamedTuple):
    """The results of the decoder at T′ steps.

    o           logits of the symbols of the target and of its end, (T′, B, V + 1)
    state       after the last step, (L, S, B, H)
    a           attention weights, (T′, B, T)
    gates       log p_gen and log(1 − p_gen), each (T′, B); None without copying
    coverage    sum of the attention weights up to the last step, (B, T); None without coverage
    """

    o: Tensor
    state: Tensor
    a: Tensor
    gates: tuple[Tensor, Tensor] | None = None
    coverage: Tensor | None = None


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
    copying                     the pointer-generator: a symbol is generated, or copied from the source
                                (`pointer_log_prob`). x and y then have the same symbols 0 … V − 1, and V + 1 + k
                                is the k-th word of a source that is outside this vocabulary
    coverage                    the attention also reads the sum of its earlier weights (`CoverageAttention`)
    Raises BadInput for an unknown cell or attention, for copying with different numbers of symbols, and for
    coverage with another attention than additive.
    Source: Sutskever et al. (2014); attention after the recurrence: Luong et al. (2015), eq. 5 and 6; copying and
    coverage: See, Liu & Manning (2017).
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
        copying: bool = False,
        coverage: bool = False,
    ) -> None:
        if cell not in CELLS or attention not in ATTENTION:
            raise BadInput(
                f"no cell is called {cell!r}, or no attention {attention!r}; choose one of "
                f"{', '.join(CELLS)} and one of {', '.join(ATTENTION)}"
            )
        check_counts(source_size=source_size, target_size=target_size, hidden=hidden, embedding=embedding)
        if copying and source_size != target_size:
            raise BadInput(
                f"copying needs the same symbols on both sides, and there are {source_size} of the source and "
                f"{target_size} of the target; use one tokenizer for both"
            )
        if coverage and attention != "additive":
            raise BadInput("coverage is a part of additive attention; choose attention='additive'")
        self.boundary = target_size
        self.source = Embedding(source_size, embedding, rng)
        self.target = Embedding(target_size + 1, embedding, rng)
        self.encoder = CELLS[cell](embedding, hidden, rng, layers=layers, dropout=dropout)
        self.decoder = CELLS[cell](embedding, hidden, rng, layers=layers, dropout=dropout)
        additive = CoverageAttention if coverage else AdditiveAttention
        sizes = hidden, hidden, hidden
        self.attention = additive(*sizes, rng) if attention == "additive" else DotAttention()
        self.combine = Linear(2 * hidden, hidden, rng)
        self.output = Linear(hidden, target_size + 1, rng)
        self.dropout = Dropout(dropout, rng)
        self.gate = GenerationProbability(hidden, embedding, rng) if copying else None

    def encode(self, x: np.ndarray, mask: np.ndarray | None = None) -> tuple[Tensor, Tensor]:
        """The encoder's states at every position (T, B, H), and its last state (L, S, B, H).   x, mask (T, B)"""
        return self.encoder(self.source(self._embedded(x)), None, mask)

    def _embedded(self, ids: np.ndarray) -> np.ndarray:
        """The symbols whose embeddings are read: UNKNOWN for a word outside the vocabulary."""
        return ids if self.gate is None else np.where(ids > self.boundary, UNKNOWN, ids)

    def decode(
        self, inputs: np.ndarray, state: Any, places: Any, mask: np.ndarray | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The logits after every input, the state after the last input, and the attention weights.

        inputs (T′, B) int, state (L, S, B, H), places: the encoder's states (T, B, H), mask (T, B) of the source
        → o (T′, B, V + 1), state (L, S, B, H), a (T′, B, T)
        """
        steps = self.steps(inputs, state, places, mask)
        return steps.o, steps.state, steps.a

    def steps(
        self,
        inputs: np.ndarray,
        state: Any,
        places: Any,
        mask: np.ndarray | None = None,
        coverage: Any = None,
    ) -> DecoderSteps:
        """Everything that the decoder computes at these inputs.

        coverage    (B, T) before the first input; None: 0. The other arguments are those of `decode`.
        """
        embedded = self.target(self._embedded(inputs))
        s, state = self.decoder(embedded, state)
        if isinstance(self.attention, CoverageAttention):
            c, a, coverage = self.attention(s, places, mask, coverage)
        else:
            (c, a), coverage = self.attention(s, places, mask), None
        combined = self.dropout(np.tanh(self.combine(np.concatenate([s, c], axis=-1))))
        o = linear(combined, self.output.W, self.output.b)
        gates = None if self.gate is None else self.gate(c, s, embedded)
        return DecoderSteps(o, state, a, gates, coverage)

    def logits(self, steps: DecoderSteps, x: np.ndarray) -> Tensor:
        """The logits of every symbol: o, or with copying log P of the symbols and of the E words outside.

        x (T, B), or (T, 1) of one source for all → (T′, B, V + 1), or (T′, B, V + 1 + E) with copying
        Ledger: rnn.pointer
        """
        if steps.gates is None:
            return steps.o
        V = self.boundary
        outside = np.full((*steps.o.shape[:2], max(int(x.max()) - V, 0)), -np.inf, steps.o.dtype)
        log_p_vocab = np.concatenate([log_softmax(steps.o), outside], axis=-1)
        x_is_w = x.T[None, :, None] == np.arange(log_p_vocab.shape[-1])[:, None]
        return pointer_log_prob(log_p_vocab, *steps.gates, steps.a, x_is_w)

    def _losses(self, steps: DecoderSteps, x: np.ndarray, targets: np.ndarray) -> Tensor:
        """−log p of each target, (T′, B) nats."""
        if steps.gates is None:
            return softmax_cross_entropy(steps.o, targets)
        outside = targets > self.boundary
        log_p: Any = -softmax_cross_entropy(steps.o, np.where(outside, UNKNOWN, targets))
        log_p_vocab = np.where(outside, np.array(-np.inf, log_p.dtype), log_p)[..., None]
        x_is_w = x.T[None, :, None] == targets[..., None, None]
        if np.any(outside & ~x_is_w.any(axis=(-2, -1))):
            raise BadInput(
                "a target has a word that is neither in the vocabulary nor in its source; encode it as 0"
            )
        return -pointer_log_prob(log_p_vocab, *steps.gates, steps.a, x_is_w)[..., 0]

    def loss(
        self,
        x: np.ndarray,
        x_mask: np.ndarray,
        y: np.ndarray,
        y_mask: np.ndarray,
        rng: Generator | None = None,
        scheduled_sampling: float = 0.0,
        coverage_weight: float = 0.0,
    ) -> Tensor:
        """−log p(y and its end | x) of each pair, summed over the real symbols: (B,) nats.

        x, y                  (T, B) and (T′, B) int
        x_mask, y_mask        bool, True where a symbol is real; y_mask is True up to each end
        rng                   draws the symbols of scheduled sampling
        scheduled_sampling    probability that the decoder reads, in place of the true previous symbol, one
                              sampled from the model; 0 is teacher forcing
        coverage_weight       λ: adds λ Σ_t Σ_j min(a_tj, C_tj) to each value, `coverage_loss`

        Raises BadInput for a probability outside [0, 1], or one above 0 without rng; for a negative
        coverage_weight; and, with copying, for a target that is neither in the vocabulary nor in its source.
        Source: Sutskever et al. (2014), eq. 1; scheduled sampling: Bengio et al. (2015), section 2.4, without a
        gradient through the sampled symbols.   Ledger: rnn.seq2seq
        """
        check_numbers("[0, 1]", scheduled_sampling=scheduled_sampling)
        check_numbers("[0, ∞)", coverage_weight=coverage_weight)
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
            inputs = self._partly_sampled(inputs, *constants, rng, scheduled_sampling, x)
        steps = self.steps(inputs, state, places, x_mask)
        losses = self._losses(steps, x, targets)
        if coverage_weight:
            losses = losses + coverage_weight * coverage_loss(steps.a)
        return np.sum(np.where(real, losses, np.zeros((), losses.dtype)), axis=0)

    def _partly_sampled(
        self,
        inputs: np.ndarray,
        places: Any,
        state: Any,
        mask: Any,
        rng: Any,
        probability: float,
        x: np.ndarray,
    ) -> np.ndarray:
        """The inputs (T′ + 1, B), each replaced with this probability by a symbol sampled from the model."""
        inputs, rng = inputs.copy(), as_generator(rng)
        sampled = rng.random(inputs.shape, np.float64) < probability
        with no_grad(), self.eval_mode():
            coverage = None
            for t in range(len(inputs) - 1):
                steps = self.steps(inputs[t : t + 1], state, places, mask, coverage)
                state, coverage = steps.state, steps.coverage
                own = rng.categorical(softmax(self.logits(steps, x).numpy()[0].astype(np.float64)))
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
            (places, state), coverage = self.encode(x, x_mask), None
            last, ended = np.full(x.shape[1], self.boundary), np.zeros(x.shape[1], bool)
            while len(written) < n and not ended.all():
                steps = self.steps(last[None], state, places, x_mask, coverage)
                state, coverage = steps.state, steps.coverage
                last = np.argmax(self.logits(steps, x).numpy()[0], axis=-1)
                written.append(last)
                attention.append(steps.a.numpy()[0])
                ended |= last == self.boundary
        symbols = np.array(written, np.int64).reshape(-1, x.shape[1])
        before_end = np.cumsum(symbols == self.boundary, axis=0) == 0
        texts = [column[real] for column, real in zip(symbols.T, before_end.T, strict=True)]
        return texts, np.array(attention).reshape(-1, *x.shape[::-1])
