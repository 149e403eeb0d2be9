"""Faults that a run must survive: a few by default, many with `--full`. Figures are printed at the end."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="as many faults as the published figures rest on")


@pytest.fixture
def count(request):
    """count(few, many): how many faults to try."""
    return lambda few, many: many if request.config.getoption("--full") else few


FIGURES = []


@pytest.fixture
def figure(capsys):
    """figure(text): note a line for the report, and print it."""

    def note(text):
        FIGURES.append(text)
        with capsys.disabled():
            print(f"\n  {text}")

    return note


def pytest_terminal_summary(terminalreporter):
    if FIGURES:
        terminalreporter.section("faults survived")
        for line in FIGURES:
            terminalreporter.write_line(line)
