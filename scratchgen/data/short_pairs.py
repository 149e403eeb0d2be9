"""Keep only the short pairs of texts, which a small model can learn to translate in minutes."""

from __future__ import annotations

from copy import deepcopy

from scratchgen.data.types import PairData
from scratchgen.errors import BadInput


def short_pairs(pairs: PairData, max_length: int) -> PairData:
    """The pairs of every part whose two texts have at most `max_length` characters; 0 keeps all.

    Raises BadInput for an empty text, and if no pair of a part is short enough.
    """
    parts, report = {}, deepcopy(pairs.report)
    for part in ("train", "validation", "test"):
        whole = getattr(pairs, part)
        if empty := [pair for pair in whole if not all(pair)]:
            raise BadInput(f"{pairs.name}: a text of the pair {empty[0]!r} is empty; remove the pair")
        parts[part] = [pair for pair in whole if not max_length or max(map(len, pair)) <= max_length]
        if not parts[part]:
            shortest = min((max(map(len, pair)) for pair in whole), default=0)
            raise BadInput(
                f"{pairs.name}: no {part} pair has texts of at most {max_length} characters, the shortest has "
                f"{shortest}; choose a larger max_length, or 0 for all"
            )
    if report.read:  # a known set was not read from a file
        left_out = sum(len(getattr(pairs, part)) - len(kept) for part, kept in parts.items())
        report.change(
            f"with a text of more than {max_length} characters, left out (--max-length 0 keeps all)", left_out
        )
    return PairData(pairs.name, pairs.sides, **parts, report=report)
