"""The report of `pytest --equations`: a table for the terminal, equations.html and equations.json."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scratchgen.equations import BY_ID, EQUATIONS
from scratchgen.equations.locate import located
from scratchgen.equations.pytest_plugin import Result, share
from scratchgen.runs.files import write_json, write_text
from scratchgen.runs.html import Raw, render_page, verbatim
from scratchgen.runs.html import table as html_table

LEGEND = (
    "verified: every test passed, one of them measured an error, and a planted counter-example was rejected. "
    "passed: every test passed, but either the measurement or the counter-example is missing. "
    "“—” means that no test measured an error."
)


def write(results: dict[str, list[Result]], folder: Path, colour: bool, width: int) -> list[str]:
    """Write equations.html and equations.json into a folder, and return the lines for the terminal.

    results    the results of the tests by the id of their equation
    """
    rows = _rows(results)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "equations.json", json.loads(json.dumps(rows), parse_constant=lambda _: None))  # NaN
    write_text(folder / "equations.html", _page(rows))
    text = io.StringIO()
    screen = Console(file=text, force_terminal=colour, width=max(120, width))
    screen.print(_table(rows))
    lines = [*text.getvalue().splitlines(), LEGEND]
    if untested := len(EQUATIONS) - len(rows):
        lines.append(f"{untested} of {len(EQUATIONS)} equations had no test in this run.")
    return [*lines, f"Report: {folder / 'equations.html'}"]


def _rows(results: dict[str, list[Result]]) -> list[dict]:
    """One row per equation of the ledger that had a test."""
    rows = []
    for equation in (equation for equation in EQUATIONS if equation.id in results):
        tests = results[equation.id]
        run = [test for test in tests if test.outcome != "skipped"]
        measured = [test for test in run if not test.planted and test.error is not None]
        nearest = max(measured, key=lambda test: share(test.error, test.tolerance), default=None)
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
    return render_page(
        "Equations verified",
        f"{verified} of {len(BY_ID)} equations. {LEGEND}",
        [html_table(HEADINGS, lines), verbatim(tests)],
    )
