"""Stop a computation at the first line of an equation's code, in pdb or in an editor, or print it line by line."""

from __future__ import annotations

import bdb
import linecache
import pdb
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any, TypeVar

import numpy as np

from scratchgen.autograd.formatting import format_value
from scratchgen.equations.locate import function_of, lookup
from scratchgen.errors import BadInput

HOST, PORT = "127.0.0.1", 5678  # the address that editors try unless another is configured

T = TypeVar("T")


def run_under_pdb(ids: Sequence[str], compute: Callable[[], T]) -> T | None:
    """Run compute() under pdb, which stops at the first line of each call of the code of these equations.

    ids    of the ledger, such as ["vae.elbo"]
    Returns the result of compute(), or None if the user quits the debugger.
    Raises BadInput, before anything runs, for an id that the ledger does not have.
    """
    return under_pdb([function_of(lookup(id)) for id in ids], compute)


def under_pdb(functions: Iterable[FunctionType], compute: Callable[..., T], **arguments) -> T | None:
    """Run compute(**arguments) under pdb, which stops at the first line of each call of these functions.

    Returns the result, or None if the user quits the debugger. Functions that were never called are named
    on standard error at the end.
    """
    debugger = _Debugger(nosigint=True)  # Ctrl-C keeps the meaning that it has without the debugger
    debugger.rcLines.append("continue")  # pdb stops as soon as it runs, in `call`: on to the first breakpoint
    codes = list(dict.fromkeys(function.__code__ for function in functions))
    for code in codes:
        debugger.set_break(code.co_filename, code.co_firstlineno, funcname=code.co_name)
    finished = False

    def call() -> T:
        nonlocal finished
        result = compute(**arguments)
        finished = True
        return result

    try:
        return debugger.runcall(call)
    finally:
        for code in codes:
            place = code.co_filename, code.co_firstlineno
            if finished and not any(stop.hits for stop in debugger.get_breaks(*place)):
                print(f"never called: {code.co_qualname} ({place[0]}:{place[1]})", file=sys.stderr)
            debugger.clear_break(*place)  # all debuggers of a process share their breakpoints


class _Debugger(pdb.Pdb):
    """pdb whose breakpoint on a function stops once per call, even if its first line is a `with` or a loop."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.stopped_in: dict[int, FrameType] = {}  # by number of the breakpoint: the call of its last stop

    def break_here(self, frame: FrameType) -> bool:
        """Whether to stop at this line: at a function's breakpoint, only once per call."""
        if not super().break_here(frame):
            return False
        number: int = self.currentbp  # type: ignore[attr-defined]  # bdb sets it; its stubs do not list it
        stop = bdb.Breakpoint.bpbynumber[number]
        repeated = stop is not None and stop.funcname and self.stopped_in.get(number) is frame
        self.stopped_in[number] = frame
        return not repeated


def under_debugpy(functions: Iterable[FunctionType], compute: Callable[..., T], **arguments) -> T:
    """Run compute(**arguments); an editor stops at the first line of the first call of one of these functions.

    Unless debugpy has started this process itself, the call waits for an editor to attach at HOST and PORT.
    Raises BadInput if debugpy is not installed or the port is in use.
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
            raise BadInput(
                f"cannot listen at {HOST}:{PORT} ({problem}); stop the process that is using the port"
            ) from None
        print(f"waiting for an editor to attach at {HOST}:{PORT}", flush=True)
        debugpy.wait_for_client()
    import pydevd  # a part of debugpy

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


def line_by_line(
    files: Collection[str], compute: Callable[..., T], **arguments
) -> tuple[T, list[tuple[str, str, str]]]:
    """Run compute(**arguments) and record each line of the given files that runs.

    → the result, and a row for each line: (place, source of the line, variables that it changed, with values)
    """
    rows: list[tuple[str, str, str]] = []
    before: dict[FrameType, tuple[int, dict[str, str]]] = {}

    def follow(frame: FrameType, event: str, returned):
        code = frame.f_code
        if code.co_filename not in files or code.co_name.startswith("<"):  # a lambda, a comprehension
            return None
        if event != "call":
            seen = _formatted(frame)
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


def _formatted(frame: FrameType) -> dict[str, str]:
    """The local variables of a frame that are numbers or arrays, as text."""
    return {name: format_value(value) for name, value in frame.f_locals.items() if _numeric(value)}


def _numeric(value: object) -> bool:
    return isinstance(value, bool | int | float | np.ndarray | np.generic)
