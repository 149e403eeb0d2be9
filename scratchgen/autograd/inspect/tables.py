"""The graph of a result as a table: one row per node, with its values and its gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.autograd.backward import seed, sweep
from scratchgen.autograd.formatting import format_range
from scratchgen.autograd.graph import youngest_first
from scratchgen.autograd.inspect.source_lines import source
from scratchgen.autograd.tensor import Tensor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Listing", "cotangents", "table"]

COLUMNS = ("operation", "shape", "dtype", "values", "gradients", "source")


@dataclass(frozen=True)
class Listing:
    """Rows of text that print as a table, in a terminal and in a notebook."""

    rows: Sequence[tuple[str, ...]]
    headings: tuple[str, ...] = COLUMNS

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.headings, *self.rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
            for line in (self.headings, *self.rows)
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        def line(cells: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(c)}</{tag}>" for c in cells) + "</tr>"

        body = "".join(line(row, "td") for row in self.rows)
        return f"<table>{line(self.headings, 'th')}{body}</table>"


def table(y: Tensor, cotangent: ArrayLike | None = None) -> Listing:
    """Return one row per node that y was computed from, the oldest first.

    A row has the operation, shape and dtype; the least and the greatest value; the least and the greatest
    element of ∂L/∂(node), if y is a single number or its cotangent is given; and the line that made the node.
    "float32 → float64" marks an operation whose inputs were single and whose result is double precision,
    because of a float64 constant.
    """
    graph = youngest_first(y)
    found = cotangents(y, graph, cotangent)
    return Listing(
        [
            (
                node.primitive.name if node.primitive else "leaf",
                str(node.shape),
                _dtype(node),
                format_range(node.data),
                format_range(found.get(node)),
                source(node),
            )
            for node in reversed(graph)
        ]
    )


def cotangents(y: Tensor, graph: list[Tensor], cotangent: ArrayLike | None) -> dict[Tensor, np.ndarray]:
    """Return ∂L/∂(node) of every node, read by hooks in a sweep without side effects; {} if L is unknown."""
    caught: dict[Tensor, np.ndarray] = {}
    if cotangent is None and y.size != 1:
        return caught
    removals = [node.register_hook(partial(caught.__setitem__, node)) for node in graph]
    try:
        sweep(y, seed(y, cotangent).data)
    finally:
        for remove in removals:
            remove()
    return caught


def _dtype(node: Tensor) -> str:
    widened = any(isinstance(a, Tensor) and a.dtype.itemsize < node.dtype.itemsize for a in node.inputs or ())
    narrow = next((a.dtype for a in node.inputs or () if isinstance(a, Tensor)), None)
    converted = node.primitive is not None and node.primitive.name == "astype"
    return f"{narrow} → {node.dtype}" if widened and not converted else str(node.dtype)
