"""The reverse sweep: from ∂L/∂y at the end of the graph to ∂L/∂x at its leaves.

Every tensor carries the serial number of its birth, and inputs are born before outputs. Going through the
tensors from the youngest to the oldest therefore meets each one only after everything that used it, when
its cotangent is complete. No recursion: a chain of a million operations is a loop of a million steps.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from scratchgen.autograd import complaints
from scratchgen.autograd.broadcasting import is_repeated, sum_to_shape
from scratchgen.autograd.mode import WATCHERS
from scratchgen.autograd.primitives import Primitive, call
from scratchgen.autograd.tensor import Tensor


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


def sweep(y: Tensor, g, record: bool = False, ends=(), paths: set[Tensor] | None = None, free: bool = False):
    """Carry the cotangent g of y through the graph; return {leaf: its cotangent}.

    record    run the rules on tensors, so that the result can be differentiated again; else on arrays
    ends      stop at these tensors, as at leaves
    paths     follow only tensors of this set, those that lead to the ends
    free      forget how a node was made once it has been passed   Ledger: autograd.chain_rule
    """
    cotangents, found = {y: g}, {}
    youngest = [(-y.birth, y)]  # a heap of the tensors whose cotangent waits
    while youngest:
        _, node = heappop(youngest)
        g = cotangents.pop(node)
        for hook in node.hooks:
            replaced = hook(g)
            g = g if replaced is None else replaced
        if node.primitive is None or node in ends:
            found[node] = g
            continue
        for a, g_a in pull_back(node, g, record, paths):
            if a in cotangents:
                cotangents[a] = cotangents[a] + g_a
            else:
                cotangents[a] = g_a
                heappush(youngest, (-a.birth, a))
        if free:
            node.inputs = node.arrays = node.saved = None
            node.guards = ()
    return found


def pull_back(node: Tensor, g, record: bool = False, paths: set[Tensor] | None = None) -> list[tuple]:
    """One step of the chain rule: (input, ∂L/∂input) for the inputs of a node, given g = ∂L/∂node.

    Ledger: autograd.chain_rule
    """
    entry, inputs, options = node.primitive, node.inputs, node.options
    if inputs is None:
        raise complaints.freed(entry)
    if record and not entry.once:
        cotangent, y, values = g, node, inputs
    else:
        cotangent, y, values = g.data if record else g, node.data, node.arrays
    if entry.saves:
        values = [*values, node.saved]
    joint = entry.joint(cotangent, y, *values, **options) if entry.joint is not None else None

    pulled = []
    for i, a in enumerate(inputs):
        if not isinstance(a, Tensor) or (paths is not None and a not in paths):
            continue
        if joint is not None:
            g_a = joint[i]
        elif (rule := entry.rules[i]) is not None:
            g_a = rule(cotangent, y, *values, **options) if options else rule(cotangent, y, *values)
        else:
            raise TypeError(f"{entry.name} has no derivative rule for argument {i}; detach() it or add one")
        x = a.data
        if g_a.shape != x.shape:
            if not (entry.broadcasts and is_repeated(x.shape, g_a.shape)):
                raise complaints.wrong_shape(entry, g_a, x)
            g_a = sum_to_shape(g_a, x)
        if g_a.dtype is not x.dtype:
            g_a = g_a.astype(x.dtype)
        if record and entry.once:
            g_a = call(_refusing(entry), (g_a, g, *inputs))
        for watcher in WATCHERS:
            watcher.cotangent(node, i, g, g_a)
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
