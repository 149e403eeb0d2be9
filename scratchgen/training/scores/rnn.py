"""How good a language model is: its bits per character, beside those of an n-gram model."""

from __future__ import annotations

from scratchgen import evaluation, rnn
from scratchgen.data import TextData
from scratchgen.training.scores.score import Score

MAX_ORDER = 3
BEST_NGRAM = f"best n-gram of order ≤ {MAX_ORDER}"


def rnn_scores(model: rnn.LanguageModel, text: TextData, part: str) -> list[Score]:
    """Held-out bits per character. The n-gram model's order is the one that validates best."""
    train, validation, held_out = (
        model.vocabulary.encode(x) for x in (text.train, text.validation, getattr(text, part))
    )
    ngram = evaluation.best_ngram(train, validation, model.vocabulary.size, max_order=MAX_ORDER)
    # of the characters that we predict: all but the first
    baseline = evaluation.bits_per_character(ngram.log_prob(held_out)[1:])
    ours = rnn.evaluate(model, held_out)
    return [
        Score(
            "held-out bits per character",
            f"{ours:.3f}",
            f"{baseline:.3f} ({BEST_NGRAM}, which is of order {ngram.order})",
            f"below {baseline:.3f}",
            ours < baseline,
            value=ours,
            baseline_value=baseline,
        )
    ]
