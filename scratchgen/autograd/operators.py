"""The operators of Tensor, and its methods that read the table of rules.

A primitive makes tensors, so the class must exist before the table; an operator calls a primitive, so the
operators must come after it. Importing this module puts them on the class. Their types are declared in the
body of Tensor.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen.autograd import error_messages
from scratchgen.autograd.backward import seed, sweep, unshared
from scratchgen.autograd.dispatch import call_function
from scratchgen.autograd.primitives import TABLE, call, row, to_numpy
from scratchgen.autograd.rules.indexing import frozen, getitem
from scratchgen.autograd.rules.shapes import astype as astype_primitive
from scratchgen.autograd.tensor import Tensor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

__all__ = ["METHODS"]

ADD, SUBTRACT, MULTIPLY, DIVIDE = row(np.add), row(np.subtract), row(np.multiply), row(np.divide)
POWER, MATMUL, NEGATIVE = row(np.power), row(np.matmul), row(np.negative)

_accumulation = threading.Lock()  # while gradients are added to leaves, which threads may share


def __array_ufunc__(self, ufunc, method, *inputs, **options):
    """Answer NumPy's protocol for universal functions: np.tanh(t) is recorded."""
    if not options and method == "__call__" and (entry := TABLE.get(ufunc)) is not None:
        return call(entry, inputs)
    if options:
        if options.get("out") is not None:
            raise error_messages.no_out(ufunc)
        options = to_numpy(options)
    if method == "at":
        raise error_messages.no_out(ufunc)
    return call_function(ufunc if method == "__call__" else getattr(ufunc, method), inputs, options)


def __array_function__(self, function, types, args, options):
    """Answer NumPy's protocol for its other functions: np.sum(t) is recorded."""
    entry = TABLE.get(function)
    usual = entry is not None and not entry.template and len(args) <= entry.arity
    if usual and entry.options.issuperset(options):
        return call(entry, args, options)
    return call_function(function, args, options)


def astype(self: Tensor, dtype: DTypeLike) -> Tensor:
    """Return the same numbers in another dtype, recorded. Raises TypeError for a dtype without gradients."""
    if self.requires_grad and np.dtype(dtype).kind not in "fc":
        raise TypeError(f"{np.dtype(dtype)} has no gradients; t.detach().astype(...) is a constant")
    if self.requires_grad and self.dtype.kind == "c" and np.dtype(dtype).kind == "f":
        raise TypeError(f"{np.dtype(dtype)} would lose the imaginary part; write np.real(t), or np.abs(t)")
    return call(astype_primitive, (self, dtype))


def backward(self: Tensor, cotangent: ArrayLike | None = None, retain_graph: bool = False) -> None:
    """Add ∂L/∂(leaf) to `.grad` of every leaf that this tensor was computed from.

    cotangent       ∂L/∂(this), of this shape; may be omitted for a single number (then L is this)
    retain_graph    keep the graph for another backward; otherwise the sweep frees it

    Raises RuntimeError when there is no graph, when it was freed, when a cotangent is needed, or when an array of the
    graph was overwritten.
    Ledger: autograd.chain_rule
    """
    start = seed(self, cotangent).data
    found = unshared(sweep(self, start, free=not retain_graph))
    with _accumulation:
        for leaf, g in found.items():
            leaf.grad = np.asarray(g if leaf.grad is None else leaf.grad + g)


METHODS: dict[str, Any] = {
    "__array_ufunc__": __array_ufunc__,
    "__array_function__": __array_function__,
    "astype": astype,
    "backward": backward,
    "__getitem__": lambda self, index: call(getitem, (self, frozen(index))),
    "__neg__": lambda self: call(NEGATIVE, (self,)),
    "__add__": lambda self, other: call(ADD, (self, other)),
    "__radd__": lambda self, other: call(ADD, (other, self)),
    "__sub__": lambda self, other: call(SUBTRACT, (self, other)),
    "__rsub__": lambda self, other: call(SUBTRACT, (other, self)),
    "__mul__": lambda self, other: call(MULTIPLY, (self, other)),
    "__rmul__": lambda self, other: call(MULTIPLY, (other, self)),
    "__truediv__": lambda self, other: call(DIVIDE, (self, other)),
    "__rtruediv__": lambda self, other: call(DIVIDE, (other, self)),
    "__pow__": lambda self, other: call(POWER, (self, other)),
    "__rpow__": lambda self, other: call(POWER, (other, self)),
    "__matmul__": lambda self, other: call(MATMUL, (self, other)),
    "__rmatmul__": lambda self, other: call(MATMUL, (other, self)),
}

for name, method in METHODS.items():
    # a debugger, a profiler and help() show the method under the name that a user knows
    method.__name__, method.__qualname__ = name, f"Tensor.{name}"
    method.__code__ = method.__code__.replace(co_name=name, co_qualname=f"Tensor.{name}")
    setattr(Tensor, name, method)
