"""Find the line that cuts a graph: why a result does not depend on an argument of its function.

`t.item()`, `t.data`, `t.numpy()` and `float(t)` give plain values, through which no gradient flows. A result that is
computed from them alone has derivative 0, as has one that really does not depend on the argument. The difference is
seen in a second call of the function, in which the tensors note who reads their value. It is made only for a
derivative that is 0 in this way; it costs nothing otherwise.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from scratchgen.autograd.graph import youngest_first
from scratchgen.autograd.inspect.source_lines import line_of_the_caller
from scratchgen.autograd.mode import WATCHERS
from scratchgen.autograd.primitives import LIBRARY_FILES
from scratchgen.autograd.tensor import Tensor

__all__ = ["CutGraphWarning", "warn_of_cuts"]

READERS = ("item", "numpy", "tolist", "__float__", "__int__", "__init__")  # methods that take the plain value
Reads = list[tuple[Tensor, str]]  # a tensor, and the line that reads its value

_reads: ContextVar[Reads | None] = ContextVar("reads", default=None)  # a list during the second call


class CutGraphWarning(UserWarning):
    """A derivative is 0 because a recorded value was read as a plain number or array."""


def warn_of_cuts(f: Callable, arguments: Sequence[tuple[str, Any]], unreached: Sequence[int]) -> None:
    """Warn if f reads values that are recorded, where its result does not depend on some of its arguments.

    f(*xs)       the function, of tensors
    arguments    the name and the value of each
    unreached    the positions of those arguments that its result does not depend on

    detach() and stop_gradient() say that a constant is meant: they are no reason to warn.
    """
    if _reads.get() is not None:  # within the second call of another function
        return
    xs = [Tensor(a, requires_grad=True) for _, a in arguments]
    reads, error = _reads_of(f, xs)
    for i in unreached:
        lines = dict.fromkeys(line for t, line in reads if xs[i] in set(youngest_first(t)))
        if lines:
            reason = f"the value of a recorded tensor is read at {'; at '.join(lines)}"
            way_out = "compute with the tensor itself, or say t.detach() where a constant is meant"
        elif error is not None:
            reason = f"a second call of the function, to find out why, raised {type(error).__name__}: {error}"
            way_out = "look for .item(), .data, .numpy() and float(), which cut the graph"
        else:
            continue
        message = (
            f"the result does not depend on {arguments[i][0]}, and the derivative is 0: {reason}; {way_out}"
        )
        warnings.warn(message, CutGraphWarning, stacklevel=_depth_of_the_caller())


def _reads_of(f: Callable, xs: Sequence[Tensor]) -> tuple[Reads, Exception | None]:
    """Call f(*xs); return what it reads, and the error that it raised, if any."""
    reads: Reads = []
    watcher = _Watcher()
    for x in xs:
        watcher.watch(x)
    token = _reads.set(reads)
    WATCHERS.append(watcher)
    try:
        f(*xs)
    except Exception as error:
        return reads, error
    finally:
        WATCHERS.remove(watcher)
        _reads.reset(token)
        watcher.forget()
    return reads, None


class _Watcher:
    """Lets every tensor that is recorded in this thread note who reads it."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.watched: list[Tensor] = []

    def watch(self, t: Tensor) -> None:
        if type(t) is Tensor:
            self.watched.append(t)
            t.__class__ = _Watched

    def forget(self) -> None:
        for t in self.watched:
            t.__class__ = Tensor

    def value(self, y: Tensor, *_: Any) -> None:
        if y.requires_grad and threading.get_ident() == self.thread:
            self.watch(y)

    def cotangent(self, *_: Any) -> None:
        """A cotangent is a result of calls, and was seen as such."""


class _Watched(Tensor):
    """A tensor that notes the lines which read its value."""

    __slots__ = ()

    def _read(self) -> Any:
        reads, reader = _reads.get(), sys._getframe(1)
        if reads is not None and _is_a_cut(reader):
            reads.append((self, line_of_the_caller()))
        return self.__dict__["data"]

    def _write(self, value: Any) -> None:
        self.__dict__["data"] = value

    data = property(_read, _write)  # in place of the attribute of Tensor


def _is_a_cut(reader: Any) -> bool:
    """Whether this frame reads a value for the caller: it is the caller, or a method that the caller has called."""
    code = reader.f_code
    if code.co_filename not in LIBRARY_FILES:
        return True
    called_from_outside = reader.f_back is not None and reader.f_back.f_code.co_filename not in LIBRARY_FILES
    return code.co_name in READERS and called_from_outside


def _depth_of_the_caller() -> int:
    """The number of frames between `warn_of_cuts` and the first line outside of the autograd."""
    frame, depth = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename in LIBRARY_FILES:
        frame, depth = frame.f_back, depth + 1
    return depth
