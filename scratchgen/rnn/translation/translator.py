"""From text to text: an encoder-decoder with the symbols that it reads and those that it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data.preprocessing.by_length import batches_by_length, pad
from scratchgen.errors import BadInput
from scratchgen.random import Generator
from scratchgen.rnn.beam import search
from scratchgen.rnn.translation.seq2seq import Seq2Seq

SentencePair = tuple[np.ndarray, np.ndarray]  # what is read and what is to be written, as numbers

WIDTH, ALPHA = 4, 0.6  # of the beam; alpha as Wu et al. (2016), section 7, recommend
SCORED = 64  # pairs whose losses are computed at once


@dataclass(frozen=True)
class Translation:
    """A text, its symbols (T′,), its log p given the source in nats, and the score that ranked it."""

    text: str
    ids: np.ndarray
    log_prob: float
    score: float


class Translator(Seq2Seq):
    """A `Seq2Seq` between texts.

    source, target    their symbols: `CharacterTokenizer`, `ByteTokenizer` or `BytePairTokenizer`
    rng               draws the weights, and in training what dropout drops
    The rest are the arguments of Seq2Seq.
    """

    def __init__(self, source, target, hidden: int, embedding: int, rng: Generator | None = None, **options):
        if min(hidden, embedding) < 1:
            raise ValueError(f"sizes are at least 1, not embedding {embedding} and hidden {hidden}")
        self.rng = rng or Generator(0)
        self.symbols = source, target
        super().__init__(
            source.vocabulary_size, target.vocabulary_size, hidden, embedding, self.rng, **options
        )

    def numbers(self, pairs: Sequence[tuple[str, str]]) -> list[SentencePair]:
        """Pairs of texts as pairs of (T,) and (T′,) integers."""
        source, target = self.symbols
        return [(source.encode(x), target.encode(y)) for x, y in pairs]

    def translations(self, text: str, width: int = WIDTH, n: int | None = None) -> list[Translation]:
        """Translations of high probability, best first, at most `width` of them.

        n    symbols of the longest; by default twice as many as the source has, and twenty
        Raises BadInput for an empty text, a symbol that the model does not know, n < 1, and width < 1.
        """
        source, target = self.symbols
        x = source.encode(text)
        if not len(x):
            raise BadInput("the text to translate is empty; give at least one character")
        n = 2 * len(x) + 20 if n is None else n
        if n < 1:
            raise BadInput(f"a translation of {n} symbols is none; allow at least 1")
        ends = lambda ids: ids[:, -1] == self.boundary
        with no_grad(), self.eval_mode():
            places, state = (found.numpy() for found in self.encode(x[:, None]))

            def step(last, state):
                o, state, _ = self.decode(last[None], state, np.repeat(places, len(last), axis=1))
                return o.numpy()[0], state.numpy()

            first = step(np.array([self.boundary]), state)
            found = search(*first, step, ends, n, width, ALPHA)
        written = [(ids[:-1] if ids[-1] == self.boundary else ids, p, score) for ids, p, score in found]
        return [Translation(target.decode(ids), ids, p, score) for ids, p, score in written]

    def looks(self, text: str, ids: np.ndarray) -> np.ndarray:
        """Where the decoder looks as it writes these symbols: a (T′, T), each row with sum 1."""
        x = self.symbols[0].encode(text)[:, None]
        inputs = np.concatenate([[self.boundary], ids[:-1]])[: len(ids), None]
        with no_grad(), self.eval_mode():
            places, state = self.encode(x)
            return self.decode(inputs, state, places)[2].numpy()[:, 0]


def pair_batches(pairs: Sequence[SentencePair], batch_size: int, rng) -> Iterator[tuple]:
    """One epoch as (x, x_mask, y, y_mask, rows): every pair once, those of about one length together.

    x (T, B), y (T′, B), and rows (B,), which pairs they are. The length is that of the target.
    """
    for y, y_mask, rows in batches_by_length([y for _, y in pairs], batch_size, rng):
        yield *pad([pairs[i][0] for i in rows]), y, y_mask, rows


def nats_by_pair(model: Seq2Seq, pairs: Sequence[SentencePair]) -> np.ndarray:
    """−log p(y and its end | x) of each pair: (N,) float64 nats.   Ledger: rnn.seq2seq"""
    nats = np.empty(len(pairs))
    with no_grad(), model.eval_mode():
        for *batch, rows in pair_batches(pairs, SCORED, Generator(0)):
            nats[rows] = model.loss(*batch).numpy()
    return nats


def nats_per_symbol(model: Seq2Seq, pairs: Sequence[SentencePair]) -> float:
    """Σ −log p(y and its end | x) / Σ (T′ + 1): nats for each symbol of the targets, ends counted.

    Ledger: rnn.seq2seq
    """
    return float(nats_by_pair(model, pairs).sum() / sum(len(y) + 1 for _, y in pairs))
