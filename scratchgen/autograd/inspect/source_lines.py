"""The line of source code that called a recorded operation."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from types import FrameType

from scratchgen.autograd.primitives import LIBRARY_FILES
from scratchgen.autograd.tensor import Tensor

__all__ = ["line_of_the_caller", "source"]


def source(t: Tensor) -> str:
    """Return the line that made a recorded tensor, as "file:line: text"; "" for a leaf."""
    if t.made_at is None:
        return ""
    code, instruction = t.made_at
    lines = list(code.co_positions())
    return _line(code.co_filename, lines[instruction // 2][0] or code.co_firstlineno)


def line_of_the_caller() -> str:
    """Return the line, outside of the autograd, whose call is being computed now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename in LIBRARY_FILES:
        frame = frame.f_back
    return _line(frame.f_code.co_filename, frame.f_lineno) if frame else ""


def _line(path: str, number: int) -> str:
    return f"{Path(path).name}:{number}: {linecache.getline(path, number).strip()}"
