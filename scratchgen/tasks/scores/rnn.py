"""How good a language model is: its bits per character, beside those of n-gram models."""

from __future__ import annotations

import math

import numpy as np

from scratchgen import evaluation, rnn
from scratchgen.data import TextData
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.evaluation import Mean
from scratchgen.runs.score import Score, Show, mean_score, unseen

MAX_ORDER = 3
BEST_NGRAM = f"best n-gram of order ≤ {MAX_ORDER}"
ORDERS = range(6)  # of the n-grams that a finished model is compared with
STRETCHES, SHORTEST = 50, 100  # whose means give the standard error, and the symbols of the shortest
PER = {rnn.ByteTokenizer: "byte", BytePairTokenizer: "piece"}
LARGEST_WINDOW = 2**63  # an n-gram is counted as one integer


def rnn_scores(model: rnn.LanguageModel, text: TextData, part: str) -> list[Score]:
    """Held-out bits per character. The n-gram model's order is the one that validates best."""
    bits, _ = _measured(model, text, part)
    order, baseline = _ngram(model, text, part, MAX_ORDER)
    score = mean_score("held-out bits per character", bits, digits=3)
    return [
        Score(
            score.measure,
            score.ours,
            f"{baseline:.3f} ({BEST_NGRAM}, which is of order {order})",
            f"below {baseline:.3f}",
            score.value < baseline,
            value=score.value,
            standard_error=score.standard_error,
            baseline_value=baseline,
        )
    ]


def language_scores(model: rnn.LanguageModel, text: TextData, part: str, show: Show = unseen) -> list[Score]:
    """The same in nats, the perplexity, and n-grams of every order that V symbols allow, up to 5."""
    bits, perplexity = _measured(model, text, part)
    nats = Mean(*(math.log(2) * number for number in bits))
    V = model.vocabulary.vocabulary_size
    per = PER.get(type(model.vocabulary), "character")
    finite = perplexity if math.isfinite(perplexity) else None  # JSON knows no other
    scores = [
        mean_score("nats per character", nats, digits=3),
        Score(
            f"perplexity per {per}", f"{perplexity:.2f}", f"{V} (all alike)", value=finite, baseline_value=V
        ),
    ]
    orders = [order for order in ORDERS if V ** (order + 1) <= LARGEST_WINDOW]
    for most in show(orders, "counting n-grams"):
        order, baseline = _ngram(model, text, part, most)
        measure = f"bits per character, n-gram of order ≤ {most}"
        scores.append(Score(measure, "", f"{baseline:.3f} (order {order})", baseline_value=baseline))
    return scores


def _measured(model: rnn.LanguageModel, text: TextData, part: str) -> tuple[Mean, float]:
    """Bits per character, and the perplexity per symbol, of all but the first symbol.

    Neighbouring symbols are not independent: the standard error is that over long stretches of the text.
    """
    held_out = getattr(text, part)
    ids = model.vocabulary.encode(held_out)
    nats = -rnn.log_prob(model, ids)
    pieces = min(STRETCHES, max(1, len(nats) // SHORTEST))
    means = np.array([stretch.mean() for stretch in np.array_split(nats, pieces)])
    error = float(evaluation.mean_over_examples(means).standard_error)
    mean, scale = float(nats.mean()), _symbols_a_character(model, held_out, ids) / math.log(2)
    with np.errstate(over="ignore"):
        return Mean(mean * scale, error * scale), float(np.exp(mean))


def _ngram(model: rnn.LanguageModel, text: TextData, part: str, most: int) -> tuple[int, float]:
    """The order ≤ most that validates best, and the bits per character of its model."""
    train, validation, held_out = (
        model.vocabulary.encode(x) for x in (text.train, text.validation, getattr(text, part))
    )
    ngram = evaluation.best_ngram(train, validation, model.vocabulary.vocabulary_size, max_order=most)
    # of the symbols that we predict: all but the first
    per_symbol = evaluation.bits_per_character(ngram.log_prob(held_out)[1:])
    return ngram.order, per_symbol * _symbols_a_character(model, getattr(text, part), held_out)


def _symbols_a_character(model: rnn.LanguageModel, text: str, ids: np.ndarray) -> float:
    """How many symbols a character takes, the first symbol and its characters left out."""
    characters = len(text) - len(model.vocabulary.decode(ids[:1]))
    return (len(ids) - 1) / max(characters, 1)  # of the only character, the bytes after its first
