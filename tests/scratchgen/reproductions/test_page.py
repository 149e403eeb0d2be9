"""The page of reproductions has the texts of the sources: title, source, setting, deviations, one row per part."""

from dataclasses import replace
from pathlib import Path

import pytest

from scratchgen.reproductions import REPRODUCTIONS

PAGE = Path(__file__).parents[3] / "tutorials" / "reproductions.md"


def sections():
    """{name: lines} of the page."""
    if not PAGE.exists():
        pytest.skip("the page is in the repository only")
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    return {lines[0]: lines for lines in (part.splitlines() for part in parts)}


def differences(reproduction, lines):
    """The texts of a reproduction that its section does not have."""
    text = "\n".join(lines)
    expected = [
        f"{reproduction.title}. {reproduction.source}.",
        reproduction.setting,
        f"here ({reproduction.unit})",
        *(f"\n- {deviation}" for deviation in reproduction.deviations),
        *(f"\n| {part.title} | {part.published} |" for part in reproduction.parts),
        "\nDeviations: none." if not reproduction.deviations else "\nDeviations:\n",
    ]
    return [line for line in expected if line not in text]


def test_every_reproduction_is_on_the_page_with_the_texts_of_its_source():
    page = sections()
    assert sorted(page) == sorted(REPRODUCTIONS)
    assert {name: found for name in page if (found := differences(REPRODUCTIONS[name], page[name]))} == {}


def test_the_claim_above_rejects_a_deviation_and_a_unit_that_are_not_on_the_page():
    ppca = REPRODUCTIONS["ppca"]
    lines = sections()["ppca"]
    assert differences(replace(ppca, deviations=(*ppca.deviations, "Another one.")), lines) == [
        "\n- Another one."
    ]
    assert differences(replace(ppca, unit="bits per image"), lines) == ["here (bits per image)"]
