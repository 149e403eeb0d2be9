"""chrF: how many n-grams of characters translations share with human references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from scratchgen.errors import BadInput, check_counts, check_numbers


def chrf(
    translations: Sequence[str], references: Sequence[Sequence[str]], order: int = 6, beta: float = 2.0
) -> float:
    """chrF of a set of translations in 0 … 100, with n-grams of one to `order` characters.

        chrF_β = 100 (1 + β²) P R / (β² P + R),   P = mean_n m_n / h_n,   R = mean_n m_n / r_n

    h_n and r_n are the numbers of n-grams of the translations and of their references, and m_n is the number that
    they share, Σ_i Σ_g min(n_g(translation i), n_g(reference i)). White space is left out. The means are over the
    orders of which both sides have an n-gram. Of several references, each translation is compared with the one of
    the largest chrF.

    references    for each translation its references, one or more
    beta          β: recall counts β times as much as precision
    Raises BadInput for no translations, a translation without a reference, order < 1, and β that is not positive.
    Source: Popović (2015), eq. 1; the means as in sacrebleu, Post (2018).   Ledger: evaluation.chrf
    """
    check_counts(order=order)
    check_numbers("(0, ∞)", beta=beta)
    if not translations or len(translations) != len(references) or not all(references):
        raise BadInput(
            f"{len(translations)} translations and {len(references)} sets of references; chrF needs at least one "
            "reference per translation"
        )
    pairs = zip(translations, references, strict=True)
    counts = [
        max((_counts(text, one, order) for one in known), key=lambda counted: _f_score(counted, beta))
        for text, known in pairs
    ]
    return _f_score(np.sum(counts, axis=0), beta)


def _counts(translation: str, reference: str, order: int) -> np.ndarray:
    """h_n, r_n and m_n for n = 1 … order, (order, 3); h_n is 0 where the reference has no n-gram."""
    found = []
    for n in range(1, order + 1):
        ours, theirs = _ngrams(translation, n), _ngrams(reference, n)
        found.append((ours.total() if theirs else 0, theirs.total(), (ours & theirs).total()))
    return np.array(found)


def _ngrams(text: str, n: int) -> Counter[str]:
    characters = "".join(text.split())
    return Counter(characters[i : i + n] for i in range(len(characters) - n + 1))


def _f_score(counts: np.ndarray, beta: float) -> float:
    ours, theirs, shared = counts[(counts[:, 0] > 0) & (counts[:, 1] > 0)].T
    if not shared.any():
        return 0.0
    precision, recall = np.mean(shared / ours), np.mean(shared / theirs)
    return float(100 * (1 + beta**2) * precision * recall / (beta**2 * precision + recall))
