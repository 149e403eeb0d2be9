"""Pairs of texts that are short: what a small model can learn to translate in minutes."""

from __future__ import annotations

from scratchgen.data.types import PairData
from scratchgen.errors import BadInput


def short_pairs(pairs: PairData, longest: int) -> PairData:
    """The pairs of every part whose two texts have at most `longest` characters; 0 keeps all.

    Raises BadInput for a part that is left empty, and for a text that is empty.
    """
    parts = {}
    for part in ("train", "validation", "test"):
        all_of_it = getattr(pairs, part)
        if empty := [pair for pair in all_of_it if not all(pair)]:
            raise BadInput(f"{pairs.name}: a text of the pair {empty[0]!r} is empty; remove it")
        parts[part] = [pair for pair in all_of_it if not longest or max(map(len, pair)) <= longest]
        if not parts[part]:
            shortest = min((max(map(len, pair)) for pair in all_of_it), default=0)
            raise BadInput(
                f"{pairs.name}: no {part} pair has texts of at most {longest} characters, the shortest has "
                f"{shortest}; choose a larger longest, or 0 for all"
            )
    return PairData(pairs.name, pairs.sides, **parts)
