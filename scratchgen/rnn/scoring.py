"""Scores of a language model on a text: log-likelihood, bits per symbol, perplexity."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data.stored import StoredArray
from scratchgen.errors import BadInput, check_counts
from scratchgen.rnn.models import LanguageModel


def log_prob(model: LanguageModel, ids: np.ndarray | StoredArray, segment_steps: int = 200) -> np.ndarray:
    """log p(c_t | c_1 … c_{t−1}) in nats of every symbol but the first: (N,) int → (N − 1,) float64.

    segment_steps    number of symbols per call of the model; the state is carried, so it affects memory alone
    Raises BadInput for fewer than two symbols.   Ledger: rnn.language_model
    """
    check_counts(segment_steps=segment_steps)
    check_length(ids)
    nats, state = np.empty(len(ids) - 1), None
    with no_grad(), model.eval_mode():
        for start in range(0, len(ids) - 1, segment_steps):
            piece = np.asarray(ids[start : start + segment_steps + 1])
            piece = piece.astype(np.int64) if piece.dtype.kind == "u" else piece
            losses, state = model.loss(piece[:-1, None], piece[1:, None], state)
            nats[start : start + len(piece) - 1] = -losses.numpy()[:, 0]
    return nats


def evaluate(model: LanguageModel, ids: np.ndarray | StoredArray) -> float:
    """−log₂ p(text) / (N − 1), the bits per symbol of a text; bits per character if symbols are characters.

    ids (N,) int.   Raises BadInput for fewer than two symbols.   Ledger: rnn.cross_entropy
    """
    return -float(np.mean(log_prob(model, ids))) / math.log(2)


def perplexity(model: LanguageModel, ids: np.ndarray | StoredArray) -> float:
    """exp(−log p(text) / (N − 1)): the number of equally probable symbols with the same uncertainty.

    ids (N,) int.   Raises BadInput for fewer than two symbols.   Ledger: rnn.perplexity
    """
    return math.exp(-float(np.mean(log_prob(model, ids))))


def bits_per_character(model: LanguageModel, text: str) -> float:
    """−log₂ p(text) / characters, without the first symbol and its characters.

    It compares models over characters, bytes and pieces of words. Raises BadInput for a text of fewer than two
    symbols.   Ledger: rnn.cross_entropy
    """
    ids = model.tokenizer.encode(text)
    total = float(np.sum(log_prob(model, ids)))
    return -total / math.log(2) / (len(text) - len(model.tokenizer.decode(ids[:1])))


def check_symbols(ids: np.ndarray | StoredArray) -> None:
    """Raise BadInput for a text that is not given as integers (N,)."""
    if isinstance(ids, str) or np.ndim(ids) != 1:
        found = "a text" if isinstance(ids, str) else f"an array of shape {np.shape(ids)}"
        raise BadInput(f"a text is integers (N,) here, not {found}; encode it, model.tokenizer.encode(text)")


def check_length(ids: np.ndarray | StoredArray) -> None:
    """Raise BadInput for a text that is no integers (N,), or fewer than two: it has nothing to predict."""
    check_symbols(ids)
    if len(ids) < 2:
        raise BadInput(f"in a text of {len(ids)} symbols there is nothing to predict; give at least 2")
