"""pytest --equations: a report of the equations that a test run verified, with the errors measured.

A test measures an error with the fixture `measured(error, tolerance)`. A test that bears the mark of an equation
but measures nothing counts as a test of the equation; it adds no error to the report.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from scratchgen.equations import BY_ID, EQUATIONS
from scratchgen.equations.locate import REPORT, is_planted, located
from scratchgen.runs.files import write_json, write_text
from scratchgen.runs.html import Raw, page, verbatim
from scratchgen.runs.html import table as html_table

LEGEND = (
    "verified: every test passed, one of them measured an error, and a planted counter-example was rejected. "
    "passed: every test passed, but either the measurement or the counter-example is missing. "
    "“—” means that no test measured an error."
)


@dataclass(frozen=True)
class Result:
    """The outcome of a test of an equation, and its error that was largest relative to its tolerance."""

    test: str
    outcome: str
    planted: bool
    error: float | None
    tolerance: float | None


def pytest_addoption(parser):
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
        nearest = np.argmax(_share(error, tolerance))  # NaN counts as the largest
        error, tolerance = error.flat[nearest].item(), tolerance.flat[nearest].item()
        request.node.user_properties.append(("measured", (error, tolerance)))
        assert error <= tolerance, f"the error {error:.3g} is above the tolerance {tolerance:.3g}"

    return measure


def _share(error, tolerance):
    """An error relative to its tolerance; for a tolerance of zero, 0 or infinity."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error == 0, 0.0, np.divide(error, tolerance))


def pytest_terminal_summary(terminalreporter, config):
    if not (config.getoption("equations") or config.getoption("equations_report")):
        return
    rows = _rows(_results(terminalreporter.stats))
    folder = Path(config.getoption("equations_report") or config.rootpath / REPORT)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "equations.json", json.loads(json.dumps(rows), parse_constant=lambda _: None))  # NaN
    write_text(folder / "equations.html", _page(rows))
    terminalreporter.section("equations")
    screen = Console(
        file=io.StringIO(),
        force_terminal=terminalreporter.hasmarkup,
        width=max(120, terminalreporter._tw.fullwidth),
    )
    screen.print(_table(rows))
    terminalreporter.write(screen.file.getvalue())
    terminalreporter.write_line(LEGEND)
    if untested := len(EQUATIONS) - len(rows):
        terminalreporter.write_line(f"{untested} of {len(EQUATIONS)} equations had no test in this run.")
    terminalreporter.write_line(f"Report: {folder / 'equations.html'}")


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
        error, tolerance = max(pairs, key=lambda pair: _share(*pair), default=(None, None))
        result = Result(test, outcome, is_planted(test.rpartition("::")[2]), error, tolerance)
        for id in dict(properties)["equations"]:
            found.setdefault(id, []).append(result)
    return found


def _rows(results: dict[str, list[Result]]) -> list[dict]:
    """One row per equation of the ledger that had a test."""
    rows = []
    for equation in (equation for equation in EQUATIONS if equation.id in results):
        tests = results[equation.id]
        run = [test for test in tests if test.outcome != "skipped"]
        measured = [test for test in run if not test.planted and test.error is not None]
        nearest = max(measured, key=lambda test: _share(test.error, test.tolerance), default=None)
        if any(test.outcome == "failed" for test in run):
            verdict = "failed"
        elif not run:
            verdict = "not run"
        else:
            verdict = "verified" if nearest and any(test.planted for test in run) else "passed"
        file, line, _ = located(equation)
        rows.append(
            {"id": equation.id, "name": equation.name, "text": equation.text, "code": equation.code}
            | {"file": str(file), "line": line, "run": len(run)}
            | {"counter_examples": sum(test.planted for test in run)}
            | {"error": nearest and nearest.error, "tolerance": nearest and nearest.tolerance}
            | {"verdict": verdict, "tests": [asdict(test) for test in tests]}
        )
    return rows


HEADINGS = ("equation", "code", "tests", "counter-examples", "error", "tolerance", "verdict")
STYLES = {"verified": "green", "failed": "red"}


def _cells(row: dict) -> tuple[str, ...]:
    numbers = (row["error"], row["tolerance"])
    shown = ("—" if number is None else f"{number:.2g}" for number in numbers)
    return row["id"], row["code"], str(row["run"]), str(row["counter_examples"]), *shown


def _table(rows: list[dict]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in HEADINGS:
        table.add_column(heading, header_style="bold", overflow="fold")
    for row in rows:
        table.add_row(*_cells(row), row["verdict"], style=STYLES.get(row["verdict"]))
    return table


def _page(rows: list[dict]) -> str:
    verified = sum(row["verdict"] == "verified" for row in rows)
    colours = {"verified": "good", "failed": "bad"}
    lines = []
    for row in rows:
        id, *cells = _cells(row)
        verdict = Raw(f'<span class="{colours.get(row["verdict"], "")}">{row["verdict"]}</span>')
        lines.append((f"{id}: {row['text']}", *cells, verdict))
    tests = "\n".join(
        f"{test['outcome']:8} {test['test']}"
        + ("" if test["error"] is None else f"   {test['error']:.2g} of {test['tolerance']:.2g}")
        for test in {test["test"]: test for row in rows for test in row["tests"]}.values()
    )
    return page(
        "Equations verified",
        f"{verified} of {len(BY_ID)} equations. {LEGEND}",
        [html_table(HEADINGS, lines), verbatim(tests)],
    )
