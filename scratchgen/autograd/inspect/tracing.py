"""A computation as text: one line per operation, with its expression, its values and its gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.autograd.formatting import format_value
from scratchgen.autograd.graph import youngest_first
from scratchgen.autograd.inspect.source_lines import source
from scratchgen.autograd.inspect.tables import Listing, cotangents
from scratchgen.autograd.primitives import to_numpy
from scratchgen.autograd.tensor import Tensor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["trace"]

HEADINGS = ("", "expression", "values", "gradient", "source")
INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "matmul": "@"}


def trace(
    y: Tensor, cotangent: ArrayLike | None = None, names: Mapping[str, object] | None = None
) -> Listing:
    """Return a table with one line per operation, from the leaves down to y.

    A line has the expression, its values, ∂L/∂(its result) and the line of source code that called it. L is the
    sum of y, or ⟨cotangent, y⟩. No tensor is changed.

    names    names of tensors in the expressions: {"mu": mu, "eps": eps}; other tensors are called t1, t2, …

    Raises RuntimeError when y has no history.
    """
    if not isinstance(y, Tensor) or not y.requires_grad:
        raise RuntimeError("nothing to trace: the result does not depend on a tensor that requires_grad")
    graph = youngest_first(y)
    gradients = cotangents(y, graph, np.ones_like(y.data) if cotangent is None else cotangent)
    known = {id(to_numpy(t)): name for name, t in (names or {}).items()}
    name_of: dict[Tensor, str] = {}
    rows = []
    for node in reversed(graph):
        name = known.get(id(node.data)) or f"t{1 + sum(n not in known.values() for n in name_of.values())}"
        expression = _expression(node, name_of)
        name_of[node] = name
        gradient = gradients.get(node)
        gradient_text = "" if gradient is None else format_value(gradient)
        rows.append((name, f"= {expression}", format_value(node.data), gradient_text, source(node)))
    return Listing(rows, HEADINGS)


def _expression(node: Tensor, name_of: Mapping[Tensor, str]) -> str:
    """The expression that made a node, in the names of its inputs."""
    if node.primitive is None:
        return "given"
    made_from = [
        name_of.get(a, "freed") if isinstance(a, Tensor) else format_value(a) for a in node.inputs or ()
    ]
    function = node.primitive.name
    if function in INFIX:
        return f"{made_from[0]} {INFIX[function]} {made_from[1]}"
    if function == "negative":
        return f"-{made_from[0]}"
    if function == "getitem":
        return f"{made_from[0]}[{made_from[1]}]"
    options = [f"{name}={value}" for name, value in node.options.items()]
    return f"{function}({', '.join([*made_from, *options])})"
