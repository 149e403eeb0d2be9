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


def _package() -> Any:
    return import_module("scratchgen.exercises") if find_spec("scratchgen.exercises") else None


def names() -> list[str]:
    """The names of all exercises, in the order of the course."""
    package = _package()
    return list(package.names()) if package else []


def of_equation(id: str) -> list[tuple[str, str]]:
    """Title and address of the exercises whose stub, statement or text names an equation."""
    found = ((name, _package().get(name)) for name in names())
    return [
        (one.title, f"exercises/{name}.html") for name, one in found if id in f"{one.stub} {one}".split("`")
    ]


def page(name: str) -> str:
    """The page of an exercise as Markdown."""
    exercise = _package().get(name)
    hints = "".join(
        f"<details><summary>Hint {number}</summary><p>{escape(hint)}</p></details>"
        for number, hint in enumerate(exercise.hints, 1)
    )
    stub = f'<pre tabindex="0">{escape(exercise.stub)}</pre>'
    opening = f'<div class="run exercise" data-packages="numpy" data-exercise="{escape(name)}">'
    return (
        f"---\norphan: true\n---\n# {exercise.title}\n\nIn a terminal: `scratchgen exercise start {name}`\n"
        + raw_html(f'{opening}<div class="highlight">{stub}</div></div>')
        + raw_html(hints)
    )


def write(folder: Path) -> bool:
    """Write all pages below a folder of sources. Returns whether there are any."""
    if not names():
        return False
    (folder / "exercises").mkdir()
    lines = ["# Exercises", ""] + [f"- [{_package().get(name).title}]({name}.md)" for name in names()]
    (folder / "exercises" / "index.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in names():
        (folder / "exercises" / f"{name}.md").write_text(page(name), encoding="utf-8")
    return True
