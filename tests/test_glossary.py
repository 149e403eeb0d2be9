"""The glossary is complete, in order, and every term leads to a section or a file that exists."""

import re
from pathlib import Path

import pytest

from scratchgen.equations.ledger import BY_ID
from scratchgen.equations.locate import anchor

PAGES = Path(__file__).parents[1] / "tutorials"
GLOSSARY = PAGES / "glossary.md"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| \[`?([^\]`]+)`?\]\(([^)#]+)(?:#([^)]+))?\) \|$")


def rows(text):
    """[(term, Chinese, meaning, label of the link, file, section)] of the table; every line of it must match."""
    lines = [line for line in text.splitlines() if line.startswith("| ")][2:]
    return [match.groups() if (match := ROW.match(line)) else (line,) + ("",) * 5 for line in lines]


def shortcomings(text):
    """The faults of a glossary, one line per fault."""
    found, entries = [], rows(text)
    terms = [term for term, *_ in entries]
    if terms != sorted(terms, key=str.casefold) or len(set(terms)) < len(terms):
        found.append("the terms are not in alphabetical order, or a term occurs twice")
    for term, chinese, meaning, label, file, section in entries:
        if not re.search(r"[\u4e00-\u9fff]", chinese):
            found.append(f"{term}: no Chinese")
        if not meaning.endswith(".") or len(meaning.split()) > 25:
            found.append(f"{term}: the meaning is not one short sentence")
        if not (PAGES / file).exists():
            found.append(f"{term}: {file} does not exist")
        elif section and section not in map(anchor, (PAGES / file).read_text(encoding="utf-8").splitlines()):
            found.append(f"{term}: {file} has no section {section}")
        if re.fullmatch(r"[a-z]+\.[a-z_0-9]+", label) and label not in BY_ID and not file.endswith(label):
            found.append(f"{term}: {label} is not an equation")
    return found


def test_the_glossary_has_no_fault_and_at_least_150_terms():
    text = GLOSSARY.read_text(encoding="utf-8")
    assert shortcomings(text) == []
    assert len(rows(text)) >= 150


def test_the_variants_that_people_search_for_are_in_it():
    text = GLOSSARY.read_text(encoding="utf-8").lower()
    for word in (
        "reparameterization trick",
        "reparameterisation trick",
        "vanishing gradient",
        "normalization",
    ):
        assert word in text


HEAD = "| term | 中文 | meaning | see |\n| --- | --- | --- | --- |\n"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("| prior | 先验 | A density. | [`vae.prior`](02_vae.py#no-such-section) |", "no section"),
        ("| prior | 先验 | A density. | [`vae.prior`](no_page.py) |", "does not exist"),
        ("| prior | 先验 | A density. | [`vae.no_such`](02_vae.py) |", "not an equation"),
        ("| prior | prior | A density. | [`vae.prior`](02_vae.py) |", "no Chinese"),
        ("| prior | 先验 | A density | [`vae.prior`](02_vae.py) |", "not one short sentence"),
        ("| prior | 先验 | A density. | no link |", "no Chinese"),
        ("| z | 先验 | Z. | [a](02_vae.py) |\n| a | 先验 | A. | [a](02_vae.py) |", "alphabetical"),
    ],
)
def test_the_check_rejects(row, fault):
    assert fault in "\n".join(shortcomings(HEAD + row))
