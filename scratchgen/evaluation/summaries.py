"""Shares of summaries that are copied from their texts, and that repeat."""

from __future__ import annotations

from collections.abc import Sequence

from scratchgen.errors import BadInput, check_counts
from scratchgen.evaluation.rouge import rouge_words


def copied_share(summaries: Sequence[str], texts: Sequence[str], n: int) -> float:
    """The share of the n-grams of words of summaries that occur in their texts, in [0, 1].

        copied_n = Σ_i Σ_{g ∈ x_i} n_g(s_i) / Σ_i Σ_g n_g(s_i)

    s_i is a summary, x_i its text, and n_g(s) the number of times that the n-gram g occurs in s. The words are those
    of ROUGE. The share is 0 if the summaries have no n-grams.
    Raises BadInput for n < 1, for no summaries, and for another number of texts.
    Source: See, Liu & Manning (2017), section 7.2 (its complement, novel n-grams).   Ledger: evaluation.copied_share
    """
    check_counts(n=n)
    if not summaries or len(summaries) != len(texts):
        raise BadInput(f"{len(summaries)} summaries and {len(texts)} texts; give one text per summary")
    copied = total = 0
    for summary, text in zip(summaries, texts, strict=True):
        ours, known = _ngrams(summary, n), set(_ngrams(text, n))
        copied += sum(g in known for g in ours)
        total += len(ours)
    return copied / total if total else 0.0


def repeated_share(summaries: Sequence[str], n: int) -> float:
    """The share of the n-grams of words of summaries that occurred before in the same summary, in [0, 1).

        repeated_n = 1 − Σ_i |{g : n_g(s_i) > 0}| / Σ_i Σ_g n_g(s_i)

    s_i is a summary, and n_g(s) the number of times that the n-gram g occurs in s. The words are those of ROUGE. The
    share is 0 if the summaries have no n-grams.
    Raises BadInput for n < 1 and for no summaries.
    Source: See, Liu & Manning (2017), section 7.1.   Ledger: evaluation.repeated_share
    """
    check_counts(n=n)
    if not summaries:
        raise BadInput("there are no summaries; give at least one")
    ngrams = [_ngrams(summary, n) for summary in summaries]
    total = sum(map(len, ngrams))
    return 1 - sum(len(set(found)) for found in ngrams) / total if total else 0.0


def _ngrams(text: str, n: int) -> list[tuple[str, ...]]:
    words = rouge_words(text)
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
