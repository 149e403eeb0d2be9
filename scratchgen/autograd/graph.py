"""The tensors that a result depends on, as lists and sets."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from scratchgen.autograd.tensor import Tensor

__all__ = ["leading_to", "youngest_first"]


def youngest_first(y: Tensor, stop: Iterable[Tensor] = (), since: int = -1) -> list[Tensor]:
    """Return every tensor that y depends on and that requires a gradient, y first.

    The search ends at the tensors in `stop` and at tensors with a serial number up to `since`.
    """
    stop = set(stop)
    seen, unvisited = {y}, [y]
    while unvisited:
        node = unvisited.pop()
        if node.inputs and node.serial > since and node not in stop:
            for a in node.inputs:
                if isinstance(a, Tensor) and a not in seen:
                    seen.add(a)
                    unvisited.append(a)
    return sorted(seen, key=attrgetter("serial"), reverse=True)


def leading_to(ends: Iterable[Tensor], graph: list[Tensor]) -> set[Tensor]:
    """Return the tensors of a graph, youngest first, that depend on one of `ends`, and the ends themselves."""
    leading = set(ends)
    for node in reversed(graph):
        if node not in leading and any(isinstance(a, Tensor) and a in leading for a in node.inputs or ()):
            leading.add(node)
    return leading
