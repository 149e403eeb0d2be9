"""The reverse sweep: from ∂L/∂y at the end of the graph to ∂L/∂x at its leaves.

Every tensor carries the serial number of its birth, and inputs are born before outputs. Going through the
tensors from the youngest to the oldest therefore meets each one only after everything that used it, when
its cotangent is complete. No recursion: a chain of a million operations is a loop of a million steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

import numpy as np

from scratchgen.autograd.primitives import Primitive, call, plain
from scratchgen.autograd.tensor import Tensor


def backward(y: Tensor, cotangent=None, retain_graph: bool = False) -> None:
    """Add ∂L/∂(leaf) to the `.grad` of every leaf under y. See `Tensor.backward`."""
    graph = youngest_first(y)
    start = seed(y, cotangent).data.copy()  # a leaf may be given it as its gradient
    handed_out = set()  # arrays that are some leaf's gradient already: two leaves never share one
    for leaf, g in sweep(y, start, graph, record=False).items():
        if g.base is not None or id(g) in handed_out:
            g = g.copy()
        handed_out.add(id(g))
        leaf.grad = np.asarray(g if leaf.grad is None else leaf.grad + g)
    if not retain_graph:
        for node in graph:
            if node.primitive is not None:
                node.inputs = None


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


def youngest_first(y: Tensor, stop: Iterable[Tensor] = ()) -> list[Tensor]:
    """Every tensor that y depends on and that requires a gradient, y first; not looking behind `stop`."""
    stop = set(stop)
    seen, unvisited = {y}, [y]
    while unvisited:
        node = unvisited.pop()
        if node in stop:
            continue
        if node.inputs is None:
            raise RuntimeError(
                f"this graph was freed by an earlier backward() (at {node.primitive.name}); "
                "compute the result again, or call backward(retain_graph=True) the first time"
            )
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
    ends = set(wrt) if wrt is not None else {node for node in graph if node.primitive is None}
    wanted = _leading_to(ends, graph) if wrt is not None else None
    cotangents, found = {y: g}, {}
    for node in graph:
        g = cotangents.pop(node, None)
        if g is None:
            continue
        if node in ends:
            found[node] = g
            continue
        for a, g_a in pull_back(node, g, record, wanted):
            cotangents[a] = g_a if a not in cotangents else cotangents[a] + g_a
    return found


def pull_back(node: Tensor, g, record: bool, wanted: set[Tensor] | None = None):
    """One step of the chain rule: yield (input, ∂L/∂input) for the inputs of a node, given g = ∂L/∂node."""
    entry, inputs = node.primitive, node.inputs
    needed = [i for i, a in enumerate(inputs) if isinstance(a, Tensor) and (wanted is None or a in wanted)]
    if entry.joint is not None:
        every = entry.joint(plain(g), node.data, *plain(inputs), **node.options)
        for i in needed:
            g_a = _fitting(every[i], inputs[i], entry)
            yield inputs[i], call(_once(entry), (g_a, g, *inputs)) if record else g_a
        return

    y, values = (node, inputs) if record else (node.data, plain(inputs))
    for i in needed:
        rule = entry.rule_of(i)
        if rule is None:
            raise TypeError(
                f"{entry.name} has no derivative rule for its argument {i}; detach() it or add one"
            )
        yield inputs[i], _fitting(rule(g, y, *values, **node.options), inputs[i], entry)


def _once(entry: Primitive) -> Primitive:
    """A node for the derivative of a fused primitive, which refuses to be differentiated itself."""

    def refuse(*_):
        raise RuntimeError(
            f"{entry.name} is a fused primitive and is differentiable once; "
            "for derivatives of derivatives use its composed twin in plain NumPy"
        )

    node = Primitive(lambda value, *made_from: value)
    node.name = f"derivative of {entry.name}"
    node.rule_of = lambda i: refuse
    return node


def _fitting(g, a: Tensor, entry):
    """The cotangent of a, of a's dtype; a rule that returns another shape is an error, found here."""
    if g.shape != a.data.shape:
        raise RuntimeError(
            f"the rule of {entry.name} returned a cotangent of shape {g.shape} for an input of {a.shape}"
        )
    return g if g.dtype == a.data.dtype else g.astype(a.data.dtype)


def _leading_to(ends: set[Tensor], graph: list[Tensor]) -> set[Tensor]:
    """The tensors of the graph that were made from one of `ends`, and the ends themselves."""
    leading = set(ends)
    for node in reversed(graph):
        if node not in leading and any(isinstance(a, Tensor) and a in leading for a in node.inputs):
            leading.add(node)
    return leading
