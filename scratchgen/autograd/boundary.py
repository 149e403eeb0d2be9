"""The boundary of a differentiated function: the arguments that enter it, and the results that leave it.

An argument enters as a new node, which separates the derivative by it from its other uses. A result leaves with its
history only where this reaches beyond the arguments, and in memory that no other tensor can change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from sys import getrefcount
from typing import Any

import numpy as np

from scratchgen.autograd.graph import youngest_first
from scratchgen.autograd.mode import mode
from scratchgen.autograd.primitives import call, to_numpy
from scratchgen.autograd.rules.shapes import astype, identity
from scratchgen.autograd.structures import flatten
from scratchgen.autograd.tensor import Tensor

__all__ = [
    "aux_outside",
    "check_result",
    "depends_on_outside",
    "new_argument",
    "outside",
    "positions_of",
    "separated",
    "with_aux",
]


def new_argument(a: Any, name: str = "argument") -> Tensor:
    """A new node for an argument, which separates the derivative by it from other uses of `a`."""
    if isinstance(a, Tensor) and a.requires_grad:
        return call(identity, (a,))
    try:
        return Tensor(a, requires_grad=True)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def positions_of(argnums: Sequence[int], args: Sequence[Any]) -> list[int]:
    """Return the positions of arguments of a call, counted from 0; those below 0 count from the end.

    Raises TypeError for a position without an argument; ValueError for a position that is named twice.
    """
    for i in argnums:
        if not -len(args) <= i < len(args):
            raise TypeError(
                f"no argument {i} to differentiate by: the call has {len(args)} positional arguments, counted from 0, "
                "and those by keyword are constants"
            )
    positions = [i % len(args) for i in argnums]
    if len(set(positions)) < len(positions):
        raise ValueError(f"argnums {tuple(argnums)} names a position twice")
    return positions


def with_aux(result: Any) -> tuple[Any, Any]:
    """Return the two parts of (result, aux). Raises TypeError for anything else."""
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(f"with has_aux the function returns (result, aux), not {type(result).__name__}")
    return result


def check_result(y: Any) -> None:
    """Raise TypeError for a result that has no derivative."""
    if isinstance(y, tuple | list | dict) or y is None:
        raise TypeError(
            f"the function returned {'None' if y is None else f'a {type(y).__name__}'}, not an array; return one array "
            "(np.stack joins several), or (result, aux) with has_aux=True"
        )
    if (kind := np.asarray(to_numpy(y)).dtype).kind not in "fc":
        raise TypeError(
            f"the function returned {kind}: whole numbers and truth values have no derivative; differentiate "
            "their floating-point inputs, or convert a constant with .astype(float)"
        )


def depends_on_outside(graph: list[Tensor], xs: list[Tensor]) -> bool:
    """Whether the result depends on a tensor from outside: then the gradient must be recorded too."""
    arguments = set(xs)
    from_closure = any(node.primitive is None and node not in arguments for node in graph)
    return from_closure or any(x.primitive is not None for x in xs)


def separated(found: dict[Tensor, Any], cotangent: Tensor) -> dict[Tensor, Any]:
    """Make the tensors of a sweep's result separate objects: no two are the same, and none is the cotangent."""
    uses = Counter([cotangent, *(g for g in found.values() if isinstance(g, Tensor))])
    for x, g in found.items():
        if not isinstance(g, Tensor) or not g.requires_grad:
            found[x] = Tensor(g)  # a copy
        elif uses[g] > 1 or _shares_memory(g):
            found[x] = call(astype, (g, g.dtype))  # a copy with its history
    return found


def outside(y: Any, graph: list[Tensor], xs: list[Tensor]) -> Tensor:
    """The value for the caller, with its history only if that reaches beyond the arguments xs."""
    if not isinstance(y, Tensor) or not y.requires_grad:
        return Tensor(y)  # a copy
    if mode.get().recording and graph and depends_on_outside(graph, xs):
        return call(astype, (y, y.dtype)) if _shares_memory(y) else y
    return Tensor(y) if _shares_memory(y) else y.detach()


def _shares_memory(t: Tensor) -> bool:
    """Whether a tensor is a leaf, or a view of one: then its value would change with the leaf's."""
    # the second: others refer to the owner of the memory, besides this view and the argument of getrefcount
    return t.primitive is None or (t.data.base is not None and getrefcount(t.data.base) > 2)


def aux_outside(aux: Any, xs: list[Tensor]) -> Any:
    """The auxiliary output of a function, with its tensors as `outside` gives them."""
    leaves, build = flatten(aux)
    return build(
        iter([outside(t, youngest_first(t, stop=xs), xs) if isinstance(t, Tensor) else t for _, t in leaves])
    )
