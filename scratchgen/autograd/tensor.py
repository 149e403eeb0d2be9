"""Tensor: an array that records the calls that made it.

Plain NumPy code runs on it. NumPy asks every argument for its own version of a function (the protocols
`__array_ufunc__` and `__array_function__`), and a Tensor answers by looking the function up in the table of
derivative rules, computing it on the plain arrays, and recording the inputs that it was computed from.

The class is defined here, before the table. The operators and the methods that read the table are put on the
class by `operators`, after the table is filled; here they are only declared, for readers and type checkers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen.autograd import error_messages
from scratchgen.autograd.arguments import plain_array
from scratchgen.autograd.formatting import format_values
from scratchgen.autograd.methods import ArrayMethods

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

    from scratchgen.autograd.primitives import Primitive

    Axis = int | tuple[int, ...] | None

__all__ = ["Tensor"]

next_serial = itertools.count().__next__


class Tensor(ArrayMethods):
    """An array in a graph of computations.

    data            the value, always an `np.ndarray`; read-only while a graph needs it
    requires_grad   whether a derivative with respect to this tensor, or through it, is wanted
    grad            for a leaf: ∂L/∂(this), summed over `backward()` calls, an array like `data`; else None
    serial          a serial number: inputs are made before outputs, so serial numbers sort the graph

    A recorded call sets the following fields; in a leaf they keep the defaults below:
    primitive       the function that made this tensor
    inputs          its arguments: tensors and constants; None once `backward()` has freed them
    arrays          the same arguments as plain arrays
    options         the keyword arguments of that call
    saved           what the function kept for its rule, if it is a primitive that saves
    guards          objects that keep `inputs` from being overwritten
    made_at         the line that called it, as (code, instruction); `inspect.source(t)` prints it
    hooks           functions of the cotangent, called in the reverse sweep

    Types: a checker knows that operators (`2 * t`), methods (`t.sum()`) and `sg.functional` give a Tensor. A
    NumPy function of a tensor also returns a Tensor, but its type is the one that NumPy's stubs state: an
    ndarray for `np.tanh(t)` and `array * t`, Any for `np.sum(t)`. In checked code write `t * array`, `t.sum()`,
    `sg.functional.sigmoid(t)`, or `typing.cast(Tensor, np.tanh(t))`.

    Raises TypeError for `requires_grad` of an array that is neither floating point nor complex, and for a masked
    array, whose mask would be lost.
    """

    data: np.ndarray
    serial: int
    requires_grad: bool = False
    grad: np.ndarray | None = None
    primitive: Primitive | None = None
    inputs: Sequence[Any] | None = ()
    arrays: Sequence[Any] | None = ()
    options: Mapping[str, Any] = MappingProxyType({})
    saved: Any = None
    guards: Sequence[Any] = ()
    made_at: tuple[CodeType, int] | None = None
    hooks: tuple[Callable, ...] = ()

    def __init__(self, data: ArrayLike, requires_grad: bool = False):
        # a view: nothing but views refers to the array that owns the memory, and `guard` can count them
        self.data = np.array(data.data if isinstance(data, Tensor) else plain_array(data)).view()
        self.requires_grad = requires_grad
        self.serial = next_serial()
        if requires_grad and self.data.dtype.kind not in "fc":
            raise TypeError(
                f"only floating-point and complex arrays have gradients, not {self.data.dtype}; "
                "write 1.0 for 1, or convert with .astype(np.float32)"
            )

    @staticmethod
    def wrap(data: np.ndarray) -> Tensor:
        """Return a tensor without history that shares the memory of `data`."""
        node = object.__new__(Tensor)
        node.data = data if type(data) is np.ndarray else np.asarray(data)
        node.serial = next_serial()
        return node

    # --- leaving the graph --------------------------------------------------------------------------------

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        self._refuse_to_lose_the_graph(error_messages.converting_call() or "np.asarray(t)")
        return np.array(self.data, dtype=dtype, copy=copy)

    def detach(self) -> Tensor:
        """Return the same value (shared memory) without its history: a constant."""
        return Tensor.wrap(self.data)

    def numpy(self) -> np.ndarray:
        """Return the value as a plain array (shared memory); gradients do not flow through it.

        The array is read-only if a graph computed it or needs it: use .copy() to change it.
        """
        return self.data

    def item(self) -> float:
        """Return the value of a one-element tensor as a Python number."""
        return self.data.item()

    def __int__(self) -> int:
        self._refuse_to_lose_the_graph("int(t)")
        return int(self.data)

    def __float__(self) -> float:
        self._refuse_to_lose_the_graph("float(t)")
        return float(self.data)

    def _refuse_to_lose_the_graph(self, what: str) -> None:
        if self.requires_grad:
            raise TypeError(
                f"{what} would silently drop the history of a tensor of shape {self.shape}. Join the tensors of a "
                "list with np.stack([t1, t2]) first; instead of a function that converts its arguments, call one of "
                "NumPy's or of scratchgen.functional; t.detach() is a constant"
            )

    # --- conversions of an array --------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.data)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __repr__(self) -> str:
        made = f", made by {self.primitive.name}" if self.primitive else ""
        leaf = ", leaf" if self.requires_grad and not self.primitive else ""
        return f"Tensor({format_values(self.data)}, shape={self.shape}, {self.dtype}{made}{leaf})"

    def __reduce__(self):
        """Copies and pickles are leaves with a new serial number, which is only valid within one graph."""
        if self.primitive is not None:
            raise TypeError("a recorded tensor cannot be copied without its history; copy t.detach()")
        return _new_leaf, (type(self), self.data, self.requires_grad, self.grad)

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            "a tensor cannot be assigned into, because earlier results may depend on it; "
            "build the new value with np.where, np.concatenate or np.stack"
        )

    def register_hook(self, hook: Callable) -> Callable[[], None]:
        """Call hook(g) with g = ∂L/∂(this) in every later sweep, when g is complete.

        A hook that returns a value, of the shape of g, replaces g by it. g is a copy: what a hook writes into it
        changes the cotangent of this tensor alone. Returns a function that removes the hook.
        """
        self.hooks = (*self.hooks, hook)

        def remove() -> None:
            self.hooks = tuple(h for h in self.hooks if h is not hook)

        return remove

    # --- put on by `operators`, which reads the table of rules ----------------------------------------------

    if TYPE_CHECKING:
        # fmt: off
        def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any: ...
        def __array_function__(self, function: Callable, types: Any, args: tuple, options: dict) -> Any: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __add__(self, other: ArrayLike) -> Tensor: ...
        def __radd__(self, other: ArrayLike) -> Tensor: ...
        def __sub__(self, other: ArrayLike) -> Tensor: ...
        def __rsub__(self, other: ArrayLike) -> Tensor: ...
        def __mul__(self, other: ArrayLike) -> Tensor: ...
        def __rmul__(self, other: ArrayLike) -> Tensor: ...
        def __truediv__(self, other: ArrayLike) -> Tensor: ...
        def __rtruediv__(self, other: ArrayLike) -> Tensor: ...
        def __pow__(self, other: ArrayLike) -> Tensor: ...
        def __rpow__(self, other: ArrayLike) -> Tensor: ...
        def __matmul__(self, other: ArrayLike) -> Tensor: ...
        def __rmatmul__(self, other: ArrayLike) -> Tensor: ...
        def astype(self, dtype: DTypeLike) -> Tensor: ...
        def backward(self, cotangent: ArrayLike | None = None, retain_graph: bool = False) -> None: ...
        # fmt: on


def _new_leaf(kind: type[Tensor], data: np.ndarray, requires_grad: bool, grad: np.ndarray | None) -> Tensor:
    node = object.__new__(kind)
    Tensor.__init__(node, data, requires_grad)
    node.grad = None if grad is None else grad.copy()
    return node
