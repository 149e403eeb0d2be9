"""pytest --equations: which equations a test run verified, and how closely. A plugin of the tests.

A test tells what it measured by the fixture `measured(error, tolerance)`; what bears the mark of an equation
without measuring anything counts as a test of it, but adds no error to the report.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from scratchgen.equations import BY_ID, EQUATIONS
from scratchgen.equations.locate import REPORT, is_planted, located
from scratchgen.runs.files import write_json, write_text
from scratchgen.runs.html import Raw, page, verbatim
from scratchgen.runs.html import table as html_table

EXPLAINED = (
    "verified: every test passed, one of them measured an error, and a planted counter-example was rejected. "
    "passed: every test passed, but one of the two is lacking. — stands where no test measured an error."
)


@dataclass(frozen=True)
class Result:
    """A test of an equation, and the measurement of it that came nearest to its tolerance."""

    test: str
    outcome: str
    planted: bool
    error: float | None
    tolerance: float | None


def pytest_addoption(parser):
    group = parser.getgroup("equations")
    group.addoption("--equations", action="store_true", help="end with a table of the equations verified")
    group.addoption(
        "--equations-report",
        metavar="DIR",
        help=f"where --equations writes equations.html and equations.json ({REPORT})",
    )


def pytest_itemcollected(item):
    ids = [mark.args[0] for mark in item.iter_markers("equation")]
    if ids:
        item.user_properties.append(("equations", ids))  # which xdist carries along


@pytest.fixture
def measured(request):
    """measured(error, tolerance): assert that error ≤ tolerance, and tell the report of equations of both.

    error: a distance or an array of them, never negative; of a bound np.maximum(0, by what it is exceeded),
    through which NaN passes, as it does not through Python's max;
    tolerance: a number or an array that broadcasts. Raises ValueError for an error below zero or no error.
    """

    def measure(error, tolerance):
        error, tolerance = np.broadcast_arrays(np.asarray(error, float), np.asarray(tolerance, float))
        if not error.size or (error < 0).any():
            raise ValueError("an error is a distance: there must be one, and none is negative; take np.abs")
        nearest = np.argmax(_share(error, tolerance))  # NaN counts as the largest
        error, tolerance = error.flat[nearest].item(), tolerance.flat[nearest].item()
        request.node.user_properties.append(("measured", (error, tolerance)))
        assert error <= tolerance, f"the error {error:.3g} is above the tolerance {tolerance:.3g}"

    return measure


def _share(error, tolerance):
    """How much of its tolerance an error takes up; of a tolerance of zero all or nothing."""
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
    terminalreporter.write_line(EXPLAINED)
    if untested := len(EQUATIONS) - len(rows):
        terminalreporter.write_line(f"{untested} of {len(EQUATIONS)} equations had no test in this run.")
    terminalreporter.write_line(f"Report: {folder / 'equations.html'}")


def _results(stats) -> dict[str, list[Result]]:
    """What became of each test, by equation. An error around a test is a failure of it."""
    outcomes = {}
    for reports in stats.values():
        for report in reports:
            told = report.user_properties if isinstance(report, pytest.TestReport) else ()
            if ids := dict(told).get("equations"):
                before = outcomes.get(report.nodeid, ("", ids, told))[0]
                outcome = "failed" if "failed" in (before, report.outcome) else report.outcome
                if report.when == "call" or outcome != "passed":
                    outcomes[report.nodeid] = (outcome, ids, told)
    found = {}
    for test, (outcome, ids, told) in outcomes.items():
        pairs = [pair for name, pair in told if name == "measured"]
        error, tolerance = max(pairs, key=lambda pair: _share(*pair), default=(None, None))
        result = Result(test, outcome, is_planted(test.rpartition("::")[2]), error, tolerance)
        for id in ids:
            found.setdefault(id, []).append(result)
    return found


def _rows(results: dict[str, list[Result]]) -> list[dict]:
    """A row for each equation of the ledger that had a test."""
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
        f"{verified} of {len(BY_ID)} equations. {EXPLAINED}",
        [html_table(HEADINGS, lines), verbatim(tests)],
    )
