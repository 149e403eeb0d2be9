"""Descriptions in words: what `describe` writes is read back, and what cannot be understood is refused in one line."""

import pytest

from scratchgen.data.descriptions import describe, parse_description
from scratchgen.data.sets.characters import attributes, draw
from scratchgen.data.types import Attribute
from scratchgen.errors import BadInput
from scratchgen.random import Generator


def kinds_of(text):
    """{attribute: kind} of a description, without those that are "none"."""
    labels = zip(attributes(), parse_description(text, attributes()), strict=True)
    return {attribute.name: attribute.kinds[k] for attribute, k in labels if attribute.kinds[k] != "none"}


def check_round_trip(write):
    for labels in draw(500, Generator(3)):
        assert parse_description(write(labels, attributes()), attributes()) == tuple(labels)


def test_a_description_is_read_back_as_the_attributes_that_it_describes():
    check_round_trip(describe)


def test_the_claim_above_rejects_kinds_without_the_name_of_their_attribute():
    def kinds_alone(labels, attributes):
        kinds = (attribute.kinds[k] for attribute, k in zip(attributes, labels, strict=True))
        return ", ".join(kind for kind in kinds if kind != "none")

    with pytest.raises(BadInput, match="say which"):
        check_round_trip(kinds_alone)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("human", {"species": "human"}),
        ("Human, red robe, axe", {"species": "human", "robe": "red vest", "weapon": "axe"}),
        ("gold shield, lava orc", {"species": "lava orc", "shield": "gold"}),
        ("species=mummy, hat=crown", {"species": "mummy", "hat": "crown"}),
        ("mummy, crown, crown hat,", {"species": "mummy", "hat": "crown"}),
        ("human, blue wizard hat", {"species": "human", "hat": "blue wizard hat"}),
    ],
)
def test_a_phrase_names_a_kind_by_words_that_no_other_kind_has(text, expected):
    assert kinds_of(text) == expected


@pytest.mark.parametrize(
    "text, words",
    [
        ("dwarf, red robe, axe", "no kind is named 'dwarf' (there are species: human, draconian"),
        ("human, crwn", "no kind is named 'crwn'; did you mean crown?"),
        ("human, axe sword", "no kind is named 'axe sword' (there are"),
        ("human, gold", "'gold' may be robe=gold scales, weapon=gold staff, shield=gold; say which"),
        ("human, red cloak, blue cloak", "names two kinds of cloak, red and blue; choose one"),
        ("crown", "'crown' names no species; add one of human, draconian"),
        ("", "'' names no species"),
        ("none", "no kind is named 'none'"),
        ("人类", "no kind is named '人类'"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_line(text, words):
    with pytest.raises(BadInput) as refused:
        parse_description(text, attributes())
    assert words in str(refused.value) and "\n" not in str(refused.value)


def test_a_kind_whose_words_another_one_has_too_is_named_with_its_attribute():
    both = (Attribute("shield", ("none", "red", "dark red")),)
    assert [describe([k], both) for k in (0, 1, 2)] == ["", "red shield", "dark red"]
    assert [parse_description(text, both) for text in ("", "red shield", "dark red")] == [(0,), (1,), (2,)]
