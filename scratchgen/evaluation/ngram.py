"""n-gram models of text: the baseline that a recurrent network has to beat."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import BadInput

ALPHA_GRID = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)  # half-decades


class NGram:
    """A symbol given the `order` symbols before it, interpolated with all shorter contexts.

        p_k(c | ctx) = (n(ctx, c) + α p_{k−1}(c | ctx′)) / (n(ctx) + α),    p_{−1} = 1/V

    n counts the training text, ctx′ is ctx without its oldest symbol. α is how many observations the shorter
    context is worth; order 0 is the unigram.   Raises ValueError unless order ≥ 0 and α > 0.

    Source: MacKay & Bauman Peto (1995), "A hierarchical Dirichlet language model", with one α for all levels.
    Ledger: rnn.ngram
    """

    def __init__(self, order: int, alpha: float = 1.0):
        if order < 0 or not 0 < alpha < math.inf:
            raise ValueError(f"an n-gram model has order ≥ 0 and finite alpha > 0, not {order} and {alpha}")
        self.order, self.alpha = order, alpha
        self.tables: list[_Counts] = []

    def fit(self, ids: np.ndarray, vocab_size: int) -> NGram:
        """Count the symbols after every context of 0 … order symbols; returns self.

        ids: (N,) integers in 0 … vocab_size−1.   Raises BadInput for other numbers and for N ≤ order.
        """
        if vocab_size ** (self.order + 1) > 2**63:
            raise BadInput(
                f"order {self.order} over {vocab_size} symbols overflows 64 bits; choose a lower one"
            )
        ids = _checked(ids, vocab_size)
        if len(ids) <= self.order:
            raise BadInput(
                f"{len(ids)} symbols are too few for order {self.order}; give more, or a lower order"
            )
        self.vocab_size = vocab_size
        self.tables = [_Counts(_windows(ids, k, vocab_size), vocab_size) for k in range(self.order + 1)]
        return self

    def log_prob(self, ids: np.ndarray) -> np.ndarray:
        """log p of each symbol given those before it, in nats: (N,) → (N,).

        The first symbols have fewer before them and are given the shorter contexts.
        Raises BadInput for numbers outside the vocabulary.   Ledger: rnn.ngram
        """
        evidence = self.evidence(ids)
        *_, p = _levels(evidence, self.alpha, self.vocab_size)
        return np.log(p)

    def evidence(self, ids: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each level k = 0 … order what training saw: (n(ctx, c), n(ctx)), each (N,), at each symbol."""
        if not self.tables:
            raise RuntimeError("the n-gram model has counted nothing yet; call fit first")
        ids = _checked(ids, self.vocab_size)
        return [table.look_up(ids, k) for k, table in enumerate(self.tables)]


class _Counts:
    """n(ctx, c) and n(ctx) of one order; a window (ctx, c) is one integer, its symbols digits in base V."""

    def __init__(self, windows: np.ndarray, V: int):
        self.V = V
        self.windows, self.window_counts = np.unique(windows, return_counts=True)
        self.contexts, first = np.unique(self.windows // V, return_index=True)
        self.context_counts = np.add.reduceat(self.window_counts, first)

    def look_up(self, ids: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Counts at each symbol of a text; 0 for the first k, which have no full context."""
        windows = _windows(ids, k, self.V)
        absent = np.zeros(min(k, len(ids)), np.int64)
        seen = _count(windows, self.windows, self.window_counts)
        total = _count(windows // self.V, self.contexts, self.context_counts)
        return np.concatenate([absent, seen]), np.concatenate([absent, total])


def _windows(ids: np.ndarray, k: int, V: int) -> np.ndarray:
    """Every run of k + 1 symbols as one integer: (N,) → (max(N − k, 0),)."""
    n = max(len(ids) - k, 0)
    packed = np.zeros(n, np.int64)
    for i in range(k + 1):
        packed = packed * V + ids[i : i + n]
    return packed


def _count(wanted: np.ndarray, keys: np.ndarray, counts: np.ndarray) -> np.ndarray:
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, counts[place], 0)


def _levels(evidence, alpha: float, vocab_size: int):
    """p_0, p_1, … p_order at each symbol, (N,) each, from the recursion of `NGram`."""
    p = 1 / vocab_size
    for seen, total in evidence:
        p = (seen + alpha * p) / (total + alpha)
        yield p


def _checked(ids, vocab_size: int) -> np.ndarray:
    ids = np.asarray(ids)
    if ids.ndim != 1 or ids.size == 0 or not np.issubdtype(ids.dtype, np.integer):
        raise BadInput(
            f"a text is a row of one or more integers, not {ids.dtype} of shape {ids.shape}; encode it"
        )
    if ids.min() < 0 or ids.max() >= vocab_size:
        raise BadInput(
            f"symbols are numbered 0 … {vocab_size - 1}, not {ids.min()} … {ids.max()}; encode again"
        )
    return ids.astype(np.int64)


def best_ngram(train: np.ndarray, validation: np.ndarray, vocab_size: int, max_order: int) -> NGram:
    """The order ≤ max_order and the α of ALPHA_GRID that predict the validation text best, fitted to train.

    train, validation: (N,) integers in 0 … vocab_size−1.   Raises BadInput like `NGram.fit`.
    """
    evidence = NGram(max_order).fit(train, vocab_size).evidence(validation)
    scores = {
        (order, alpha): np.log(p).sum()
        for alpha in ALPHA_GRID
        for order, p in enumerate(_levels(evidence, alpha, vocab_size))
    }
    order, alpha = max(scores, key=scores.get)
    return NGram(order, alpha).fit(train, vocab_size)


def bits_per_character(log_prob: np.ndarray) -> float:
    """−(1/N) Σ_n log₂ p(c_n | …): nats (N,) → bits a character, what a perfect coder would spend.

    Ledger: rnn.cross_entropy
    """
    return float(-np.mean(log_prob) / math.log(2))
