"""Judge an answer: run it, then ask for each property of its exercise.

Nothing here reads a file or starts a process or a thread, so that the same check runs in a terminal, in a notebook
and within a page of the browser. A loop without an end is stopped from outside: KeyboardInterrupt passes through.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Mapping
from traceback import walk_tb
from typing import Any

import numpy as np

from scratchgen.exercises.exercise import Exercise, Property, statement
from scratchgen.exercises.measure import Refuted
from scratchgen.exercises.result import Result

Answer = str | Callable | Mapping[str, Any]
ANSWER_FILE = "<answer>"  # the file name of the reader's code, in tracebacks
LONGEST_MESSAGE = 200  # characters of an error message
MATMUL = re.compile(
    r"matmul: .* core dimension 0, .*\(size (\d+) is different from (\d+)\)"
)  # NumPy's message


def judge(exercise: Exercise, answer: Answer, file: str = ANSWER_FILE) -> Result:
    """The result for the source of an answer, for the function itself, or for a mapping of names to values.

    file    the file of a source, in which a debugger finds its lines
    """
    # a property reports a number that is wrong, and needs no warning of the overflow that it came from
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            names = _names(exercise, answer, file)
        except SyntaxError as problem:
            return Result(exercise.name, message=f"line {problem.lineno}: {problem.msg}")
        except (Exception, SystemExit) as problem:
            return Result(exercise.name, message=_described(problem, {file}))
        files = {file}.union(*(_files(names[name]) for name in exercise.asked if name in names))
        found = [_verdict(claim, names, files) for claim in exercise.properties]
    lines = [(holds, statement(p)) for p, (holds, _) in zip(exercise.properties, found, strict=True)]
    for claim, (holds, reason) in zip(exercise.properties, found, strict=True):
        if not holds:
            return Result(exercise.name, lines, reason, claim.__name__)
    return Result(exercise.name, lines, exercise.explanation)


def line_of(problem: BaseException, files: set[str]) -> int | None:
    """The last line of the answer that was running when the exception was raised; None if none was."""
    lines = [line for frame, line in walk_tb(problem.__traceback__) if frame.f_code.co_filename in files]
    return lines[-1] if lines else None


def _files(value: Any) -> set[str]:
    """The files in which a function, or the methods of a class, are written; a cell of a notebook is one, too."""
    functions = vars(value).values() if inspect.isclass(value) else (value,)
    return {function.__code__.co_filename for function in functions if inspect.isfunction(function)}


def _names(exercise: Exercise, answer: Answer, file: str) -> dict[str, Any]:
    """The names that an answer defines. A function alone answers an exercise that asks for one name."""
    if isinstance(answer, Mapping):
        return dict(answer)
    if not isinstance(answer, str):
        name = exercise.asked[0] if len(exercise.asked) == 1 else getattr(answer, "__name__", "")
        return {name: answer}
    names: dict[str, Any] = {"__name__": "answer"}
    exec(compile(answer, file, "exec", dont_inherit=True), names)
    return names


def _verdict(claim: Property, names: Mapping[str, Any], files: set[str]) -> tuple[bool | None, str]:
    """Whether a property holds for these names, and why not; None if it could not be checked."""
    asked = list(inspect.signature(claim).parameters)
    for name in asked:
        if name not in names:
            return None, f"there is no {name}; the exercise asks for it by this name"
        if names[name] is ...:
            return None, f"{name} is still `...`; write your answer in its place"
    try:
        claim(**{name: names[name] for name in asked})
    except Refuted as refuted:
        return False, str(refuted)
    except NotImplementedError as problem:
        line = line_of(problem, files)
        return None, f"line {line} is still to be written" if line else _described(problem, files)
    except (Exception, SystemExit) as problem:
        line = line_of(problem, files)
        if line and "read-only" in str(problem):
            text = f"line {line} writes into an argument, which belongs to the caller; compute a new array"
            return False, text
        return None, _described(problem, files)
    return True, ""


def _described(problem: BaseException, files: set[str]) -> str:
    """An exception on one line: where in the answer, what kind, what message."""
    line = line_of(problem, files)
    text = " ".join(f"{type(problem).__name__}: {MATMUL.sub(_in_plain_words, str(problem))}".split())
    return (f"line {line}: " if line else "") + text[:LONGEST_MESSAGE]


def _in_plain_words(mismatch: re.Match[str]) -> str:
    """NumPy's message about the shapes of a product, without the signature."""
    rows, columns = mismatch.groups()
    return (
        f"A @ B needs as many columns in A as rows in B, and here A has {columns} columns, B has {rows} rows"
    )
