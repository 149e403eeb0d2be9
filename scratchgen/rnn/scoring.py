"""How well a language model predicts a text: bits, and perplexity, in one pass with the state carried."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.errors import BadInput
from scratchgen.rnn.models import LanguageModel


def log_prob(model: LanguageModel, ids, chunk: int = 200) -> np.ndarray:
    """log p(c_t | c_1 … c_{t−1}) in nats of every symbol but the first: (N,) int → (N−1,) float64.

    chunk    how many symbols are computed at once; the state is carried, so it changes nothing but memory
    Raises BadInput for fewer than two symbols.   Ledger: rnn.language_model
    """
    check_length(ids)
    parts, state = [], None
    with no_grad(), model.eval_mode():
        for start in range(0, len(ids) - 1, chunk):
            piece = np.asarray(ids[start : start + chunk + 1])
            losses, state = model.loss(piece[:-1, None], piece[1:, None], state)
            parts.append(-losses.numpy()[:, 0].astype(np.float64))
    return np.concatenate(parts)


def evaluate(model: LanguageModel, ids) -> float:
    """Bits per symbol, −log₂ p(text) / (N − 1); of a character model bits per character.

    Ledger: rnn.cross_entropy
    """
    return -float(np.mean(log_prob(model, ids))) / math.log(2)


def perplexity(model: LanguageModel, ids) -> float:
    """exp(−log p(text) / (N − 1)): among how many equally likely symbols the model hesitates in the mean.

    Ledger: rnn.perplexity
    """
    return math.exp(-float(np.mean(log_prob(model, ids))))


def bits_per_character(model: LanguageModel, text: str) -> float:
    """−log₂ p(text) / characters, the first symbol and its characters left out.

    So models over characters, bytes and pieces of words can be compared. Raises BadInput as `log_prob`.

    Ledger: rnn.cross_entropy
    """
    ids = model.vocabulary.encode(text)
    total = float(np.sum(log_prob(model, ids)))
    return -total / math.log(2) / (len(text) - len(model.vocabulary.decode(ids[:1])))


def check_length(ids) -> None:
    """Raises BadInput for a text in which there is nothing to predict."""
    if len(ids) < 2:
        raise BadInput(f"in a text of {len(ids)} symbols there is nothing to predict; give at least 2")
