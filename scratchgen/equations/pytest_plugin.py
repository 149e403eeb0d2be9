"""pytest --equations: a report of the equations that a test run verified, with the errors measured.

A test measures an error with the fixture `measured(error, tolerance)`. A test that bears the mark of an equation
but measures nothing counts as a test of the equation; it adds no error to the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratchgen.equations.locate import REPORT, is_planted


@dataclass(frozen=True)
class Result:
    """The outcome of a test of an equation, and its error that was largest relative to its tolerance."""

    test: str
    outcome: str
    planted: bool
    error: float | None
    tolerance: float | None


def pytest_addoption(parser):
    """Declare the options of the report of equations."""
    group = parser.getgroup("equations")
    group.addoption(
        "--equations", action="store_true", help="print a table of the equations verified at the end"
    )
    group.addoption(
        "--equations-report",
        metavar="DIR",
        help=f"folder for equations.html and equations.json (default: {REPORT})",
    )


def pytest_itemcollected(item):
    ids = [mark.args[0] for mark in item.iter_markers("equation")]
    if ids:
        item.user_properties.append(("equations", ids))  # xdist passes these on to the main process


@pytest.fixture
def measured(request):
    """measured(error, tolerance): assert that error ≤ tolerance, and report both for the test's equations.

    error        a distance or an array of distances, never negative; for a bound, np.maximum(0, excess), which
                 passes NaN on, unlike Python's max
    tolerance    a number or an array that broadcasts
    Raises ValueError for a negative error and for an empty array of errors.
    """

    def measure(error, tolerance):
        error, tolerance = np.broadcast_arrays(np.asarray(error, float), np.asarray(tolerance, float))
        if not error.size or (error < 0).any():
            raise ValueError("`measured` needs at least one non-negative error; did you forget np.abs?")
        nearest = np.argmax(share(error, tolerance))  # NaN counts as the largest
        error, tolerance = error.flat[nearest].item(), tolerance.flat[nearest].item()
        request.node.user_properties.append(("measured", (error, tolerance)))
        assert error <= tolerance, f"the error {error:.3g} is above the tolerance {tolerance:.3g}"

    return measure


def share(error, tolerance):
    """An error relative to its tolerance; for a tolerance of zero, 0 or infinity."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error == 0, 0.0, np.divide(error, tolerance))


def pytest_terminal_summary(terminalreporter, config):
    """Write the report of equations after the tests, if an option asks for it."""
    if not (config.getoption("equations") or config.getoption("equations_report")):
        return
    from scratchgen.equations import report  # late: the ledger imports every part of the library

    folder = Path(config.getoption("equations_report") or config.rootpath / REPORT)
    lines = report.write(
        _results(terminalreporter.stats), folder, terminalreporter.hasmarkup, terminalreporter._tw.fullwidth
    )
    terminalreporter.section("equations")
    for line in lines:
        terminalreporter.write_line(line)


def _results(stats: dict[str, list]) -> dict[str, list[Result]]:
    """The results of the tests by equation. An error in the setup or teardown of a test is a failure."""
    outcomes: dict[str, tuple[str, list[tuple[str, Any]]]] = {}  # of a test: outcome and user properties
    for report in (report for reports in stats.values() for report in reports):
        if not isinstance(report, pytest.TestReport) or "equations" not in dict(report.user_properties):
            continue
        before, outcome = outcomes.get(report.nodeid, ("", []))[0], str(report.outcome)
        outcome = "failed" if "failed" in (before, outcome) else outcome
        if report.when == "call" or outcome != "passed":
            outcomes[report.nodeid] = (outcome, report.user_properties)
    found: dict[str, list[Result]] = {}
    for test, (outcome, properties) in outcomes.items():
        pairs = [pair for name, pair in properties if name == "measured"]
        error, tolerance = max(pairs, key=lambda pair: share(*pair), default=(None, None))
        result = Result(test, outcome, is_planted(test.rpartition("::")[2]), error, tolerance)
        for id in dict(properties)["equations"]:
            found.setdefault(id, []).append(result)
    return found
