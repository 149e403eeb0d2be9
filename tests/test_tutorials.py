"""The pages' lines about the debugger: each begins with a command that can be typed, for ids of the ledger."""

import re
from pathlib import Path

from scratchgen.equations import BY_ID

PAGES = {page.name: page.read_text("utf-8") for page in Path(__file__).parents[1].glob("tutorials/[0-9]*.py")}


def unusable(text):
    """The problems of the block quotes of a page that are about the debugger."""
    for quote in re.findall(r"^# > .*debugger.*(?:\n# > .*)*", text, re.M):
        if not re.match(r"# > In the debugger: `scratchgen debug \w+\.\w+`", quote):
            yield f"does not begin with a command: {quote}"
        for id in re.findall(r"`(?:scratchgen debug )?(\w+\.\w+)`", quote):
            if id not in BY_ID:
                yield f"names {id}, which the ledger does not have"


def test_each_line_about_the_debugger_begins_with_a_command_and_names_known_ids():
    problems = [f"{page} {problem}" for page, text in PAGES.items() for problem in unusable(text)]
    assert PAGES and not problems, "\n" + "\n".join(problems)


def test_the_claim_above_rejects_a_line_without_a_command_and_an_unknown_id():
    assert [
        *unusable("# > In the debugger: `scratchgen debug vae.kl`, or `a.two`,\n# > `a.three`\n# `a.four`")
    ] == [
        "names a.two, which the ledger does not have",
        "names a.three, which the ledger does not have",
    ]
    assert len([*unusable("# > Step through `vae.kl` in the debugger.")]) == 1
