"""The graph of a result as a picture: one box per node, and arrows from inputs to outputs."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen.autograd.formatting import format_range
from scratchgen.autograd.graph import youngest_first
from scratchgen.autograd.inspect.pictures import Box, Drawing, format_of
from scratchgen.autograd.inspect.tables import cotangents
from scratchgen.autograd.primitives import to_numpy
from scratchgen.autograd.tensor import Tensor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["draw"]

MAX_NODES = 200  # of a picture that can still be read


def draw(
    y: Tensor,
    cotangent: ArrayLike | None = None,
    path: str | PathLike[str] | None = None,
    names: Mapping[str, object] | None = None,
) -> Drawing:
    """Return the graph of y as a picture, from the leaves at the top down to y; a notebook displays it.

    Each box has the operation and its shape, its value and ∂L/∂(box): the number itself, or the least and the
    greatest element of an array. Leaves are blue, constants grey, y is red. As in `table`, gradients are shown
    if y is a single number or its cotangent is given. No tensor is changed.

    path     also write the picture to this file, .png or .svg
    names    names of tensors and constants: {"W": W, "x": x}, or dict(model.named_parameters())

    The layout is graphviz's where it is installed (the package, in the extra `docs`, and the program `dot`),
    else a simpler one drawn by matplotlib.

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


def _boxes_and_arrows(
    y: Tensor, cotangent: ArrayLike | None, names: Mapping
) -> tuple[list[Box], list[tuple[int, int]]]:
    graph = _drawable(y)
    found = cotangents(y, graph, cotangent)
    name_of = {id(to_numpy(t)): name for name, t in names.items()}
    boxes: list[Box] = []
    arrows: list[tuple[int, int]] = []
    number: dict[int, int] = {}  # id of a tensor or a constant → the number of its box
    for node in reversed(graph):
        made_from = []
        for a in node.inputs or ():
            if not _has_values(a):
                continue
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
    """The nodes of the graph of y. Raises if they cannot be drawn."""
    if not isinstance(y, Tensor) or not y.requires_grad:
        raise RuntimeError("nothing to draw: the result does not depend on a tensor that requires_grad")
    graph = youngest_first(y)
    if len(graph) > MAX_NODES:
        raise ValueError(
            f"a picture of {len(graph):,} nodes cannot be read (at most {MAX_NODES}); inspect.table(y) lists them"
        )
    if any(node.inputs is None for node in graph):
        raise RuntimeError(
            "this graph was freed by an earlier backward(); draw it before that, or call "
            "backward(retain_graph=True)"
        )
    return graph


def _has_values(a: Any) -> bool:
    """Whether an input of a call is a tensor or numbers: not None, a slice or a shape."""
    return isinstance(a, Tensor) or (
        isinstance(a, np.ndarray | np.generic | int | float) and np.asarray(a).dtype.kind in "fiub"
    )


def _lines(a: Any, name: str | None, cotangent: np.ndarray | None = None) -> tuple[str, ...]:
    """The lines of the box of a tensor or a constant; only the number for an unnamed scalar constant."""
    values, gradients = format_range(np.asarray(to_numpy(a), dtype=float)), format_range(cotangent)
    if not isinstance(a, Tensor) and not name and np.ndim(a) == 0:
        return (values,)
    made_by = a.primitive.name if isinstance(a, Tensor) and a.primitive else ""
    heading = f"{name} = {made_by}" if name and made_by else name or made_by or _kind_of_source(a)
    plural = "" if np.size(a) == 1 else "s"
    lines = [f"{heading} {np.shape(a)}" if np.ndim(a) else heading]
    lines += [f"value{plural} {values}"] if values else []
    lines += [f"gradient{plural} {gradients}"] if gradients else []
    return tuple(lines)


def _kind_of_source(a: Any) -> str:
    return "leaf" if isinstance(a, Tensor) else "constant"
