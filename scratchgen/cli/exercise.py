"""scratchgen exercise {list,start,check,watch,hint,reset,solution}: exercises; a check explains wrong answers."""

from __future__ import annotations

import signal
import time
from typing import Annotated

import typer
from rich.text import Text

from scratchgen import exercises
from scratchgen.cli import help_of_group
from scratchgen.cli.output import PlainTable, console, print_error, print_line, print_text
from scratchgen.errors import BadInput
from scratchgen.exercises.child import check_in_child
from scratchgen.exercises.exercise import KINDS
from scratchgen.exercises.folder import Folder, Stamp
from scratchgen.exercises.judge import judge
from scratchgen.runs.stopped import Interrupted

app = typer.Typer(
    help="Do exercises; a check explains wrong answers.", callback=help_of_group, invoke_without_command=True
)

Name = Annotated[str, typer.Argument(help="Name of an exercise; `scratchgen exercise list` has them all.")]
OptionalName = Annotated[
    str | None, typer.Argument(help="Name of an exercise (default: the one saved last).")
]

WIDTH = 88  # columns of a result, in a terminal that has more
POLL_SECONDS = 0.3
TIME_LIMIT = 10.0  # seconds for a check; checking a solution takes far less than one


@app.command("list")
def list_exercises() -> None:
    """List the exercises, page by page, and show which are started and passed."""
    folder, screen = Folder(), console()
    started = folder.started()
    table = PlainTable()
    for heading in ("", "page", "name", "kind", "title"):
        table.add_column(heading, no_wrap=heading == "name")
    passed = [name for name in exercises.names() if folder.progress(name)["passed"]]
    for exercise in map(exercises.get, exercises.names()):
        mark = (
            Text("✓", style="green") if exercise.name in passed else "…" if exercise.name in started else ""
        )
        cells = exercise.page, exercise.name, KINDS[exercise.kind], exercise.title
        table.add_row(mark, *cells)
    screen.print(table)
    print_text(f"\n{len(passed)} of {len(exercises.names())} passed (✓); started: …")
    _print_next(folder, 0)


@app.command()
def start(name: Name) -> None:
    """Write the stub of an exercise to the folder `exercises` here."""
    file = Folder().start(name)
    print_line(f"{exercises.get(name).title}: {file}")
    print_line(f"Edit the file, then: scratchgen exercise check {name}")
    print_line(f"To check each time you save: scratchgen exercise watch {name}")


@app.command()
def check(
    name: OptionalName = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Stop at breakpoints in your file; there is no limit of time.")
    ] = False,
) -> None:
    """Check your answer; exit status 1 if a property fails."""
    folder = Folder()
    if not _passes(folder, name or folder.saved_last(), debug):
        raise typer.Exit(1)


@app.command("watch")
def watch_files(name: OptionalName = None) -> None:
    """Check your answer each time you save it, until Ctrl-C; without a name, whichever file you save."""
    folder = Folder()
    first = name or folder.saved_last()
    folder.answer(first)
    watched = [name] if name else exercises.names()
    seen: dict[str, Stamp | None] = {other: folder.stamp(other) for other in watched}
    seen[first] = None
    try:
        print_line("Save your file to check it again; Ctrl-C ends.")
        while True:
            for changed in watched:
                stamp = folder.stamp(changed)
                if stamp != seen[changed]:
                    seen[changed] = stamp
                    if stamp is not None:  # an editor may remove the file for a moment, while it saves
                        _check_while_watching(folder, changed)
            time.sleep(POLL_SECONDS)
    except Interrupted as ended:
        if ended.received != signal.SIGINT:
            raise
        print_line("")


@app.command()
def hint(name: OptionalName = None) -> None:
    """Show the next hint."""
    folder = Folder()
    exercise = exercises.get(name or folder.saved_last())
    number = folder.next_hint(exercise)
    print_line(f"Hint {number} of {len(exercise.hints)}: {exercise.hints[number - 1]}")


@app.command()
def reset(name: Name) -> None:
    """Restore the stub; your answer is kept in a new copy next to it. An exercise that was passed stays passed."""
    file, copy = Folder().reset(name)
    print_line(f"{file} is the stub again" + (f"; your answer is in {copy}" if copy else ""))


@app.command()
def solution(name: Name) -> None:
    """Show our solution, once yours has passed."""
    exercise, folder = exercises.get(name), Folder()
    if not folder.progress(name)["passed"]:
        raise BadInput(
            f"the solution of {name} is shown once yours has passed; for a hint, `scratchgen exercise hint {name}`"
        )
    print_text(exercise.solution.rstrip("\n"))


def _passes(folder: Folder, name: str, debug: bool = False) -> bool:
    """Check an answer, print the result, and record it if it has passed; with debug, check it in this process."""
    answer = folder.answer(name)
    folder.progress(name)  # a damaged record is refused before the check
    if debug:
        result = judge(exercises.get(name), answer, str(folder.file(name).resolve()))
    else:
        try:
            result = check_in_child(name, answer, TIME_LIMIT)
        except BadInput as problem:
            raise BadInput(f"{folder.file(name)}: {problem}") from None
    if not result.could_run:
        raise BadInput(f"{folder.file(name)}, {result.message}")
    print_text(result.text(min(WIDTH, console().width)))
    if result.passed:
        folder.record(name, {**folder.progress(name), "passed": True})
        print_text(f"\nOur solution: scratchgen exercise solution {name}")
        _print_next(folder, exercises.names().index(name) + 1)
    else:
        print_text(f"\nA hint: scratchgen exercise hint {name}")
    return result.passed


def _print_next(folder: Folder, place: int) -> None:
    """Print the command for the next exercise that is not passed, from this place in the list on."""
    names = exercises.names()
    following = [name for name in names[place:] + names[:place] if not folder.progress(name)["passed"]]
    if following:
        verb = "check" if following[0] in folder.started() else "start"
        print_line(f"Next: scratchgen exercise {verb} {following[0]}")
    else:
        print_line("All exercises are passed.")


def _check_while_watching(folder: Folder, name: str) -> None:
    """Check a file after it was saved. If that is impossible, print the reason and wait for the next save."""
    print_text(f"\n{time.strftime('%H:%M:%S')}  {folder.file(name)}")
    try:
        _passes(folder, name)
    except BadInput as problem:
        print_error(problem)
