"""Extractive baselines of summarisation: the beginning of a text, or one of its sentences."""

from __future__ import annotations

import re

from scratchgen.errors import check_counts
from scratchgen.evaluation.rouge import rouge_l


def first_words(text: str, n: int = 10) -> str:
    """The first n words of a text, where white space separates words.   Raises BadInput for n < 0."""
    check_counts(0, n=n)
    return " ".join(text.split()[:n])


def sentences(text: str) -> list[str]:
    """The sentences of a text: white space after ".", "!" or "?" ends one, and so does the mark ¶ of a paragraph."""
    parts = re.split(r"(?<=[.!?])\s+|\s*¶\s*", text.strip())
    return [part for part in parts if part]


def first_sentence(text: str) -> str:
    """The first sentence of a text, or "" of an empty text."""
    return next(iter(sentences(text)), "")


def oracle_sentence(text: str, reference: str) -> str:
    """The sentence of a text that has the largest F₁ of ROUGE-L with the reference, the first of equal ones.

    It knows the reference: the score that a choice of one sentence can reach, not a baseline.
    """
    return max(sentences(text), key=lambda sentence: rouge_l(sentence, reference).f1, default="")
