"""Exercises: stubs, checks that name the property that fails, hints, solutions.

    from scratchgen import exercises

    exercises.names()                          the names, in the order of the pages
    exercises.get("reparameterise").stub       the file to begin with
    exercises.check("reparameterise", sample)  a function, the source of a file, or {name: value, …}

A check needs NumPy and scratchgen alone, and no file, process or thread. `scratchgen exercise` is the same check in a
terminal, with a limit of time.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from scratchgen.errors import BadInput
from scratchgen.exercises.catalogue import MODULES
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.judge import Answer, judge
from scratchgen.exercises.result import Result

__all__ = ["Exercise", "Result", "WrongAnswer", "check", "get", "names"]


def names() -> list[str]:
    """The names of all exercises, in the order of the pages."""
    return [*MODULES]


def get(name: str) -> Exercise:
    """The exercise of this name. Raises BadInput, with the nearest name, if there is none."""
    if name not in MODULES:
        stem = (
            str(name).rpartition("/")[2].removesuffix(".py").replace("_", "-")
        )  # of a path to the reader's file
        close = get_close_matches(stem, MODULES, 1)
        hint = f"did you mean {close[0]}?" if close else "see `scratchgen exercise list`"
        raise BadInput(f"no exercise is named {name!r}; {hint}")
    return import_module(f"scratchgen.exercises.{MODULES[name]}").EXERCISE


def check(name: str, answer: Answer) -> Result:
    """Check an answer to an exercise.

    answer     the source of a file; or the function that the exercise asks for; or {name: value} for several names

    The result has a line for each property and the reason for the first that fails; `print(result)` shows it. An
    answer that is no Python, or that ends with an error, is a result without lines, whose message names the line.
    Raises BadInput for an unknown exercise.
    """
    return judge(get(name), answer)
