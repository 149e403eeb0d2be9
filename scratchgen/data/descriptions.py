"""Attributes in words: "vampire, red vest, crown, gold shield" ↔ a kind of each attribute."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from scratchgen.data.types import Attribute
from scratchgen.errors import BadInput

NONE = "none"  # the kind of an attribute that an example does not have


def describe(labels: Sequence[int], attributes: Sequence[Attribute]) -> str:
    """The kinds of an example in words, without those that it does not have: "vampire, red vest, gold shield".

    labels    (S,) a kind of each attribute

    The name of an attribute is added where its kind alone could be another's. `parse_description` reads it back.
    """
    phrases = []
    for attribute, k in zip(attributes, labels, strict=True):
        kind = attribute.kinds[k]
        if kind == NONE:
            continue
        candidates = _meanings(kind, attributes)
        phrases.append(kind if len(candidates) == 1 else f"{kind} {attribute.name}")
    return ", ".join(phrases)


def parse_description(text: str, attributes: Sequence[Attribute]) -> tuple[int, ...]:
    """The kind of each attribute that a description names: "vampire, red vest, gold shield" → (S,) places of kinds.

    A phrase names a kind by all of its words or by some that no other kind has; the name of the attribute may be
    among them ("gold shield", "shield=gold"). An attribute that is not named has the kind "none".

    Raises BadInput for an unknown word, with the words that there are; for words that fit several kinds or none; for
    two kinds of one attribute; and where an attribute without the kind "none" is not named.
    """
    chosen: dict[int, int] = {}
    for phrase in filter(None, (part.strip() for part in text.split(","))):
        s, k = _meaning(phrase, attributes)
        if chosen.get(s, k) != k:
            kinds = attributes[s].kinds
            raise BadInput(
                f"{text!r} names two kinds of {attributes[s].name}, {kinds[chosen[s]]} and {kinds[k]}; choose one"
            )
        chosen[s] = k
    for s, attribute in enumerate(attributes):
        if s not in chosen and NONE not in attribute.kinds:
            raise BadInput(f"{text!r} names no {attribute.name}; add one of {', '.join(attribute.kinds)}")
    return tuple(chosen.get(s, _place_of_none(attribute)) for s, attribute in enumerate(attributes))


def _place_of_none(attribute: Attribute) -> int:
    return attribute.kinds.index(NONE) if NONE in attribute.kinds else 0


def _meaning(phrase: str, attributes: Sequence[Attribute]) -> tuple[int, int]:
    """The attribute and the kind that a phrase names."""
    if len(found := _meanings(phrase, attributes)) == 1:
        return found[0]
    if found:
        some = ", ".join(f"{attributes[s].name}={attributes[s].kinds[k]}" for s, k in found)
        raise BadInput(f"{phrase!r} may be {some}; say which")
    known = {word for a in attributes for text in (a.name, *a.kinds) for word in _words(text)} - {NONE}
    if unknown := [word for word in _words(phrase) if word not in known]:
        close = difflib.get_close_matches(unknown[0], sorted(known), 1)
        hint = f"; did you mean {close[0]}?" if close else ""
    else:
        unknown, hint = [phrase], ""
    kinds = "; ".join(f"{a.name}: {', '.join(kind for kind in a.kinds if kind != NONE)}" for a in attributes)
    raise BadInput(f"no kind is named {unknown[0]!r}{hint} (there are {kinds})")


def _meanings(phrase: str, attributes: Sequence[Attribute]) -> list[tuple[int, int]]:
    """The attributes and kinds that have all words of a phrase; one whose words it gives in full goes before others."""
    words, found, in_full = set(_words(phrase)), [], []
    for s, attribute in enumerate(attributes):
        for k, kind in enumerate(attribute.kinds):
            of_kind, name = set(_words(kind)), set(_words(attribute.name))
            if kind == NONE or not words <= of_kind | name:
                continue
            found.append((s, k))
            if words == of_kind | name:
                in_full.append((s, k))
    return in_full if len(in_full) == 1 else found


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
