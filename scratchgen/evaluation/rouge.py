"""ROUGE: how many n-grams, or words in order, a summary shares with a summary that a person wrote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scratchgen.errors import BadInput, NotInstalled, check_counts


class Rouge(NamedTuple):
    """Recall, precision and F₁ of a summary against a reference, each in [0, 1]."""

    recall: float
    precision: float
    f1: float


class RougeScores(NamedTuple):
    """Mean F₁ of many summaries by ROUGE-1, ROUGE-2 and ROUGE-L, each in 0 … 100."""

    rouge_1: float
    rouge_2: float
    rouge_l: float


def rouge_words(text: str) -> list[str]:
    """The words that ROUGE compares: runs of ASCII letters and digits, in lower case, without stemming.

    This is the tokenizer of the package `rouge-score`; a letter outside ASCII separates words.
    """
    return re.findall("[a-z0-9]+", text.lower())


def rouge_n(summary: str, reference: str, n: int) -> Rouge:
    """ROUGE-n: the n-grams of words that a summary shares with a reference.

        m = Σ_g min(n_g(s), n_g(r)),   R = m / Σ_g n_g(r),   P = m / Σ_g n_g(s),   F₁ = 2 P R / (P + R)

    n_g(s) is the number of times that the n-gram g occurs in the summary s, n_g(r) in the reference r. A ratio is
    0 if its denominator is 0: a text of fewer than n words has no n-grams.
    Raises BadInput for n < 1.
    Source: Lin (2004), eq. 1, for one reference; F₁ as in the package `rouge-score`.   Ledger: evaluation.rouge_n
    """
    check_counts(n=n)
    ours, theirs = (_ngrams(rouge_words(text), n) for text in (summary, reference))
    return _rouge((ours & theirs).total(), ours.total(), theirs.total())


def rouge_l(summary: str, reference: str) -> Rouge:
    """ROUGE-L: the longest sequence of words that both texts have in the same order, with gaps allowed.

        R = LCS(s, r) / |r|,   P = LCS(s, r) / |s|,   F₁ = 2 P R / (P + R)

    LCS(s, r) is the length of the longest common subsequence of the words of summary s and reference r, |s| and
    |r| are their numbers of words. A ratio is 0 if its denominator is 0.
    Source: Lin (2004), eq. 2 to 4 with β = 1.   Ledger: evaluation.rouge_l
    """
    ours, theirs = rouge_words(summary), rouge_words(reference)
    return _rouge(_longest_common_subsequence(ours, theirs), len(ours), len(theirs))


def rouge(summaries: Sequence[str], references: Sequence[str]) -> RougeScores:
    """Mean F₁ of ROUGE-1, ROUGE-2 and ROUGE-L over the summaries, each in 0 … 100.

    Raises BadInput for no summaries, and for another number of references.
    Source: Lin (2004), sections 2 and 3.   Ledger: evaluation.rouge_n, evaluation.rouge_l
    """
    pairs = _paired(summaries, references)
    f1 = [(rouge_n(s, r, 1).f1, rouge_n(s, r, 2).f1, rouge_l(s, r).f1) for s, r in pairs]
    return RougeScores(*(100 * np.mean(f1, axis=0)).tolist())


def stemmed_rouge(summaries: Sequence[str], references: Sequence[str]) -> RougeScores:
    """`rouge` of words without their endings, by the package `rouge-score` with Porter's stemmer.

    Published scores are mostly these, about two points above those without stemming.
    Raises BadInput as `rouge`, and NotInstalled without rouge-score.
    """
    pairs = _paired(summaries, references)
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError:
        raise NotInstalled(
            'ROUGE with stemming needs rouge-score, which is not installed; `pip install "scratchgen-numpy[eval]"`'
        ) from None
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    f1 = [[score.fmeasure for score in scorer.score(r, s).values()] for s, r in pairs]
    return RougeScores(*(100 * np.mean(f1, axis=0)).tolist())


def _paired(summaries: Sequence[str], references: Sequence[str]) -> list[tuple[str, str]]:
    if not summaries or len(summaries) != len(references):
        raise BadInput(
            f"{len(summaries)} summaries and {len(references)} references; ROUGE needs one reference per summary"
        )
    return list(zip(summaries, references, strict=True))


def _ngrams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _longest_common_subsequence(s: Sequence[str], r: Sequence[str]) -> int:
    """Its length, by dynamic programming: row i holds the lengths for s_1 … s_i and every beginning of r."""
    lengths = [0] * (len(r) + 1)
    for word in s:
        above = lengths
        lengths = [0]
        for j, other in enumerate(r):
            lengths.append(above[j] + 1 if word == other else max(above[j + 1], lengths[j]))
    return lengths[-1]


def _rouge(shared: int, ours: int, theirs: int) -> Rouge:
    recall, precision = (shared / n if n else 0.0 for n in (theirs, ours))
    both = precision + recall
    return Rouge(recall, precision, 2 * precision * recall / both if both else 0.0)
