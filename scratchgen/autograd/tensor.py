"""Tensor: an array that remembers how it was made.

Plain NumPy code runs on it. NumPy asks every argument for its own version of a function (the protocols
`__array_ufunc__` and `__array_function__`), and a Tensor answers by looking the function up in the table of
derivative rules, computing it on the plain arrays, and noting which inputs it was computed from.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from scratchgen.autograd.array_methods import ArrayMethods
from scratchgen.autograd.shown import values

next_birth = itertools.count().__next__


class Tensor(ArrayMethods):
    """An array in a graph of computations.

    data            the value, always an `np.ndarray`; read-only while a graph needs it
    requires_grad   whether a derivative with respect to this tensor, or through it, is wanted
    grad            for a leaf: ∂L/∂(this), summed over `backward()` calls, an array like `data`; else None
    birth           a serial number: inputs are born before outputs, so births sort the graph

    What a recorded call sets, and a leaf keeps as it stands here:
    primitive       the function that made this tensor
    inputs          what it was applied to: tensors and constants; None once `backward()` has freed them
    arrays          the same as plain arrays
    options         the keyword arguments of that call
    saved           what the function kept for its rule, if it is one that saves
    guards          they keep `inputs` from being overwritten
    made_at         the line that called it, as (code, instruction); `inspect.source(t)` spells it out
    hooks           functions of the cotangent, called in the reverse sweep

    Raises TypeError when an array that is not floating point should require a gradient.
    """

    requires_grad = False
    grad = None
    primitive = None
    inputs = ()
    arrays = ()
    options = MappingProxyType({})
    saved = None
    guards = ()
    made_at = None
    hooks = ()

    def __init__(self, data: Any, requires_grad: bool = False):
        self.data = np.array(data.data if isinstance(data, Tensor) else data)
        self.requires_grad = requires_grad
        self.birth = next_birth()
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(
                f"only floating-point arrays have gradients, not {self.data.dtype}; "
                "write 1.0 for 1, or convert with .astype(np.float32)"
            )

    @staticmethod
    def holding(data) -> Tensor:
        """A tensor without history that shares the memory of `data`."""
        node = object.__new__(Tensor)
        node.data = data if type(data) is np.ndarray else np.asarray(data)
        node.birth = next_birth()
        return node

    # --- NumPy's protocols --------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if options and options.get("out") is not None:
            raise TypeError(
                f"np.{ufunc.__name__} would write a recorded result into an array, and its history would be "
                "lost; write y = x + t in place of x += t or out="
            )
        if method != "__call__":
            raise TypeError(f"np.{ufunc.__name__}.{method} has no derivative rule; np.sum and its like have")
        entry = TABLE.get(ufunc)
        return call(entry, inputs, options) if entry else call_without_row(ufunc, inputs, options)

    def __array_function__(self, function, types, args, options):
        entry = TABLE.get(function)
        return call(entry, args, options) if entry else call_without_row(function, args, options)

    def __array__(self, dtype=None, copy=None):
        self._refuse_to_lose_the_graph("np.asarray(t)")
        return np.array(self.data, dtype=dtype, copy=copy)

    # --- leaving the graph --------------------------------------------------------------------------------

    def detach(self) -> Tensor:
        """The same value (shared memory) without its history: a constant."""
        return Tensor.holding(self.data)

    def numpy(self) -> np.ndarray:
        """The value as a plain array (shared memory); gradients do not flow through it.

        Read-only where it was computed by a graph or is needed by one: .copy() it to change it.
        """
        return self.data

    def item(self) -> float:
        """The value of a one-element tensor as a Python number."""
        return self.data.item()

    def __float__(self) -> float:
        self._refuse_to_lose_the_graph("float(t)")
        return float(self.data)

    def _refuse_to_lose_the_graph(self, what: str) -> None:
        if self.requires_grad:
            raise TypeError(
                f"{what} would silently drop the history of a tensor that requires a gradient; "
                "say so with t.numpy(), t.item() or t.detach()"
            )

    # --- differentiation ----------------------------------------------------------------------------------

    def backward(self, cotangent=None, retain_graph: bool = False) -> None:
        """Add ∂L/∂(leaf) to `.grad` of every leaf that this tensor was made from.

        cotangent       ∂L/∂(this), of this shape; may be left out for a single number (then L is this)
        retain_graph    keep the graph for another backward; otherwise it is freed on the way

        Raises RuntimeError when there is no graph, when it was freed, or when a cotangent is needed.
        Ledger: autograd.chain_rule
        """
        start = seed(self, cotangent).data.copy()  # a leaf may be given it as its gradient
        handed_out = set()  # arrays that are some leaf's gradient already: two leaves never share one
        for leaf, g in sweep(self, start, free=not retain_graph).items():
            if g.base is not None or id(g) in handed_out:
                g = g.copy()
            handed_out.add(id(g))
            leaf.grad = np.asarray(g if leaf.grad is None else leaf.grad + g)

    def register_hook(self, hook: Callable) -> Callable[[], None]:
        """Call hook(g) with g = ∂L/∂(this) in every later sweep, when it is complete.

        A hook that returns something replaces g by it. Returns a function that takes the hook off again.
        """
        self.hooks = (*self.hooks, hook)

        def remove() -> None:
            self.hooks = tuple(h for h in self.hooks if h is not hook)

        return remove

    # --- what an array offers -----------------------------------------------------------------------------

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)

    __len__ = lambda self: len(self.data)
    __iter__ = lambda self: (self[i] for i in range(len(self)))
    __bool__ = lambda self: bool(self.data)
    __hash__ = object.__hash__  # a node is itself, whatever its value
    __format__ = lambda self, spec: format(self.item(), spec) if spec else repr(self)

    def __repr__(self):
        made = f", made by {self.primitive.name}" if self.primitive else ""
        leaf = ", leaf" if self.requires_grad and not self.primitive else ""
        return f"Tensor({values(self.data)}, shape={self.shape}, {self.dtype}{made}{leaf})"

    def __reduce__(self):
        """Copies and pickles are leaves, born anew: births order one graph and mean nothing in another."""
        if self.primitive is not None:
            raise TypeError("a recorded tensor cannot be copied without its history; copy t.detach()")
        return _born_again, (type(self), self.data, self.requires_grad, self.grad)

    def astype(self, dtype):
        """The same numbers in another dtype, recorded.   Raises TypeError for one that has no gradients."""
        if self.requires_grad and np.dtype(dtype).kind != "f":
            raise TypeError(f"{np.dtype(dtype)} has no gradients; t.detach().astype(...) is a constant")
        return call(astype, (self, dtype))

    def __setitem__(self, index, value):
        raise TypeError(
            "a tensor is not written into, as earlier results may depend on it; "
            "build the new value with np.where, np.concatenate or np.stack"
        )

    __getitem__ = lambda self, index: call(getitem, (self, index))
    __neg__ = lambda self: call(NEGATIVE, (self,))
    __add__ = lambda self, other: call(ADD, (self, other))
    __radd__ = lambda self, other: call(ADD, (other, self))
    __sub__ = lambda self, other: call(SUBTRACT, (self, other))
    __rsub__ = lambda self, other: call(SUBTRACT, (other, self))
    __mul__ = lambda self, other: call(MULTIPLY, (self, other))
    __rmul__ = lambda self, other: call(MULTIPLY, (other, self))
    __truediv__ = lambda self, other: call(DIVIDE, (self, other))
    __rtruediv__ = lambda self, other: call(DIVIDE, (other, self))
    __pow__ = lambda self, other: call(POWER, (self, other))
    __rpow__ = lambda self, other: call(POWER, (other, self))
    __matmul__ = lambda self, other: call(MATMUL, (self, other))
    __rmatmul__ = lambda self, other: call(MATMUL, (other, self))


def _born_again(kind: type, data: np.ndarray, requires_grad: bool, grad) -> Tensor:
    node = object.__new__(kind)
    Tensor.__init__(node, data, requires_grad)
    node.grad = grad
    return node


# Tensor's methods and the table of rules need one another, so these come after the class.
from scratchgen.autograd.backward import seed, sweep  # noqa: E402
from scratchgen.autograd.primitives import TABLE, call, call_without_row, row  # noqa: E402
from scratchgen.autograd.rules.indexing import getitem  # noqa: E402
from scratchgen.autograd.rules.shapes import astype  # noqa: E402

ADD, SUBTRACT, MULTIPLY, DIVIDE = row(np.add), row(np.subtract), row(np.multiply), row(np.divide)
POWER, MATMUL, NEGATIVE = row(np.power), row(np.matmul), row(np.negative)
