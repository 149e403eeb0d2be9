"""A set of pairs as a text: one line per pair, and no pair in two parts."""

from dataclasses import replace

import pytest

from scratchgen.data import CATALOGUE, PairData, TextData, load_pairs, load_text
from scratchgen.data.pairs_as_text import as_lines

SETS = [name for name, entry in CATALOGUE.items() if entry.kind == "pairs"]
PARTS = ("train", "validation", "test")
PAIRS = PairData(
    "numbers",
    ("numeral", "word"),
    [
        (str(n), word)
        for n, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven"])
    ],
    [("8", "eight")],
    [("9", "nine"), ("10", "ten")],
)


def pairs_of(text):
    return [tuple(line.split("\t")) for line in text.removesuffix("\n").split("\n")]


def holds_the_pairs(text, pairs):
    """Whether each part of a text consists of the pairs of that part, one per line, in any order."""
    return all(sorted(pairs_of(getattr(text, part))) == sorted(getattr(pairs, part)) for part in PARTS)


def test_a_line_is_source_tab_target():
    text = as_lines(PAIRS)
    assert text.validation == "8\teight\n" and len(text.train.splitlines()) == 8
    assert holds_the_pairs(text, PAIRS)


@pytest.mark.parametrize("part", PARTS)
def test_the_claim_rejects_a_part_with_a_missing_line_or_a_line_of_another_part(part):
    text = as_lines(PAIRS)
    parts = {name: getattr(text, name) for name in PARTS}
    for wrong in (parts[part][:-3] + "\n", parts[part] + "11\televen\n"):
        assert not holds_the_pairs(TextData("numbers", **{**parts, part: wrong}), PAIRS)


def test_the_order_is_shuffled_and_reproducible():
    text = as_lines(PAIRS)
    assert pairs_of(text.train) != PAIRS.train and text == as_lines(PAIRS)


@pytest.mark.parametrize("name", SETS)
def test_every_set_of_pairs_can_be_read_back_from_its_text(name, real_data, monkeypatch):
    pairs = load_pairs(name)  # once: reading a set takes seconds
    monkeypatch.setitem(CATALOGUE, name, replace(CATALOGUE[name], load=lambda: pairs))
    assert holds_the_pairs(load_text(name), pairs)
