"""Functions of functions: from f to its derivative. All of them nest, to any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from scratchgen.autograd.backward import seed, sweep
from scratchgen.autograd.graph import leading_to, youngest_first
from scratchgen.autograd.mode import enable_grad, mode
from scratchgen.autograd.primitives import Primitive, call, to_numpy
from scratchgen.autograd.rules.shapes import identity
from scratchgen.autograd.tensor import Tensor, next_serial

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "checkpoint",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "remat",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

Function = Callable[..., Any]  # of tensors


@overload
def grad(f: Function, argnums: int = 0) -> Callable[..., Tensor]: ...
@overload
def grad(f: Function, argnums: Sequence[int]) -> Callable[..., tuple[Tensor, ...]]: ...
def grad(f: Function, argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return ∂f/∂x as a function: `grad(f)(x, ...)` for f whose result is a single number.

    argnums    the position of the argument to differentiate by; a tuple of positions gives a tuple of gradients

    Ledger: autograd.chain_rule
    """
    with_value = value_and_grad(f, argnums)
    return lambda *args: with_value(*args)[1]


@overload
def value_and_grad(f: Function, argnums: int = 0) -> Callable[..., tuple[Tensor, Tensor]]: ...
@overload
def value_and_grad(
    f: Function, argnums: Sequence[int]
) -> Callable[..., tuple[Tensor, tuple[Tensor, ...]]]: ...
def value_and_grad(f: Function, argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function x ↦ (f(x), ∂f/∂x), computed in one forward and one reverse sweep.

    argnums    the position of the argument to differentiate by; a tuple of positions gives a tuple of gradients

    Ledger: autograd.chain_rule
    """
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    def with_value(*args: Any) -> tuple[Tensor, Any]:
        def of_the_chosen(*chosen: Tensor) -> Any:
            full = list(args)
            for i, a in zip(positions, chosen, strict=True):
                full[i] = a
            return f(*full)

        y, pull = vjp(of_the_chosen, *(args[i] for i in positions))
        gradients = pull()
        return y, (gradients[0] if isinstance(argnums, int) else gradients)

    return with_value


def vjp(f: Function, *args: ArrayLike) -> tuple[Tensor, Callable[..., tuple[Tensor, ...]]]:
    """Return f(*args), and the pull-back g ↦ (gᵀ ∂f/∂arg, ...) from a cotangent of the result.

    The pull-back may be called several times. It needs no cotangent if the result is a single number.
    Ledger: autograd.vjp
    """
    with enable_grad():
        xs = [_new_argument(a) for a in args]
        y = f(*xs)
    if (kind := np.asarray(to_numpy(y)).dtype).kind != "f":
        raise TypeError(
            f"the function returned {kind}: whole numbers and truth values have no derivative; differentiate "
            "their floating-point inputs, or convert a constant with .astype(float)"
        )
    graph = youngest_first(y, stop=xs) if isinstance(y, Tensor) and y.requires_grad else []
    ends, paths = set(xs), leading_to(xs, graph)

    def pull(cotangent: ArrayLike | None = None) -> tuple[Tensor, ...]:
        if not graph:  # a constant function
            return tuple(Tensor.wrap(np.zeros_like(x.data)) for x in xs)
        g = seed(y, cotangent)
        record = mode.get().recording and (g.requires_grad or _depends_on_outside(graph, xs))
        found = sweep(y, g if record else g.data, record, ends, paths)
        zeros = (np.zeros_like(x.data) for x in xs)
        results = (found.get(x, zero) for x, zero in zip(xs, zeros, strict=True))
        return tuple(r if isinstance(r, Tensor) else Tensor.wrap(r) for r in results)

    return _outside(y, graph, xs), pull


def jvp(f: Function, args: Sequence[ArrayLike], directions: Sequence[ArrayLike]) -> tuple[Tensor, Tensor]:
    """Return f(*args), and its derivative along the directions: Σᵢ (∂f/∂xᵢ) uᵢ.

    The pull-back g ↦ gᵀ J is linear in g, and the gradient of ⟨gᵀ J, u⟩ with respect to g is J u: forward
    mode is the transpose of reverse mode. It costs two reverse sweeps, whatever the number of arguments.

    Raises ValueError unless there is one direction per argument, of its shape; RuntimeError if f uses a function
    that is differentiable once.   Ledger: autograd.transposition
    """
    if len(args) != len(directions):
        raise ValueError(f"{len(args)} arguments need one direction each, not {len(directions)} directions")
    for i, (a, u) in enumerate(zip(args, directions, strict=True)):
        if np.shape(a) != np.shape(u):
            raise ValueError(f"argument {i} has shape {np.shape(a)}, its direction {np.shape(u)}")
    with enable_grad():
        xs = [_new_argument(a) for a in args]
        y, pull = vjp(f, *xs)
        tangent = grad(lambda g: sum(np.sum(p * u) for p, u in zip(pull(g), directions, strict=True)))(
            np.zeros_like(y.data)
        )
    value, derivative = (_outside(t, youngest_first(t, stop=xs), xs) for t in (y, tangent))
    return value, derivative


def jacobian(f: Function, argnum: int = 0) -> Callable[..., Tensor]:
    """Return ∂f/∂x as a function, of shape f(x).shape + x.shape: one reverse sweep per element of f(x).

    Ledger: autograd.vjp
    """

    def jacobian_at(*args: ArrayLike) -> Tensor:
        y, pull = vjp(lambda x: f(*args[:argnum], x, *args[argnum + 1 :]), args[argnum])
        units = np.eye(y.size, dtype=y.dtype).reshape(y.size, *y.shape)
        shape = (*y.shape, *np.shape(args[argnum]))
        if y.size == 0:
            return Tensor(np.zeros(shape))
        rows: Any = np.stack([pull(e)[0] for e in units])  # a Tensor, which NumPy's stubs do not know
        return rows.reshape(shape)

    return jacobian_at


def hessian(f: Function, argnum: int = 0) -> Callable[..., Tensor]:
    """Return ∂²f/∂x∂x as a function, for f whose result is a single number: shape x.shape + x.shape.

    Ledger: autograd.hvp
    """
    return jacobian(grad(f, argnum), argnum)


def hvp(f: Function) -> Callable[[ArrayLike, ArrayLike], Tensor]:
    """Return the function (x, v) ↦ (∂²f/∂x∂x) v, which costs a few sweeps and never forms the Hessian.

    It is the gradient of ⟨∂f/∂x, v⟩ with respect to x.   Ledger: autograd.hvp
    """
    return lambda x, v: grad(lambda x: np.sum(grad(f)(x) * v))(x)


def stop_gradient(x: Any) -> Any:
    """Return x as a constant: the same value, through which no gradient flows."""
    return x.detach() if isinstance(x, Tensor) else x


def remat(f: Function) -> Callable[..., Any]:
    """Return f with rematerialisation: its inner results are not kept, and the reverse sweep recomputes them.

    This trades time for memory: a chain of n layers in √n such segments keeps about 2 √n results instead of n,
    and costs one more forward pass. f may use tensors from outside, as a layer uses its weights. It must
    compute the same result again, so noise must be an argument. PyTorch calls this `checkpoint`.
    Source: Chen et al. (2016), Training deep nets with sublinear memory cost, section 3.

    Raises RuntimeError in the reverse sweep when the second computation gives another result.
    """

    def rematerialised(*args: Any) -> Any:
        start = next_serial()
        y = f(*args)
        if not isinstance(y, Tensor) or not y.requires_grad or y.serial < start:
            return y
        inputs = [t for t in youngest_first(y, since=start) if t.serial < start]
        constants = [a for a in args if isinstance(a, np.ndarray)]  # arguments of the node, to be guarded
        value = y.data

        def recompute(g: Any, *_: Any) -> list:
            with enable_grad():
                again = f(*args)
            if not np.array_equal(again.data, value, equal_nan=True):
                raise RuntimeError(
                    "a rematerialised function gave another result when it was computed again; "
                    "draw its noise outside and pass it in as an argument"
                )
            graph = youngest_first(again, stop=inputs)
            found = sweep(again, g, isinstance(g, Tensor), set(inputs), leading_to(inputs, graph))
            return [found.get(t, np.zeros_like(t.data)) for t in inputs]

        node = Primitive(lambda *_: value)
        node.name = f"remat of {getattr(f, '__name__', type(f).__name__)}"
        node.joint = recompute
        return call(node, (*inputs, *constants))

    return rematerialised


checkpoint = remat  # PyTorch's word for it


def _new_argument(a: Any) -> Tensor:
    """A new node for an argument, which separates the derivative by it from other uses of `a`."""
    if isinstance(a, Tensor) and a.requires_grad:
        return call(identity, (a,))
    return Tensor(a, requires_grad=True)


def _depends_on_outside(graph: list[Tensor], xs: list[Tensor]) -> bool:
    """Whether the result depends on a tensor from outside: then the gradient must be recorded too."""
    arguments = set(xs)
    from_closure = any(node.primitive is None and node not in arguments for node in graph)
    return from_closure or any(x.primitive is not None for x in xs)


def _outside(y: Any, graph: list[Tensor], xs: list[Tensor]) -> Tensor:
    """The value for the caller, with its history only if that reaches beyond the arguments xs."""
    if not isinstance(y, Tensor):
        return Tensor.wrap(y)
    return y if mode.get().recording and graph and _depends_on_outside(graph, xs) else y.detach()
