"""From an equation on a page to the breakpoint on its code: its section says what to type."""

import re
from pathlib import Path

import pytest

from scratchgen.equations import BY_ID, EQUATIONS
from scratchgen.equations.locate import anchor

PAGES = {
    page.name: page.read_text(encoding="utf-8") for page in Path(__file__).parents[1].glob("tutorials/0*.py")
}


def debugged(text):
    """For each section of a page, by its anchor, the ids that its lines `In the debugger: …` name."""
    found, here = {}, ""
    for line in text.splitlines():
        if anchor(line):
            here = anchor(line)
            found[here] = set()
        elif line.startswith("# > "):
            found.setdefault(here, set()).update(re.findall(r"`(?:scratchgen debug )?(\w+\.\w+)`", line))
    return found


def commands(text):
    """What is to be typed: of each line `In the debugger: …` the first id, with the command before it."""
    return re.findall(r"^# > In the debugger: `scratchgen debug (\w+\.\w+)`", text, re.M)


SECTIONS = {name: debugged(text) for name, text in PAGES.items()}


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e.id)
def test_the_section_of_an_equation_names_its_id_beside_the_command(equation):
    page, _, section = equation.tutorial.partition("#")
    assert equation.id in SECTIONS[page][section]


@pytest.mark.parametrize("page", PAGES)
def test_each_id_that_a_page_names_is_in_the_ledger(page):
    named = set().union(*SECTIONS[page].values())
    assert named <= BY_ID.keys()
    anywhere = re.findall(r"scratchgen (?:debug|equations) (\w+\.\w+)", PAGES[page])
    assert anywhere and set(anywhere) <= BY_ID.keys()


@pytest.mark.parametrize("page", PAGES)
def test_each_line_about_the_debugger_begins_with_a_command_that_can_be_typed(page):
    about = re.findall(r"^# > .*debugger", PAGES[page], re.M)
    assert len(about) == len(commands(PAGES[page])) > 0


PLANTED = """
# ## The first
#
# > In the debugger: `scratchgen debug a.one`, or `a.two`,
# > `a.three`
#
# `a.four` is only mentioned.
# ## The second, with a comma
# > In the debugger: `scratchgen debug a.five`
"""


def test_the_claims_above_reject_an_id_in_another_section_and_one_that_is_only_mentioned():
    found = debugged(PLANTED)
    assert found == {"the-first": {"a.one", "a.two", "a.three"}, "the-second-with-a-comma": {"a.five"}}
    assert commands(PLANTED) == ["a.one", "a.five"]


def test_anchors_are_the_headings_of_the_page_and_no_others():
    assert {"the-value-function-of-the-game", "other-objectives", "counting-modes"} < SECTIONS["03_gan.py"].keys()
    assert not {"", "the-vae", "3-the-generative-adversarial-network"} & SECTIONS["03_gan.py"].keys()
