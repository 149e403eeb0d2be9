"""scratchgen equations: list the equations, or show one with its code and the tests that verify it."""

from __future__ import annotations

import importlib.util
import json as encoder
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from scratchgen.cli.output import PlainTable, console, print_error, print_line, print_text, tidy
from scratchgen.equations import EQUATIONS, Equation
from scratchgen.equations.entry import numbers
from scratchgen.equations.locate import (
    CHECKOUT,
    REPORT,
    Claim,
    claims,
    explained,
    located,
    lookup,
    tests_folder,
)
from scratchgen.equations.notation import symbols
from scratchgen.errors import BadInput

NO_TESTS_MESSAGE = (
    "the tests are not part of this installation; in a clone of the repository they are counted here"
)


def equations(
    id: Annotated[
        str | None, typer.Argument(help="Id of an equation, such as vae.elbo; omit it to list them all.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Run the tests of the equation and show the results.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a list of objects, for programs.")] = False,
) -> None:
    """List the equations, or show one: its source, its code and the tests that verify it."""
    if check and json:
        raise BadInput("--check shows results and --json prints the list; choose one of them")
    chosen = EQUATIONS if id is None else (lookup(id),)
    folder = tests_folder()
    found = None if folder is None else claims(folder)
    if json:
        print_text(encoder.dumps([_object(e, found) for e in chosen], indent=2))  # ASCII, for any encoding
    elif id is not None:
        _show(chosen[0], found)
    elif not check:
        _list(found)
    if found is None and not check:
        print_error(NO_TESTS_MESSAGE)
    if check and not _passed([claim for e in chosen for claim in _claims(e, found)], id):
        raise typer.Exit(1)


def _claims(equation: Equation, found: dict[str, list[Claim]] | None) -> list[Claim]:
    if found is None:
        raise BadInput("there are no tests to run: " + NO_TESTS_MESSAGE.partition(";")[0])
    return found.get(equation.id, [])


def _object(equation: Equation, found: dict[str, list[Claim]] | None) -> dict:
    """An equation for programs; `tests` is null where they are not installed."""
    file, line, _ = located(equation)
    fields = {name: getattr(equation, name) for name in ("id", "name", "latex", "text", "source", "code")}
    tests = found and [
        {"name": claim.name, "file": str(claim.file), "line": claim.line, "planted": claim.planted}
        for claim in found.get(equation.id, [])
    ]
    place = {"file": str(file), "line": line}
    return fields | place | {"tests": tests, "tutorial": equation.tutorial}


def _list(found: dict[str, list[Claim]] | None) -> None:
    table = PlainTable(pad_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("name", overflow="fold")
    table.add_column("tests", justify="right", no_wrap=True)
    for equation in EQUATIONS:
        tests = "–" if found is None else str(len(found.get(equation.id, [])))
        table.add_row(equation.id, equation.name, tests)
    console().print(table)


def _show(equation: Equation, found: dict[str, list[Claim]] | None) -> None:
    screen = console()
    file, line, source = located(equation)
    screen.print(f"[bold]{equation.id}[/]  {equation.name}\n")
    print_text(f"  {equation.text}\n")
    meanings = PlainTable(show_header=False, padding=(0, 2, 0, 2))
    for symbol, meaning in symbols(equation):
        meanings.add_row(symbol, meaning)
    screen.print(meanings)
    page = explained(equation)
    print_text(f"\nsource    {equation.source}")
    if equation.tutorial:
        print_line(f"tutorial  {f'{_near(page[0])}:{page[1]}' if page else equation.tutorial}")
    print_text(f"code      {_near(file)}:{line}\n")
    screen.print(Syntax(source, "python", line_numbers=True, start_line=line, theme="ansi_light"))
    _show_example(equation, screen)
    last = _last_results(equation)
    for title, planted in (("tests", False), ("planted counter-examples", True)):
        listed = [claim for claim in (found or {}).get(equation.id, []) if claim.planted == planted]
        if listed:
            screen.print(f"\n[bold]{title}[/]")
        for claim in listed:
            result = last.get((claim.file.name, claim.name), "")
            print_line(f"{_near(claim.file)}:{claim.line}  {claim.name}  {result}".rstrip())
    if found and last:
        print_text(f"\nResults: the last run of `pytest --equations`, {_near(CHECKOUT / REPORT)}")


def _show_example(equation: Equation, screen: Console) -> None:
    """Print the calculation by hand, and the result of the code for the same numbers."""
    example = equation.example
    screen.print("\n[bold]worked example[/]")
    for name, value in example.arguments().items():
        print_line(f"  {name} = {tidy(value)}")
    for line in example.by_hand.splitlines():
        print_line(f"    {line}")
    print_line(f"  expected  {tidy(numbers(example.expected))}")
    try:
        print_line(f"  computed  {tidy(example.live())}")
    except BadInput as problem:  # an optional package is not installed
        print_line(f"  computed  not available: {problem}")
    print_line(f"  to step through it: scratchgen debug {equation.id}")


def _last_results(equation: Equation) -> dict[tuple[str, str], str]:
    """The outcomes of its tests in the last report, by file and name; the worst of several cases."""
    try:
        rows = encoder.loads((CHECKOUT / REPORT / "equations.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    results: dict[tuple[str, str], str] = {}
    for test in (test for row in rows if row["id"] == equation.id for test in row["tests"]):
        file, _, name = test["test"].partition("[")[0].rpartition("::")
        key = Path(file).name, name
        results[key] = max(
            results.get(key, ""), test["outcome"], key=("", "skipped", "passed", "failed").index
        )
    return results


def _passed(tests: list[Claim], id: str | None) -> bool:
    """Run tests in a new process and show their results; with an id, one line per test.

    Returns whether every test passed.
    """
    if importlib.util.find_spec("pytest") is None:
        raise BadInput("the tests run under pytest, which is not installed: pip install pytest")
    nodes = dict.fromkeys(f"{claim.file}::{claim.name}" for claim in tests)
    command = [sys.executable, "-m", "pytest", "-q", *nodes, "--equations"]
    # in a session of their own: Ctrl-C ends this process, which ends them
    if id is None:
        return subprocess.run(command, cwd=CHECKOUT, start_new_session=True).returncode == 0
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*command, "--equations-report", folder],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            start_new_session=True,
        )
        report = Path(folder, "equations.json")
        rows = encoder.loads(report.read_text(encoding="utf-8")) if report.exists() else []
    screen = console()
    for row in rows:
        if row["id"] == id:
            screen.print()
            screen.print(_results(row))
    if done.returncode:
        print_text(done.stdout + done.stderr)
    return done.returncode == 0


def _results(row: dict) -> Table:
    table = PlainTable()
    for heading in ("result", "error", "tolerance", "test"):
        table.add_column(heading, overflow="fold")
    for test in row["tests"]:
        outcome = Text(test["outcome"], {"passed": "green", "failed": "red"}.get(test["outcome"], "yellow"))
        numbers = ("—" if n is None else f"{n:.2g}" for n in (test["error"], test["tolerance"]))
        table.add_row(outcome, *numbers, test["test"].rpartition("::")[2])
    return table


def _near(file: Path) -> Path:
    """A path relative to the current folder, or else to the folder of the package.

    Terminals and editors open `path:line` at a click.
    """
    folders = (folder for folder in (Path.cwd(), CHECKOUT) if file.is_relative_to(folder))
    folder = next(folders, None)
    return file.relative_to(folder) if folder else file
