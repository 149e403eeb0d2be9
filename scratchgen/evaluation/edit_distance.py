"""Edit distance, and the error rates of words and phones that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

import numpy as np

from scratchgen.errors import BadInput


def edit_distance(x: Sequence[Hashable], y: Sequence[Hashable]) -> int:
    """The least number of insertions, deletions and substitutions that turn x into y.

        d_{i,j} = min(d_{i−1,j} + 1, d_{i,j−1} + 1, d_{i−1,j−1} + [x_i ≠ y_j]),   d_{i,0} = i, d_{0,j} = j

    The distance is d_{|x|,|y|}. x and y are sequences of phones, words or characters.
    Source: Wagner & Fischer (1974), algorithm X.   Ledger: evaluation.edit_distance
    """
    row = list(range(len(y) + 1))
    for i, symbol in enumerate(x, 1):
        above, row = row, [i]
        for j, other in enumerate(y, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (symbol != other)))
    return row[-1]


def word_error_rate(found: Sequence[str], listed: Sequence[Collection[str]]) -> float:
    """The share of words whose pronunciation is none of those that are listed for it, in [0, 1].

    found     the pronunciation of each word, phones separated by spaces
    listed    the pronunciations of each word that count as correct
    Raises BadInput for no words, and for another number of lists.
    """
    _check(found, listed)
    return float(np.mean([phones not in right for phones, right in zip(found, listed, strict=True)]))


def phone_error_rate(found: Sequence[str], listed: Sequence[Collection[str]]) -> float:
    """Σ_n min_r d(f_n, r) / Σ_n |r_n|: edits per phone of the nearest listed pronunciation r_n of each word.

    Arguments and errors: as `word_error_rate`.   Ledger: evaluation.edit_distance
    """
    _check(found, listed)
    edits = length = 0
    for phones, right in zip(found, listed, strict=True):
        nearest = min((edit_distance(phones.split(), r.split()), len(r.split())) for r in right)
        edits, length = edits + nearest[0], length + nearest[1]
    return edits / length


def _check(found: Sequence[str], listed: Sequence[Collection[str]]) -> None:
    if not found or len(found) != len(listed) or not all(map(len, listed)):
        raise BadInput(
            f"{len(found)} words and {len(listed)} lists of pronunciations; give one list that is not empty per word"
        )
