"""The reverse sweep: from ∂L/∂y at the end of the graph to ∂L/∂x at its leaves.

Every tensor has a serial number, and inputs are made before outputs. Visiting the tensors from the youngest to
the oldest therefore reaches each tensor after everything that used it, when its cotangent is complete. There
is no recursion: a chain of a million operations is a loop of a million steps.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from heapq import heappop, heappush
from sys import getrefcount
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen.autograd import error_messages
from scratchgen.autograd.broadcasting import is_repeated, sum_to_shape
from scratchgen.autograd.guard import Witness
from scratchgen.autograd.mode import WATCHERS
from scratchgen.autograd.primitives import Primitive, call, to_numpy
from scratchgen.autograd.tensor import Tensor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["seed", "sweep", "unshared", "vjp_of_node"]


def seed(y: Any, cotangent: ArrayLike | None = None) -> Tensor:
    """Return the cotangent that a sweep starts with: the given one, or 1 for a single number.

    Raises RuntimeError when y has no history, is not a single number, or has another shape than its cotangent.
    """
    if not isinstance(y, Tensor) or not y.requires_grad:
        raise RuntimeError(
            "nothing to differentiate: the result does not depend on a tensor that requires_grad"
        )
    if cotangent is None:
        if y.size != 1:
            raise RuntimeError(
                f"a result of shape {y.shape} is not a single number: give its cotangent or .sum() it"
            )
        if y.dtype.kind == "c":
            raise RuntimeError(
                "a complex result has no least direction: differentiate np.real(y), np.imag(y) or np.abs(y), or give "
                "a cotangent"
            )
        return Tensor.wrap(np.ones_like(y.data))
    g = cotangent if isinstance(cotangent, Tensor) else Tensor.wrap(np.asarray(cotangent, dtype=y.dtype))
    if g.shape != y.shape:
        raise RuntimeError(f"the cotangent has shape {g.shape}, the result {y.shape}; they must be equal")
    return g


def sweep(
    y: Tensor,
    g: Any,
    record: bool = False,
    ends: Container[Tensor] = (),
    paths: Container[Tensor] | None = None,
    free: bool = False,
    complete: Callable[[Tensor, np.ndarray], None] | None = None,
) -> dict[Tensor, Any]:
    """Carry the cotangent g of y through the graph; return {leaf: its cotangent}.

    record    run the rules on tensors, so that the result can be differentiated again; else on arrays
    ends      stop at these tensors, as at leaves
    paths     follow only tensors of this set, which lead to the ends
    free      delete the inputs of each node after its visit
    complete  (leaf, cotangent) ↦ None, called for each leaf right after the visit of its oldest user, with a cotangent
              whose memory nothing else uses; the result is empty then. Without it leaves are visited at the end

    Ledger: autograd.chain_rule
    """
    cotangents: dict[Tensor, Any] = {y: g}
    found: dict[Tensor, Any] = {}
    heard: set[Witness] = set()
    turns: dict[Tensor, float] = {} if complete is None else _turns_of_leaves(y)
    youngest: list[tuple[float, Tensor]] = [(-y.serial, y)]  # a priority queue: the tensors to visit next
    while youngest:
        _, node = heappop(youngest)
        g = cotangents.pop(node)
        if node.hooks:
            g = _after_hooks(node, g)
        if node.primitive is None or node in ends:
            found[node] = g
            if complete is not None:
                g = g_a = None  # now nothing but `found` refers to the array, unless a rule does
                complete(node, unshared(found).pop(node))
            continue
        for guard in node.guards:
            if type(guard) is Witness and guard not in heard:
                if not guard.is_true():
                    raise error_messages.overwritten(node)
                heard.add(guard)
        for a, g_a in vjp_of_node(node, g, record, paths):
            if a in cotangents:
                cotangents[a] = cotangents[a] + g_a
            else:
                cotangents[a] = g_a
                heappush(youngest, (-turns.get(a, a.serial), a))
        if free:
            node.inputs = node.arrays = node.saved = None
            node.guards = ()
    return found


def _turns_of_leaves(y: Tensor) -> dict[Tensor, float]:
    """For each leaf of the graph of y a number just below the serial number of its oldest user, different for each."""
    oldest: dict[Tensor, int] = {}
    nodes, seen = [y], {y}
    for node in nodes:
        for a in node.inputs or ():
            if not isinstance(a, Tensor):
                continue
            if a.primitive is None:
                oldest[a] = min(node.serial, oldest.get(a, node.serial))
            elif a not in seen:
                seen.add(a)
                nodes.append(a)
    return {leaf: serial - (k + 1) / (len(oldest) + 1) for k, (leaf, serial) in enumerate(oldest.items())}


def unshared(found: dict[Tensor, Any]) -> dict[Tensor, Any]:
    """Give every array of a sweep's result its own memory, so that no gradient changes with another array.

    A rule may return the cotangent that it was given, an array that it keeps, or a view of one. These are copied. An
    array to which nothing but `found` refers cannot be changed from elsewhere, and is not copied.
    """
    for leaf in found:
        others = getrefcount(found[leaf]) - 2  # without `found` and the argument of getrefcount
        if others or found[leaf].base is not None:
            found[leaf] = found[leaf].copy()
    return found


def _after_hooks(node: Tensor, g: Any) -> Any:
    """Return the cotangent of a tensor after its hooks. Each gets a copy, so that it can write into its argument.

    Raises RuntimeError for a hook that returns a cotangent of another shape.
    """
    for hook in node.hooks:
        if not isinstance(g, Tensor):
            g = np.array(g)
        elif not g.requires_grad:  # the array of a recorded tensor is read-only
            g = Tensor(g)
        replaced = hook(g)
        if replaced is None:
            continue
        if np.shape(replaced) != node.shape:
            raise RuntimeError(
                f"a hook returned a cotangent of shape {np.shape(replaced)} for a tensor of shape {node.shape}; "
                "they must be equal"
            )
        if not isinstance(g, Tensor):
            g = np.asarray(to_numpy(replaced), dtype=node.dtype)
        else:
            g = replaced if isinstance(replaced, Tensor) else Tensor(replaced)
    return g


def vjp_of_node(
    node: Tensor, g: Any, record: bool = False, paths: Container[Tensor] | None = None
) -> list[tuple[Tensor, Any]]:
    """One step of the chain rule: (input, ∂L/∂input) for the inputs of a node, given g = ∂L/∂node.

    Ledger: autograd.chain_rule
    """
    entry: Any = node.primitive  # not None: the sweep stops at leaves
    inputs, options = node.inputs, node.options
    y: Any
    values: Any
    if inputs is None:
        raise error_messages.freed(entry)
    if record and not entry.first_order_only:
        cotangent, y, values = g, node, inputs
    else:
        cotangent, y, values = g.data if record else g, node.data, node.arrays
    if entry.saves:
        values = [*values, node.saved]
    joint = entry.joint(cotangent, y, *values, **options) if entry.joint is not None else None

    cotangents = []
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
                raise error_messages.wrong_shape(entry, g_a, x)
            g_a = sum_to_shape(g_a, x)
        if g_a.dtype is not x.dtype:
            if g_a.dtype.kind == "c" and x.dtype.kind != "c":
                g_a = np.real(g_a)  # a real number moves along the real axis only
            g_a = g_a.astype(x.dtype)
        if record and entry.first_order_only:
            g_a = call(_derivative_of_first_order_only(entry), (g_a, g, *inputs))
        for watcher in WATCHERS:
            watcher.cotangent(node, i, g, g_a)
        cotangents.append((a, g_a))
    return cotangents


def _derivative_of_first_order_only(entry: Primitive) -> Primitive:
    """The node for the derivative of a primitive that is differentiable once: its own rule raises the reason."""

    def reject(*_):
        raise RuntimeError(
            f"{entry.name} is differentiable once: {entry.first_order_only}; "
            "for derivatives of derivatives write it in plain NumPy (a fused function has such a twin)"
        )

    node = Primitive(lambda value, *made_from: value)
    node.name = f"derivative of {entry.name}"
    node.joint = reject
    return node
