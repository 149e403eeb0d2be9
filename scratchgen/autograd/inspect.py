"""Looking at a graph: which line made a node, all nodes as a table or a picture, and where a NaN began."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from scratchgen.autograd.backward import seed, sweep
from scratchgen.autograd.drawing import Box, Drawing, format_of
from scratchgen.autograd.graph import youngest_first
from scratchgen.autograd.mode import WATCHERS
from scratchgen.autograd.primitives import OURS, Primitive, plain
from scratchgen.autograd.shown import span
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
    headings: tuple[str, ...] = COLUMNS

    def __str__(self):
        widths = [max(map(len, column)) for column in zip(self.headings, *self.rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
            for line in (self.headings, *self.rows)
        )

    __repr__ = __str__

    def _repr_html_(self):
        def line(cells, tag):
            return "<tr>" + "".join(f"<{tag}>{escape(c)}</{tag}>" for c in cells) + "</tr>"

        body = "".join(line(row, "td") for row in self.rows)
        return f"<table>{line(self.headings, 'th')}{body}</table>"


def table(y: Tensor, cotangent=None) -> Listing:
    """Every node that y was computed from, the oldest first: one row each.

    Its operation, shape and dtype; the least and the greatest value; the same of ∂L/∂(node), if y is a single
    number or its cotangent is given; and the line that made it. "float32 → float64" marks an operation whose
    inputs were all single and whose result is double precision: a float64 constant has slipped in.
    """
    graph = youngest_first(y)
    found = cotangents(y, graph, cotangent)
    return Listing(
        [
            (
                node.primitive.name if node.primitive else "leaf",
                str(node.shape),
                _dtype(node),
                span(node.data),
                span(found.get(node)),
                source(node),
            )
            for node in reversed(graph)
        ]
    )


def cotangents(y: Tensor, graph: list[Tensor], cotangent) -> dict[Tensor, np.ndarray]:
    """∂L/∂(node) of every node, caught by hooks in a sweep that changes nothing; {} if L is not known."""
    caught: dict[Tensor, np.ndarray] = {}
    if cotangent is None and y.size != 1:
        return caught
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


# --- the graph as a picture -------------------------------------------------------------------------------

MOST = 200  # nodes; a larger picture cannot be read


def draw(y: Tensor, cotangent=None, path=None, names: Mapping[str, object] | None = None) -> Drawing:
    """The graph of y as a picture, from what was given at the top down to y; a notebook shows it by itself.

    Each box has the operation and its shape, its value and ∂L/∂(box): the number itself, or the least and the
    greatest of an array. Leaves are blue, constants grey, y is red. As in `table` the gradients are there
    if y is a single number or its cotangent is given, and nothing is changed.

    path     write the picture there too, as .png or .svg
    names    what to call tensors and constants: {"W": W, "x": x}, or dict(model.named_parameters())

    Laid out by graphviz where it is installed (the package, in the extra `docs`, and the program `dot`), else
    in a simpler way by matplotlib.
    Raises ValueError for another kind of file and for more than 200 nodes; RuntimeError when there is no
    graph, or `backward()` has freed it.
    Source: micrograd's draw_dot.
    """
    if path is not None:
        format_of(path)
    drawing = Drawing(*_boxes_and_arrows(y, cotangent, names or {}))
    if path is not None:
        drawing.save(path)
    return drawing


def _boxes_and_arrows(y: Tensor, cotangent, names: Mapping) -> tuple[list[Box], list[tuple[int, int]]]:
    graph = _drawable(y)
    found = cotangents(y, graph, cotangent)
    name_of = {id(plain(t)): name for name, t in names.items()}
    boxes, arrows, number = [], [], {}  # number: which box a tensor or a constant has, by its identity
    for node in reversed(graph):
        made_from = []
        for a in filter(_has_values, node.inputs):
            if id(a) not in number or isinstance(a, int | float):  # Python has one 2; each use is a box
                number[id(a)] = len(boxes)
                boxes.append(Box(_lines(a, name_of.get(id(a))), "constant"))
            made_from.append(number[id(a)])
        arrows += [(a, len(boxes)) for a in made_from]
        number[id(node)] = len(boxes)
        kind = "leaf" if node.primitive is None else "result" if node is y else "operation"
        boxes.append(Box(_lines(node, name_of.get(id(node.data)), found.get(node)), kind))
    return boxes, arrows


def _drawable(y: Tensor) -> list[Tensor]:
    """The nodes under y, if they can be drawn."""
    if not isinstance(y, Tensor) or not y.requires_grad:
        raise RuntimeError("nothing to draw: the result does not depend on a tensor that requires_grad")
    graph = youngest_first(y)
    if len(graph) > MOST:
        raise ValueError(
            f"a picture of {len(graph):,} nodes cannot be read (at most {MOST}); inspect.table(y) lists them"
        )
    if any(node.inputs is None for node in graph):
        raise RuntimeError(
            "this graph was freed by an earlier backward(); draw it before that, or call "
            "backward(retain_graph=True)"
        )
    return graph


def _has_values(a) -> bool:
    """Whether an input of a call is a tensor or numbers: not None, a slice or a shape."""
    return isinstance(a, Tensor) or (
        isinstance(a, np.ndarray | np.generic | int | float) and np.asarray(a).dtype.kind in "fiub"
    )


def _lines(a, name: str | None, cotangent: np.ndarray | None = None) -> tuple[str, ...]:
    """What a box says of a tensor, or of a constant; of a constant without name and shape only the number."""
    values, gradients = span(np.asarray(plain(a), dtype=float)), span(cotangent)
    if not isinstance(a, Tensor) and not name and np.ndim(a) == 0:
        return (values,)
    made_by = a.primitive.name if isinstance(a, Tensor) and a.primitive else ""
    heading = f"{name} = {made_by}" if name and made_by else name or made_by or _kind_of_source(a)
    plural = "" if np.size(a) == 1 else "s"
    lines = [f"{heading} {np.shape(a)}" if np.ndim(a) else heading]
    lines += [f"value{plural} {values}"] if values else []
    lines += [f"gradient{plural} {gradients}"] if gradients else []
    return tuple(lines)


def _kind_of_source(a) -> str:
    return "leaf" if isinstance(a, Tensor) else "constant"
