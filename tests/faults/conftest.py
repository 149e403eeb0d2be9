"""Faults that a run must survive: a few by default, many with `--full`. Figures are printed at the end."""

import signal

import pytest

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def signals_that_end_a_process():
    """Those of a terminal: under nohup and in the background of a shell some are ignored, also by children."""
    before = [signal.signal(one, signal.SIG_DFL) for one in SIGNALS]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for one, handler in zip(SIGNALS, before, strict=True):
        signal.signal(one, handler)


@pytest.fixture
def count(request):
    """count(few, many): how many faults to try."""
    return lambda few, many: many if request.config.getoption("--full") else few


@pytest.fixture
def figure(record_property):
    """figure(text): a line for the report at the end of the test run."""
    return lambda text: record_property("figure", text)


def pytest_terminal_summary(terminalreporter):
    reports = terminalreporter.getreports("passed")  # reports of other processes too
    figures = [value for report in reports for name, value in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("faults survived")
        for line in dict.fromkeys(figures):
            terminalreporter.write_line(line)
