"""n-gram models of text: the baseline for recurrent language models."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from scratchgen.data.stored import StoredArray
from scratchgen.errors import BadInput, check_counts, check_numbers

TOKENS = 2**19  # of a text that are counted or scored at once
CONCENTRATION_GRID = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)  # half-decades


class NGram:
    """An n-gram model: the probability of a token given the `order` tokens before it, interpolated with all
    shorter contexts.

        p_k(c | ctx) = (n(ctx, c) + α p_{k−1}(c | ctx′)) / (n(ctx) + α),    p_{−1} = 1/V

    n counts occurrences in the training text, ctx′ is ctx without its oldest token. The concentration α is the
    number of observations that the shorter context is worth; order 0 is the unigram model.
    Raises ValueError unless order ≥ 0 and concentration > 0.

    Source: MacKay & Bauman Peto (1995), "A hierarchical Dirichlet language model", with one α for all orders.
    Ledger: rnn.ngram
    """

    def __init__(self, order: int, concentration: float = 1.0):
        check_counts(0, order=order)
        check_numbers("(0, ∞)", concentration=concentration)
        self.order, self.concentration = order, concentration
        self.tables: list[_Counts] = []

    def fit(self, ids: np.ndarray | StoredArray, vocabulary_size: int) -> NGram:
        """Count the tokens after every context of 0 … order tokens; returns self.

        ids: (N,) integers in 0 … vocabulary_size−1.   Raises BadInput for other integers and for N ≤ order.
        """
        check_counts(vocabulary_size=vocabulary_size)
        V = vocabulary_size
        if V ** (self.order + 1) > 2**63:
            raise BadInput(f"order {self.order} over {V} tokens overflows 64 bits; choose a lower order")
        ids = _check(ids, V)
        if len(ids) <= self.order:
            raise BadInput(
                f"{len(ids)} tokens are too few for order {self.order}; give more text, or choose a lower order"
            )
        self.vocabulary_size = V
        self.tables = [_Counts(ids, k, V) for k in range(self.order + 1)]
        return self

    def log_prob(self, ids: np.ndarray | StoredArray) -> np.ndarray:
        """log p of each token given the tokens before it, in nats: (N,) → (N,).

        The first tokens have fewer tokens before them; for these the contexts are shorter.
        Raises BadInput for integers outside the vocabulary.   Ledger: rnn.ngram
        """
        nats, done = np.empty(len(self._known(ids))), 0
        for piece, before in _with_contexts(ids, self.order):
            *_, p = _by_order(self.evidence(piece), self.concentration, self.vocabulary_size)
            nats[done : done + len(piece) - before] = np.log(p[before:])
            done += len(piece) - before
        return nats

    def evidence(self, ids: np.ndarray | StoredArray) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each order k = 0 … order the training counts (n(ctx, c), n(ctx)), each (N,), at each token."""
        ids = np.asarray(self._known(ids), np.int64)
        return [table.look_up(ids, k) for k, table in enumerate(self.tables)]

    def _known(self, ids: np.ndarray | StoredArray) -> np.ndarray | StoredArray:
        if not self.tables:
            raise RuntimeError("the n-gram model has no counts yet; call fit first")
        return _check(ids, self.vocabulary_size)


class _Counts:
    """n(ctx, c) and n(ctx) of one order; a window (ctx, c) is one integer with the tokens as digits in base V."""

    def __init__(self, ids: np.ndarray | StoredArray, k: int, V: int):
        self.V = V
        self.windows, self.window_counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
        for start in range(0, len(ids) - k, TOKENS):
            piece = np.asarray(ids[start : start + TOKENS + k], np.int64)
            self._add(*np.unique(_windows(piece, k, V), return_counts=True))
        self.contexts, first = np.unique(self.windows // V, return_index=True)
        self.context_counts = np.add.reduceat(self.window_counts, first)

    def _add(self, windows: np.ndarray, counts: np.ndarray) -> None:
        """Add the counts of other windows, in the order of the windows."""
        keys, counts = np.append(self.windows, windows), np.append(self.window_counts, counts)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        self.windows, self.window_counts = keys[first], np.add.reduceat(counts[order], first)

    def look_up(self, ids: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Counts at each token of a text; 0 for the first k tokens, which have no full context."""
        windows = _windows(ids, k, self.V)
        absent = np.zeros(min(k, len(ids)), np.int64)
        seen = _count(windows, self.windows, self.window_counts)
        total = _count(windows // self.V, self.contexts, self.context_counts)
        return np.concatenate([absent, seen]), np.concatenate([absent, total])


def _windows(ids: np.ndarray, k: int, V: int) -> np.ndarray:
    """Every window of k + 1 tokens as one integer: (N,) → (max(N − k, 0),)."""
    n = max(len(ids) - k, 0)
    packed = np.zeros(n, np.int64)
    for i in range(k + 1):
        packed = packed * V + ids[i : i + n]
    return packed


def _count(wanted: np.ndarray, keys: np.ndarray, counts: np.ndarray) -> np.ndarray:
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, counts[place], 0)


def _by_order(
    evidence: list[tuple[np.ndarray, np.ndarray]], concentration: float, vocabulary_size: int
) -> Iterator[Any]:
    """p_0, p_1, … p_order at each token, (N,) each, by the recursion of `NGram`."""
    p: Any = 1 / vocabulary_size
    for seen, total in evidence:
        p = (seen + concentration * p) / (total + concentration)
        yield p


def _with_contexts(
    ids: np.ndarray | StoredArray, order: int
) -> Iterator[tuple[np.ndarray | StoredArray, int]]:
    """Pieces of a text, and how many tokens at the beginning of each are contexts alone: those of the piece before."""
    for start in range(0, len(ids), TOKENS):
        first = max(start - order, 0)
        yield ids[first : start + TOKENS], start - first


def _check(ids: np.ndarray | StoredArray, vocabulary_size: int) -> np.ndarray | StoredArray:
    ids = ids if isinstance(ids, StoredArray) else np.asarray(ids)
    if ids.ndim != 1 or ids.size == 0 or not np.issubdtype(ids.dtype, np.integer):
        raise BadInput(
            f"a text must be one or more integers (N,), not {ids.dtype} of shape {ids.shape}; encode it"
        )
    if ids.min() < 0 or ids.max() >= vocabulary_size:
        raise BadInput(
            f"tokens are numbered 0 … {vocabulary_size - 1}, not {ids.min()} … {ids.max()}; encode the text again"
        )
    return ids


def best_ngram(
    train: np.ndarray | StoredArray,
    validation: np.ndarray | StoredArray,
    vocabulary_size: int,
    max_order: int,
) -> NGram:
    """The n-gram model with the highest likelihood of the validation text, fitted to the training text.

    The search is over order ≤ max_order and concentrations from 0.1 to 300.
    train, validation: (N,) integers in 0 … vocabulary_size−1.   Raises BadInput as `NGram.fit` does.
    """
    check_counts(0, max_order=max_order)
    ngram = NGram(max_order).fit(train, vocabulary_size)
    scores: dict[tuple[int, float], float] = defaultdict(float)
    for piece, before in _with_contexts(_check(validation, vocabulary_size), max_order):
        evidence = ngram.evidence(piece)
        for concentration in CONCENTRATION_GRID:
            for order, p in enumerate(_by_order(evidence, concentration, vocabulary_size)):
                scores[order, concentration] += float(np.log(p[before:]).sum())
    order, concentration = max(scores, key=lambda setting: scores[setting])
    return NGram(order, concentration).fit(train, vocabulary_size)


def bits_per_character(log_prob: np.ndarray) -> float:
    """−(1/N) Σ_n log₂ p(c_n | …): nats (N,) → bits per character, the code length of a perfect coder.

    Ledger: rnn.cross_entropy
    """
    return float(-np.mean(log_prob) / math.log(2)) + 0.0  # 0 and not −0 for a text of one symbol
