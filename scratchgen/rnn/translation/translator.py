"""Translation of texts: an encoder-decoder with the tokenizers of its source and its target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data.preprocessing.by_length import batches_by_length, pad
from scratchgen.data.tokenizers.words import WordTokenizer
from scratchgen.errors import BadInput, check_counts, described
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.beam import search
from scratchgen.rnn.protocols import Tokenizer
from scratchgen.rnn.translation.seq2seq import UNKNOWN, Seq2Seq

SentencePair = tuple[np.ndarray, np.ndarray]  # source (T,) and target (T′,) as integers

BEAM_WIDTH, LENGTH_PENALTY = 4, 0.6  # the penalty that Wu et al. (2016), section 7, recommend
SCORING_BATCH = 64  # pairs that are scored in one call


@dataclass(frozen=True)
class Translation:
    """A translation that beam search found.

    text, ids    the target, and the same as symbols (T′,)
    log_prob     log p(target and its end | source) in nats
    score        the number by which it was ranked: log_prob over its length penalty
    """

    text: str
    ids: np.ndarray
    log_prob: float
    score: float


@saveable
class Translator(Seq2Seq):
    """A `Seq2Seq` between texts.

        model = Translator(CharacterTokenizer.of(french), CharacterTokenizer.of(english), 128, 64)
        model.translations("bonjour")[0].text

    source, target    tokenizers: `CharacterTokenizer`, `ByteTokenizer`, `BytePairTokenizer`, `WordTokenizer`, or
                      your own; the same one twice with copying
    rng               draws the weights and, in training, the dropout masks; None: the default stream
    The other arguments are those of `Seq2Seq`. `tokenizers` holds the two, source first.
    With copying and a `WordTokenizer`, words of the source that it does not know can be copied.
    Ledger: rnn.seq2seq
    """

    def __init__(
        self,
        source: Tokenizer,
        target: Tokenizer,
        hidden: int,
        embedding: int,
        rng: Generator | None = None,
        **options: Any,
    ) -> None:
        check_counts(hidden=hidden, embedding=embedding)
        self.rng = as_generator(rng)
        self.tokenizers = source, target
        super().__init__(
            source.vocabulary_size, target.vocabulary_size, hidden, embedding, self.rng, **options
        )

    def encode_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[SentencePair]:
        """Pairs of texts as pairs of integer arrays, (T,) and (T′,)."""
        return [(self._encode(0, x, x), self._encode(1, y, x)) for x, y in pairs]

    def _outside(self, source: str) -> list[str]:
        """The words of a source that only copying can write, in the order of their numbers V + 1, V + 2, …"""
        tokenizer = self.tokenizers[0]
        return tokenizer.outside(source) if self.gate and isinstance(tokenizer, WordTokenizer) else []

    def _encode(self, side: int, text: str, source: str) -> np.ndarray:
        tokenizer, outside = self.tokenizers[side], self._outside(source)
        if outside and isinstance(tokenizer, WordTokenizer):
            return tokenizer.encode(text, outside)
        return tokenizer.encode(text)

    def _decode(self, side: int, ids: np.ndarray, source: str) -> str:
        tokenizer, outside = self.tokenizers[side], self._outside(source)
        if outside and isinstance(tokenizer, WordTokenizer):
            return tokenizer.decode(ids, outside)
        return tokenizer.decode(ids)

    def translations(self, text: str, width: int = BEAM_WIDTH, n: int | None = None) -> list[Translation]:
        """The most probable translations by beam search, best first, at most `width` of them.

        n    maximum number of symbols (default: twice the length of the source plus twenty)
        A model that copies writes words alone: p is conditional on a target without the symbol of unknown words.
        Raises BadInput for an empty text, a symbol that the model does not know, n < 1, and width < 1.
        """
        if not isinstance(text, str):
            raise BadInput(f"the text to translate is a str, not {described(text)}")
        x = self._encode(0, text, text)
        if not len(x):
            raise BadInput("the text to translate is empty; give at least one character")
        n = 2 * len(x) + 20 if n is None else n
        check_counts(n=n, width=width)
        writes_words = self.gate is not None and isinstance(self.tokenizers[1], WordTokenizer)
        ends = lambda ids: ids[:, -1] == self.boundary
        with no_grad(), self.eval_mode():
            places, state = (found.numpy() for found in self.encode(x[:, None]))
            L, S, _, H = state.shape

            def decode(last: np.ndarray, carried: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
                state, coverage = _separated(carried, L, S, H)
                steps = self.steps(last[None], state, np.repeat(places, len(last), axis=1), None, coverage)
                coverage = coverage if steps.coverage is None else steps.coverage.numpy()
                logits = self.logits(steps, x[:, None]).numpy()[0]
                if writes_words:
                    logits[:, UNKNOWN] = -np.inf
                return logits, _joined(steps.state.numpy(), coverage)

            start = _joined(state, np.zeros((1, len(x)), places.dtype))
            y, state = decode(np.array([self.boundary]), start)
            found = search(y, state, decode, ends, n, width, LENGTH_PENALTY)
        written = [(ids[:-1] if ids[-1] == self.boundary else ids, p, score) for ids, p, score in found]
        return [Translation(self._decode(1, ids, text), ids, p, score) for ids, p, score in written]

    def tokens(self, text: str, ids: np.ndarray) -> tuple[list[str], list[str]]:
        """The tokens of a source and of a target with these symbols, as texts."""
        x = self._encode(0, text, text)
        read, written = (
            [self._decode(k, side[[t]], text) for t in range(len(side))] for k, side in enumerate((x, ids))
        )
        return read, written

    def attention_weights(self, text: str, ids: np.ndarray) -> np.ndarray:
        """The attention to each symbol of the text while the decoder writes these symbols.

        ids (T′,) int → a (T′, T), the sum of each row is 1
        """
        x = self._encode(0, text, text)[:, None]
        inputs = np.concatenate([[self.boundary], ids[:-1]])[: len(ids), None]
        with no_grad(), self.eval_mode():
            places, state = self.encode(x)
            return self.decode(inputs, state, places)[2].numpy()[:, 0]


def _joined(state: np.ndarray, coverage: np.ndarray) -> np.ndarray:
    """State (L, S, K, H) and coverage (K, T) in the one array of a text that `search` carries: (1, 1, K, L·S·H + T)."""
    rows = np.moveaxis(state, 2, 0).reshape(state.shape[2], -1)
    return np.concatenate([rows, coverage], axis=1)[None, None]


def _separated(carried: np.ndarray, L: int, S: int, H: int) -> tuple[np.ndarray, np.ndarray]:
    """State (L, S, K, H) and coverage (K, T) of an array made by `_joined`."""
    rows, coverage = np.split(carried[0, 0], [L * S * H], axis=1)
    return np.moveaxis(rows.reshape(-1, L, S, H), 0, 2), coverage


def pair_batches(pairs: Sequence[SentencePair], batch_size: int, rng: Generator) -> Iterator[tuple]:
    """One epoch as (x, x_mask, y, y_mask, rows): every pair once, in batches of targets of similar length.

    pairs    N pairs of integer arrays, (T,) and (T′,)
    rng      draws the order
    → x (T, B), y (T′, B), their masks, and rows (B,): the indices of the pairs
    Raises BadInput for pairs of anything else, such as texts, and for an empty array.
    """
    for pair in pairs:
        if len(pair) != 2 or not all(isinstance(side, np.ndarray) and len(side) for side in pair):
            raise BadInput(
                "a pair is a source and a target as integer arrays that are not empty; encode the texts, "
                "model.encode_pairs(pairs)"
            )
    for y, y_mask, rows in batches_by_length([y for _, y in pairs], batch_size, rng):
        yield *pad([pairs[i][0] for i in rows]), y, y_mask, rows


def nats_by_pair(model: Seq2Seq, pairs: Sequence[SentencePair]) -> np.ndarray:
    """−log p(y and its end | x) of each pair: (N,) float64 nats.   Ledger: rnn.seq2seq"""
    nats = np.empty(len(pairs))
    with no_grad(), model.eval_mode():
        for *batch, rows in pair_batches(pairs, SCORING_BATCH, Generator(0)):
            nats[rows] = model.loss(*batch).numpy()
    return nats


def nats_per_symbol(model: Seq2Seq, pairs: Sequence[SentencePair]) -> float:
    """Σ −log p(y and its end | x) / Σ (T′ + 1): nats per symbol of the targets, ends included.

    Ledger: rnn.seq2seq
    """
    return float(nats_by_pair(model, pairs).sum() / sum(len(y) + 1 for _, y in pairs))
