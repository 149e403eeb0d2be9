"""The reverse sweep: from ∂L/∂y at the end of the graph to ∂L/∂x at its leaves.

Every tensor carries the serial number of its birth, and inputs are born before outputs. Going through the
tensors from the youngest to the oldest therefore meets each one only after everything that used it, when
its cotangent is complete. No recursion: a chain of a million operations is a loop of a million steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

import numpy as np

from scratchgen.autograd.primitives import Primitive, call, mode
from scratchgen.autograd.tensor import Tensor


def backward(y: Tensor, cotangent=None, retain_graph: bool = False) -> None:
    """Add ∂L/∂(leaf) to the `.grad` of every leaf under y. See `Tensor.backward`."""
    start = seed(y, cotangent).data.copy()  # a leaf may be given it as its gradient
    graph = youngest_first(y)
    handed_out = set()  # arrays that are some leaf's gradient already: two leaves never share one
    for leaf, g in sweep(y, start, graph, record=False).items():
        if g.base is not None or id(g) in handed_out:
            g = g.copy()
        handed_out.add(id(g))
        leaf.grad = np.asarray(g if leaf.grad is None else leaf.grad + g)
    if not retain_graph:
        for node in graph:
            if node.primitive is not None:
                node.inputs = node.saved = None
                node.guards = ()


def seed(y: Tensor, cotangent=None) -> Tensor:
    """The cotangent that a sweep starts with: the one given, or 1 for a single number."""
    if not isinstance(y, Tensor) or not y.requires_grad:
        raise RuntimeError(
            "nothing to differentiate: the result does not depend on a tensor that requires_grad"
        )
    if cotangent is None:
        if y.size != 1:
            raise RuntimeError(
                f"a result of shape {y.shape} is not a single number: give its cotangent or .sum() it"
            )
        return Tensor.holding(np.ones_like(y.data))
    g = cotangent if isinstance(cotangent, Tensor) else Tensor.holding(np.asarray(cotangent, dtype=y.dtype))
    if g.shape != y.shape:
        raise RuntimeError(f"the cotangent has shape {g.shape}, the result {y.shape}; they must be equal")
    return g


def youngest_first(y: Tensor, stop: Iterable[Tensor] = (), since: int = -1) -> list[Tensor]:
    """Every tensor that y depends on and that requires a gradient, y first.

    It does not look behind the tensors in `stop`, nor behind those born before `since`.
    """
    stop = set(stop)
    seen, unvisited = {y}, [y]
    while unvisited:
        node = unvisited.pop()
        if node.inputs and node.birth > since and node not in stop:
            for a in node.inputs:
                if isinstance(a, Tensor) and a not in seen:
                    seen.add(a)
                    unvisited.append(a)
    return sorted(seen, key=attrgetter("birth"), reverse=True)


def sweep(y: Tensor, g, graph: list[Tensor], record: bool, wrt: Iterable[Tensor] | None = None) -> dict:
    """Carry the cotangent g of y through the graph; return {leaf: its cotangent}.

    record    run the rules on tensors, so that the result can be differentiated again; else on arrays
    wrt       stop at these tensors, and follow only the paths that lead to them
    """
    ends = set(wrt) if wrt is not None else ()
    wanted = _leading_to(ends, graph) if wrt is not None else None
    cotangents, found = {y: g}, {}
    for node in graph:
        g = cotangents.pop(node, None)
        if g is None:
            continue
        for hook in node.hooks:
            replaced = hook(g)
            g = g if replaced is None else replaced
        if node in ends or node.primitive is None:
            found[node] = g
            continue
        for a, g_a in pull_back(node, g, record, wanted):
            cotangents[a] = g_a if a not in cotangents else cotangents[a] + g_a
    return found


def pull_back(node: Tensor, g, record: bool = False, wanted: set[Tensor] | None = None) -> list[tuple]:
    """One step of the chain rule: (input, ∂L/∂input) for the inputs of a node, given g = ∂L/∂node."""
    entry, inputs = node.primitive, node.inputs
    if inputs is None:
        raise RuntimeError(
            f"this graph was freed by an earlier backward() (at {entry.name}); compute the result again, "
            "or call backward(retain_graph=True) the first time"
        )
    options = node.options
    if record and not entry.once:
        y, values, cotangent = node, inputs, g
    else:
        y, cotangent = node.data, g.data if record else g
        values = [a.data if isinstance(a, Tensor) else a for a in inputs]
    if entry.saves:
        values = [*values, node.saved]
    every = entry.joint(cotangent, y, *values, **options) if entry.joint is not None else None

    pulled = []
    for i, a in enumerate(inputs):
        if not isinstance(a, Tensor) or (wanted is not None and a not in wanted):
            continue
        if every is not None:
            g_a = every[i]
        elif (rule := entry.rules[i]) is not None:
            g_a = rule(cotangent, y, *values, **options)
        else:
            raise TypeError(f"{entry.name} has no derivative rule for argument {i}; detach() it or add one")
        if g_a.shape != a.data.shape:
            raise RuntimeError(
                f"the rule of {entry.name} returned a cotangent of shape {g_a.shape} "
                f"for an input of {a.shape}"
            )
        if g_a.dtype != a.data.dtype:
            g_a = g_a.astype(a.data.dtype)
        if record and entry.once:
            g_a = call(_refusing(entry), (g_a, g, *inputs))
        if mode.watch is not None:
            mode.watch.cotangent(node, i, g, g_a)
        pulled.append((a, g_a))
    return pulled


def _refusing(entry: Primitive) -> Primitive:
    """A node for the derivative of a primitive that is differentiable once: asked again, it says why not."""

    def refuse(*_):
        raise RuntimeError(
            f"{entry.name} is differentiable once: {entry.once}; "
            "for derivatives of derivatives write it in plain NumPy (a fused function has such a twin)"
        )

    node = Primitive(lambda value, *made_from: value)
    node.name = f"derivative of {entry.name}"
    node.joint = refuse
    return node


def _leading_to(ends: set[Tensor], graph: list[Tensor]) -> set[Tensor]:
    """The tensors of the graph that were made from one of `ends`, and the ends themselves."""
    leading = set(ends)
    for node in reversed(graph):
        if node not in leading and any(isinstance(a, Tensor) and a in leading for a in node.inputs or ()):
            leading.add(node)
    return leading
