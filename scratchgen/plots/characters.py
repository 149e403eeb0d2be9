"""Symbols of a text as they can be seen."""

from __future__ import annotations

SEEN = {"\n": "↵", "\t": "→", " ": "␣"}


def seen(symbol: str) -> str:
    """The symbol, or a sign that stands for one without ink; � where there is no such sign."""
    if symbol in SEEN:
        return SEEN[symbol]
    return "".join(character if character.isprintable() else "�" for character in symbol) or "∅"
