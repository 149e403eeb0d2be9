"""A computation stopped at the first line of some functions, in pdb or in an editor, or line by line."""

from __future__ import annotations

import linecache
import pdb
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from types import FrameType, FunctionType

import numpy as np

from scratchgen.autograd.formatting import format_value
from scratchgen.errors import BadInput

HOST, PORT = "127.0.0.1", 5678  # where editors look for debugpy unless they are told otherwise


def under_pdb(functions: Iterable[FunctionType], compute: Callable, **arguments):
    """compute(**arguments), stopped by pdb at the first line of each call of these functions.

    None if the reader leaves before the end.
    """
    debugger = pdb.Pdb()
    debugger.rcLines.append("continue")  # pdb stops as soon as it runs, in _call: on to the first breakpoint
    places = [function.__code__ for function in functions]
    for code in places:
        debugger.set_break(code.co_filename, code.co_firstlineno, funcname=code.co_name)
    try:
        return debugger.runcall(_call, compute, arguments)
    finally:  # all debuggers of a process share their breakpoints
        for code in places:
            debugger.clear_break(code.co_filename, code.co_firstlineno)


def _call(compute: Callable, arguments: dict):
    return compute(**arguments)


def under_debugpy(functions: Iterable[FunctionType], compute: Callable, **arguments):
    """compute(**arguments), stopped by an editor at the first line of the first call of one of these.

    Where debugpy has not started this process itself, it waits for an editor to attach at HOST and PORT.
    Raises BadInput where debugpy is not installed, and where the port is taken.
    """
    try:
        import debugpy
    except ImportError:
        raise BadInput(
            'editors attach through debugpy, which is not installed; `pip install "scratchgen-numpy[debug]"`'
        ) from None
    if not debugpy.is_client_connected():
        try:
            debugpy.listen((HOST, PORT))
        except (OSError, RuntimeError) as problem:
            raise BadInput(f"cannot listen at {HOST}:{PORT} ({problem}); end what listens there") from None
        print(f"waiting for an editor to attach at {HOST}:{PORT}", flush=True)
        debugpy.wait_for_client()
    import pydevd  # which debugpy brings along

    codes = {function.__code__ for function in functions}

    def stop(frame: FrameType, event: str, _) -> None:
        if event == "call" and frame.f_code in codes:
            sys.setprofile(None)
            pydevd.settrace(suspend=True, trace_only_current_thread=True, stop_at_frame=frame)

    sys.setprofile(stop)
    try:
        return compute(**arguments)
    finally:
        sys.setprofile(None)


def line_by_line(files: Collection[str], compute: Callable, **arguments):
    """compute(**arguments), and what each line of some files did on the way.

    → the result, and rows (place, line of the source, the variables that it changed with their values)
    """
    rows, before = [], {}

    def follow(frame: FrameType, event: str, returned):
        code = frame.f_code
        if code.co_filename not in files or code.co_name.startswith("<"):  # a lambda, a comprehension
            return None
        if event != "call":
            seen = _shown(frame)
            if frame in before:
                number, known = before[frame]
                changed = [f"{name} = {text}" for name, text in seen.items() if known.get(name) != text]
                if event == "return":
                    changed.append(f"→ {format_value(returned)}" if _numeric(returned) else "→")
                place = f"{Path(*Path(code.co_filename).parts[-2:])}:{number}"
                rows.append((place, linecache.getline(code.co_filename, number).rstrip(), ", ".join(changed)))
            before[frame] = frame.f_lineno, seen
        return follow

    former = sys.gettrace()
    sys.settrace(follow)
    try:
        return compute(**arguments), rows
    finally:
        sys.settrace(former)


def _shown(frame: FrameType) -> dict[str, str]:
    """The variables of a frame that are numbers or arrays of them, as they are written."""
    return {name: format_value(value) for name, value in frame.f_locals.items() if _numeric(value)}


def _numeric(value) -> bool:
    return isinstance(value, bool | int | float | np.ndarray | np.generic)
