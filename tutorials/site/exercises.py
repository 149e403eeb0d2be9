"""The exercises: a page per exercise, with its stub and a button that checks the reader's answer.

Without the package scratchgen.exercises there are no pages.
"""

from __future__ import annotations

from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from library import raw_html


def _all() -> list[Any]:
    """All exercises, in the order of the course."""
    if find_spec("scratchgen.exercises") is None:
        return []
    package = import_module("scratchgen.exercises")
    return [package.get(name) for name in package.names()]


def of_equation(id: str) -> list[tuple[str, str]]:
    """Title and address of the exercises that practise an equation."""
    return [(one.title, f"exercises/{one.name}.html") for one in _all() if id in one.ledger]


def of_page(file: Path) -> list[tuple[str, str]]:
    """Title and address of the exercises of a page of the course, whose file begins with its number."""
    number = file.name.partition("_")[0]
    return [(one.title, f"exercises/{one.name}.html") for one in _all() if one.page == number]


def page(exercise: Any, kind: str, course: str) -> str:
    """The page of an exercise as Markdown.

    course    the page of the course that it belongs to, as a link
    """
    hints = "".join(
        f"<details><summary>Hint {number}</summary><p>{escape(hint)}</p></details>"
        for number, hint in enumerate(exercise.hints, 1)
    )
    links = ", ".join(f"[`{id}`](../reference/{id}.md)" for id in exercise.ledger)
    opening = f'<div class="run exercise" data-packages="numpy" data-exercise="{escape(exercise.name)}">'
    stub = f'<div class="highlight"><pre tabindex="0">{escape(exercise.stub)}</pre></div>'
    parts = [
        f"---\norphan: true\n---\n# {exercise.title}",
        f"[Exercises](index.md) › {kind} › {course}" + (f" · {links}" if links else ""),
        raw_html(f"{opening}{stub}</div>"),
        f"In a terminal: `scratchgen exercise start {exercise.name}`",
        raw_html(hints),
    ]
    return "\n\n".join(parts) + "\n"


def write(folder: Path, course: dict[str, tuple[str, str]]) -> bool:
    """Write all pages below a folder of sources. Returns whether there are any.

    course    title and document of the pages of the course, by their numbers, such as "2.3"
    """
    if not _all():
        return False
    from scratchgen.exercises.exercise import KINDS

    (folder / "exercises").mkdir()
    lines, number = ["# Exercises"], ""
    for exercise in _all():
        title, document = course[exercise.page]
        taught = f"[{title}](../{document}.ipynb)"
        if exercise.page != number:
            number = exercise.page
            lines += ["", f"## {taught}", ""]
        kind = KINDS[exercise.kind]
        lines.append(f"- [{exercise.title}]({exercise.name}.md), {kind}")
        (folder / "exercises" / f"{exercise.name}.md").write_text(
            page(exercise, kind, taught), encoding="utf-8"
        )
    (folder / "exercises" / "index.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return True
