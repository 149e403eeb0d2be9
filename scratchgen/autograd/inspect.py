"""Looking at a graph: which line made a node, all nodes as a table, and where a NaN began."""

from __future__ import annotations

import linecache
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from scratchgen.autograd.backward import seed, sweep
from scratchgen.autograd.graph import youngest_first
from scratchgen.autograd.mode import WATCHERS
from scratchgen.autograd.primitives import OURS, Primitive
from scratchgen.autograd.tensor import Tensor

# --- source lines -----------------------------------------------------------------------------------------


def source(t: Tensor) -> str:
    """The line that made a recorded tensor, as "file:line: text"; "" for a leaf."""
    if t.made_at is None:
        return ""
    code, instruction = t.made_at
    lines = list(code.co_positions())
    return _line(code.co_filename, lines[instruction // 2][0] or code.co_firstlineno)


def _line(path: str, number: int) -> str:
    return f"{Path(path).name}:{number}: {linecache.getline(path, number).strip()}"


def _line_of_the_caller() -> str:
    frame = sys._getframe(1)
    while frame.f_code.co_filename in OURS:
        frame = frame.f_back
    return _line(frame.f_code.co_filename, frame.f_lineno)


# --- where a NaN began ------------------------------------------------------------------------------------


class AnomalyError(FloatingPointError):
    """The first operation whose result is not finite although what it was given is."""


@contextmanager
def detect_anomaly():
    """Within `with detect_anomaly():` the first operation that makes a NaN or an infinity raises.

    It looks at every value on the way forward and at every cotangent on the way back. An infinity that was
    there before (a mask of −∞, say) may pass through; a NaN, or an infinity where none was, may not.

    Other threads are watched as well.

    Raises AnomalyError with the operation, its shapes and the line that called it.
    """
    watcher = _Watcher()
    WATCHERS.append(watcher)
    try:
        with np.errstate(all="ignore"):  # NumPy's warnings would only say the same again, without the line
            yield
    finally:
        WATCHERS.remove(watcher)


class _Watcher:
    """What `call` and `pull_back` show every value and every cotangent to."""

    def value(self, y: Tensor, entry: Primitive, arrays: list) -> None:
        """Look at the result of a call."""
        made = _made(y.data, arrays)
        if made:
            shapes = ", ".join(str(np.shape(a)) for a in arrays)
            raise AnomalyError(f"{entry.name} of shapes {shapes} made {made}, at {_line_of_the_caller()}")

    def cotangent(self, node: Tensor, i: int, g, g_a) -> None:
        """Look at what a rule made of the cotangent g for argument i."""
        g, g_a = (t.data if isinstance(t, Tensor) else t for t in (g, g_a))
        made = _made(g_a, [g])
        if made:
            raise AnomalyError(
                f"the derivative of {node.primitive.name} by its argument {i}, of shape {g_a.shape}, made "
                f"{made}; the operation was called at {source(node)}"
            )


def _made(result: np.ndarray, given: list) -> str:
    """What a result has that nothing given had: "a NaN", "an infinity" or ""."""
    if result.dtype.kind != "f" or np.isfinite(result).all():
        return ""
    floats = [a for a in map(np.asarray, given) if a.dtype.kind == "f"]
    if np.isnan(result).any():
        return "" if any(np.isnan(a).any() for a in floats) else "a NaN"
    return "" if any(not np.isfinite(a).all() for a in floats) else "an infinity"


# --- the graph as a table ---------------------------------------------------------------------------------

COLUMNS = ("operation", "shape", "dtype", "values", "gradients", "source")


@dataclass(frozen=True)
class Listing:
    """Rows of text that print as a table, in a terminal and in a notebook."""

    rows: list[tuple[str, ...]]

    def __str__(self):
        widths = [max(map(len, column)) for column in zip(COLUMNS, *self.rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
            for line in (COLUMNS, *self.rows)
        )

    __repr__ = __str__

    def _repr_html_(self):
        def line(cells, tag):
            return "<tr>" + "".join(f"<{tag}>{escape(c)}</{tag}>" for c in cells) + "</tr>"

        body = "".join(line(row, "td") for row in self.rows)
        return f"<table>{line(COLUMNS, 'th')}{body}</table>"


def table(y: Tensor, cotangent=None) -> Listing:
    """Every node that y was computed from, the oldest first: one row each.

    Its operation, shape and dtype; the least and the greatest value; the same of ∂L/∂(node), if y is a single
    number or its cotangent is given; and the line that made it. "float32 → float64" marks an operation whose
    inputs were all single and whose result is double precision: a float64 constant has slipped in.
    """
    graph = youngest_first(y)
    cotangents = _cotangents(y, graph, cotangent) if cotangent is not None or y.size == 1 else {}
    return Listing(
        [
            (
                node.primitive.name if node.primitive else "leaf",
                str(node.shape),
                _dtype(node),
                _range(node.data),
                _range(cotangents.get(node)),
                source(node),
            )
            for node in reversed(graph)
        ]
    )


def _cotangents(y: Tensor, graph: list[Tensor], cotangent) -> dict[Tensor, np.ndarray]:
    """∂L/∂(node) of every node, caught by hooks in a sweep that changes nothing."""
    caught: dict[Tensor, np.ndarray] = {}
    removals = [node.register_hook(lambda g, node=node: caught.update({node: g})) for node in graph]
    try:
        sweep(y, seed(y, cotangent).data)
    finally:
        for remove in removals:
            remove()
    return caught


def _dtype(node: Tensor) -> str:
    widened = any(isinstance(a, Tensor) and a.dtype.itemsize < node.dtype.itemsize for a in node.inputs or ())
    narrow = next((a.dtype for a in node.inputs or () if isinstance(a, Tensor)), None)
    return f"{narrow} → {node.dtype}" if widened and node.primitive.name != "astype" else str(node.dtype)


def _range(a: np.ndarray | None) -> str:
    if a is None or a.size == 0:
        return ""
    low, high = np.min(a), np.max(a)
    return f"{low:.3g}" if low == high else f"{low:.3g} … {high:.3g}"
