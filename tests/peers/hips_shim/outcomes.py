"""pytest plug-in: write what became of each test as a line of JSON into the file that HIPS_OUTCOMES names.

Of an error it keeps whether a `raise` statement of scratchgen raised it, and a description of scratchgen's arguments:
functions, types, dtypes and shapes of the arguments, and the functions in the line that called it.
"""

import dis
import json
import linecache
import os
import re
import traceback
from pathlib import Path

import numpy as np
import pytest

import scratchgen

OUR_FOLDER = str(Path(scratchgen.__file__).parent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Write the outcome of a test; of its set-up and tear-down only errors."""
    report = yield
    if report.when == "call" or report.outcome != "passed":
        outcome = {"test": item.nodeid, "outcome": report.outcome} | (
            about(call.excinfo.value) if call.excinfo else {}
        )
        with open(os.environ["HIPS_OUTCOMES"], "a", encoding="utf-8") as file:
            print(json.dumps(outcome), file=file)
    return report


def about(error):
    frames = list(traceback.walk_tb(error.__traceback__))
    *_, (last, _) = frames
    return {
        "error": type(error).__name__,
        "message": str(error),
        "file": last.f_code.co_filename,
        "refused_by_us": is_ours(last) and raises(error.__traceback__),
        "given": sorted(given(frames)),
    }


def is_ours(frame):
    return frame.f_code.co_filename.startswith(OUR_FOLDER)


def raises(trace):
    """Whether the innermost frame of a traceback stopped at a `raise` statement, not at an operation that failed."""
    while trace.tb_next:
        trace = trace.tb_next
    return dis.opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"


def given(frames):
    """The names of the arguments of the last consecutive calls within scratchgen."""
    names = set()
    for frame, line in reversed(frames):
        if not is_ours(frame):
            return names | functions_in(linecache.getline(frame.f_code.co_filename, line), frame)
        names = names.union(*map(names_of, frame.f_locals.values()))
    return names


def functions_in(line, frame):
    """The names of the functions in a line of a frame's code: those that it calls, and those that it passes on."""
    known = frame.f_globals | frame.f_locals
    words = {word for word in re.findall(r"\w+", line) if callable(known.get(word))}
    return words | set(re.findall(r"(\w+)\(", line))


def names_of(value):
    if isinstance(value, np.ndarray | np.generic | scratchgen.Tensor):
        return {value.dtype.name, str(value.shape)}
    if isinstance(value, dict):
        return {key for key in value if isinstance(key, str)}.union(*map(names_of, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return set().union(*map(names_of, value))
    if hasattr(value, "__name__"):
        return {value.__name__} - {"Tensor"}
    plain = value is None or isinstance(value, str | bool | int | float)
    return set() if plain else {type(value).__name__}
