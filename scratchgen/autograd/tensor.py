"""Tensor: an array that remembers how it was made.

Plain NumPy code runs on it. NumPy asks every argument for its own version of a function (the protocols
`__array_ufunc__` and `__array_function__`), and a Tensor answers by looking the function up in the table of
derivative rules, computing it on the plain arrays, and noting which inputs it was computed from.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

_births = itertools.count()


class Tensor:
    """An array in a graph of computations.

    data            the value, always an `np.ndarray`
    requires_grad   whether a derivative with respect to this tensor, or through it, is wanted
    grad            for a leaf: ∂L/∂(this), summed over `backward()` calls, an array like `data`; else None
    primitive       the function that made this tensor; None for a leaf
    inputs          what it was applied to: tensors and constants; None once `backward()` has freed them
    options         the keyword arguments of that call
    birth           a serial number: inputs are born before outputs, so births sort the graph

    Raises TypeError when an array that is not floating point should require a gradient.
    """

    __slots__ = ("__weakref__", "birth", "data", "grad", "inputs", "options", "primitive", "requires_grad")

    def __init__(self, data: Any, requires_grad: bool = False):
        if isinstance(data, Tensor):
            data = data.data
        self.data = np.array(data)
        self.requires_grad = requires_grad
        self.grad = None
        self.primitive = None
        self.inputs = ()
        self.options = {}
        self.birth = next(_births)
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(
                f"only floating-point arrays have gradients, not {self.data.dtype}; "
                "write 1.0 for 1, or convert with .astype(np.float32)"
            )

    @classmethod
    def made_by(cls, primitive, inputs: tuple, options: dict, data: np.ndarray) -> Tensor:
        """The node of a recorded call: y = primitive(*inputs, **options). Shares `data`."""
        node = cls.holding(data)
        node.requires_grad = True
        node.primitive = primitive
        node.inputs = inputs
        node.options = options
        return node

    @staticmethod
    def holding(data) -> Tensor:
        """A tensor without history that shares the memory of `data`."""
        node = object.__new__(Tensor)
        node.data = data if type(data) is np.ndarray else np.asarray(data)
        node.requires_grad = False
        node.grad = None
        node.primitive = None
        node.inputs = ()
        node.options = {}
        node.birth = next(_births)
        return node

    # --- NumPy's protocols --------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if options.get("out") is not None:
            raise TypeError(
                f"np.{ufunc.__name__} would write a recorded result into an array, and its history would be "
                "lost; write y = x + t in place of x += t or out="
            )
        if method != "__call__":
            raise TypeError(f"np.{ufunc.__name__}.{method} has no derivative rule; np.sum and its like have")
        return call_numpy(ufunc, inputs, options)

    def __array_function__(self, function, types, args, options):
        return call_numpy(function, args, options)

    def __array__(self, dtype=None, copy=None):
        self._refuse_to_lose_the_graph("np.asarray(t)")
        return np.array(self.data, dtype=dtype, copy=copy)

    # --- leaving the graph --------------------------------------------------------------------------------

    def detach(self) -> Tensor:
        """The same value (shared memory) without its history: a constant."""
        return Tensor.holding(self.data)

    def numpy(self) -> np.ndarray:
        """The value as a plain array (shared memory); gradients do not flow through it."""
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
        """
        backward(self, cotangent, retain_graph)

    # --- what an array offers -----------------------------------------------------------------------------

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    T = property(lambda self: np.transpose(self))

    def __len__(self):
        return len(self.data)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __bool__(self):
        return bool(self.data)

    def __format__(self, spec):
        return format(self.item(), spec) if spec else repr(self)

    def __reduce__(self):
        """Copies and pickles are leaves, born anew: births order one graph and mean nothing in another."""
        if self.primitive is not None:
            raise TypeError("a recorded tensor cannot be copied without its history; copy t.detach()")
        return _born_again, (type(self), self.data, self.requires_grad, self.grad)

    def __repr__(self):
        values = np.array2string(self.data, precision=4, threshold=8, edgeitems=2, separator=", ")
        made = (
            f", made by {self.primitive.name}" if self.primitive else ", leaf" if self.requires_grad else ""
        )
        return f"Tensor({values}, shape={self.shape}, {self.dtype}{made})"

    def sum(self, axis=None, keepdims=False):
        return np.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        return np.mean(self, axis=axis, keepdims=keepdims)

    def max(self, axis=None, keepdims=False):
        return np.max(self, axis=axis, keepdims=keepdims)

    def min(self, axis=None, keepdims=False):
        return np.min(self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape):
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 else axes or None
        return np.transpose(self, axes)

    def swapaxes(self, axis1, axis2):
        return np.swapaxes(self, axis1, axis2)

    def astype(self, dtype):
        if self.requires_grad and np.dtype(dtype).kind != "f":
            raise TypeError(f"{np.dtype(dtype)} has no gradients; t.detach().astype(...) is a constant")
        return call(astype, (self, dtype))

    def __getitem__(self, index):
        return call(getitem, (self, index))

    def __setitem__(self, index, value):
        raise TypeError(
            "a tensor is not written into, as earlier results may depend on it; "
            "build the new value with np.where, np.concatenate or np.stack"
        )

    def __add__(self, other):
        return call(ADD, (self, other))

    def __radd__(self, other):
        return call(ADD, (other, self))

    def __sub__(self, other):
        return call(SUBTRACT, (self, other))

    def __rsub__(self, other):
        return call(SUBTRACT, (other, self))

    def __mul__(self, other):
        return call(MULTIPLY, (self, other))

    def __rmul__(self, other):
        return call(MULTIPLY, (other, self))

    def __truediv__(self, other):
        return call(DIVIDE, (self, other))

    def __rtruediv__(self, other):
        return call(DIVIDE, (other, self))

    def __pow__(self, other):
        return call(POWER, (self, other))

    def __rpow__(self, other):
        return call(POWER, (other, self))

    def __matmul__(self, other):
        return call(MATMUL, (self, other))

    def __rmatmul__(self, other):
        return call(MATMUL, (other, self))

    def __pos__(self):
        return np.positive(self)

    def __neg__(self):
        return np.negative(self)

    def __abs__(self):
        return np.absolute(self)

    # Comparisons are constants: their derivative is zero wherever it exists.
    def __lt__(self, other):
        return np.less(self, other)

    def __le__(self, other):
        return np.less_equal(self, other)

    def __gt__(self, other):
        return np.greater(self, other)

    def __ge__(self, other):
        return np.greater_equal(self, other)

    def __eq__(self, other):
        return np.equal(self, other)

    def __ne__(self, other):
        return np.not_equal(self, other)

    __hash__ = object.__hash__  # a node is itself, whatever its value


def _born_again(kind: type, data: np.ndarray, requires_grad: bool, grad) -> Tensor:
    node = object.__new__(kind)
    Tensor.__init__(node, data, requires_grad)
    node.grad = grad
    return node


# Tensor's methods and the table of rules need one another, so these come after the class.
from scratchgen.autograd.backward import backward  # noqa: E402
from scratchgen.autograd.primitives import call, call_numpy, row  # noqa: E402
from scratchgen.autograd.rules.indexing import getitem  # noqa: E402
from scratchgen.autograd.rules.shapes import astype  # noqa: E402

ADD, SUBTRACT, MULTIPLY, DIVIDE = row(np.add), row(np.subtract), row(np.multiply), row(np.divide)
POWER, MATMUL = row(np.power), row(np.matmul)
