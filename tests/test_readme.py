"""The commands and the numbers in the README and the pages of tutorials/ are correct."""

import contextlib
import functools
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scratchgen import cli

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted(ROOT.glob("tutorials/*.md")), *sorted(ROOT.glob(".github/*.md"))]
WITH_CODE = [README, ROOT / "tutorials" / "commands.md"]


def name(page):
    return str(page.relative_to(ROOT))


def fenced(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def commands(text):
    """Each (command, option) that a page names, after `scratchgen COMMAND` or in a table of the rest of a command."""
    begins = ""
    for line in text.splitlines():
        if "begins with `scratchgen" in line:
            begins = line.partition("begins with `")[2]
        elif line and not line.startswith("|"):
            begins = ""
        shown = line if "scratchgen " in line else begins + line
        for part in re.split(r"(?=scratchgen [a-z])", shown)[1:]:
            command = re.match(r"scratchgen (train \w+|data \w+|exercise \w+|app \w+|\w+)", part)[1]
            yield from ((command, option) for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", part))


def missing_files(text, folder):
    """The files that a page names or links to and that do not exist."""
    named = re.findall(r"`((?:scratchgen|kernels|tests|tutorials|\.github|\.ci|\.vscode)/[\w./]*)`", text)
    linked = re.findall(r"\]\((?!https?:)([\w./-]+)(?:#[\w-]*)?\)", text)
    return [f for f in named if not (ROOT / f).exists()] + [f for f in linked if not (folder / f).exists()]


@pytest.mark.parametrize("page", WITH_CODE, ids=name)
def test_the_example_prints_the_output_shown_after_it(page, tmp_path):
    text = page.read_text(encoding="utf-8")
    (code,), (printed,) = fenced(text, "python"), fenced(text, "text")
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert shown.stdout == printed


def test_the_readme_is_a_front_door_and_its_example_is_short():
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert len([line for line in fenced(text, "python")[0].splitlines() if line.strip()]) <= 16


def test_the_commands_are_set_up_then_a_quick_check_then_the_whole_suite():
    set_up, quick, whole = fenced(README.read_text(encoding="utf-8"), "bash")
    assert "scratchgen demo" in set_up and "pytest -m fast" in quick
    assert "pytest" in whole and "-m fast" not in whole


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_files_that_a_page_points_to_exist(page):
    assert not missing_files(page.read_text(encoding="utf-8"), page.parent)


def test_the_claim_above_rejects_a_file_that_is_missing_and_a_dead_link():
    page = "`scratchgen/no_such_file.py` [a page](no_such_page.md#section) [README](../README.md)"
    assert missing_files(page, ROOT / "tutorials") == ["scratchgen/no_such_file.py", "no_such_page.md"]


NAMED = sorted(
    {named for page in PAGES if page.name != "CHANGELOG.md" for named in commands(page.read_text())}
)


@pytest.fixture(scope="module")
def help_of():
    """The help text of a command, on lines so long that no option is cut."""

    @functools.cache
    def help_of(command):
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(io.StringIO()) as printed,
            pytest.raises(SystemExit) as ended,
        ):
            patch.setenv("COLUMNS", "300")
            cli.main([*command.split(), "--help"])
        assert ended.value.code == 0
        return printed.getvalue()

    return help_of


@pytest.mark.parametrize(("command", "option"), NAMED, ids=str)
def test_a_command_has_the_options_that_the_pages_name(command, option, help_of):
    assert re.search(rf"{option}(?![a-z-])", help_of(command))


def test_the_claim_above_rejects_an_option_that_a_command_does_not_have(help_of):
    page = "begins with `scratchgen train vae`:\n\n| a model | `--no-such-option 3` |"
    assert list(commands(page)) == [("train vae", "--no-such-option")]
    assert "--no-such-option" not in help_of("train vae")
