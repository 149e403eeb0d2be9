"""Functions of functions: from f to its derivative. All of them nest, to any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

import numpy as np

from scratchgen.autograd.backward import seed, sweep, unshared
from scratchgen.autograd.boundary import (
    aux_outside,
    check_result,
    depends_on_outside,
    new_argument,
    outside,
    positions_of,
    separated,
    with_aux,
)
from scratchgen.autograd.cut import warn_of_cuts
from scratchgen.autograd.graph import leading_to, youngest_first
from scratchgen.autograd.mode import enable_grad, mode
from scratchgen.autograd.primitives import Primitive, call
from scratchgen.autograd.structures import (
    Gradient,
    ValueAndGradient,
    flatten,
    flatten_arguments,
    is_structure,
    leaves_like,
)
from scratchgen.autograd.tensor import Tensor, next_serial

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
def grad(f: Function, argnums: Literal[0] = 0, has_aux: Literal[False] = False) -> Gradient: ...
@overload
def grad(f: Function, argnums: int, has_aux: Literal[False] = False) -> Callable[..., Any]: ...
@overload
def grad(
    f: Function, argnums: Sequence[int], has_aux: Literal[False] = False
) -> Callable[..., tuple[Tensor, ...]]: ...
@overload
def grad(
    f: Function, argnums: int | Sequence[int] = 0, *, has_aux: Literal[True]
) -> Callable[..., tuple[Any, Any]]: ...
def grad(f: Function, argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Any:
    """Return ∂f/∂x as a function: `grad(f)(x, ...)` for f whose result is a single number.

    argnums    the position of the argument to differentiate by; a tuple of positions gives a tuple of gradients
    has_aux    f returns (result, aux), and the gradient is that of the result: `grad(f, has_aux=True)(x)` returns
               (gradient, aux). aux may be anything; tensors in it come without their history in f

    The argument may be a dictionary, a list or a tuple of arrays, nested to any depth; its gradient has the same
    structure. Arguments by keyword are passed to f as they are, and are constants.

        >>> import numpy as np, scratchgen as sg
        >>> def loss(parameters, x, power=2.0):
        ...     return np.sum((x @ parameters["W"] + parameters["b"]) ** power)
        >>> g = sg.grad(loss)({"W": np.ones((3, 1)), "b": np.zeros(1)}, np.ones((2, 3)), power=2.0)
        >>> g["W"].numpy().ravel(), g["b"].numpy()
        (array([12., 12., 12.]), array([12.]))

    Warns CutGraphWarning where the derivative is 0 because f reads a recorded value with .item(), .data or .numpy(),
    with the line. To find it, f is called once more if its result does not depend on an argument.
    Raises TypeError if f returns something else than a single number, or for an argument without derivatives.
    Ledger: autograd.chain_rule
    """
    with_value: Callable = value_and_grad(f, argnums, has_aux=has_aux)  # type: ignore[call-overload]

    def gradient(*args: Any, **options: Any) -> Any:
        value, slope = with_value(*args, **options)
        return (slope, value[1]) if has_aux else slope

    return gradient


@overload
def value_and_grad(
    f: Function, argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> ValueAndGradient: ...
@overload
def value_and_grad(
    f: Function, argnums: int, has_aux: Literal[False] = False
) -> Callable[..., tuple[Tensor, Any]]: ...
@overload
def value_and_grad(
    f: Function, argnums: Sequence[int], has_aux: Literal[False] = False
) -> Callable[..., tuple[Tensor, tuple[Tensor, ...]]]: ...
@overload
def value_and_grad(
    f: Function, argnums: int | Sequence[int] = 0, *, has_aux: Literal[True]
) -> Callable[..., tuple[tuple[Tensor, Any], Any]]: ...
def value_and_grad(f: Function, argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Any:
    """Return the function x ↦ (f(x), ∂f/∂x), computed in one forward and one reverse sweep.

    argnums    the position of the argument to differentiate by; a tuple of positions gives a tuple of gradients
    has_aux    f returns (result, aux); the function then returns ((f(x), aux), ∂f/∂x)

    Nested arguments, arguments by keyword, the warning and the errors are those of `grad`.
    Ledger: autograd.chain_rule
    """

    def with_value(*args: Any, **options: Any) -> Any:
        positions = positions_of((argnums,) if isinstance(argnums, int) else tuple(argnums), args)

        def of_the_chosen(*chosen: Any) -> Any:
            full = list(args)
            for i, a in zip(positions, chosen, strict=True):
                full[i] = a
            return f(*full, **options)

        names = [f"argument {i}" for i in positions]
        y, aux, pull = _vjp(of_the_chosen, [args[i] for i in positions], names, has_aux)
        gradients = pull()
        return (y, aux) if has_aux else y, (gradients[0] if isinstance(argnums, int) else gradients)

    return with_value


@overload
def vjp(
    f: Function, *args: Any, has_aux: Literal[False] = False
) -> tuple[Tensor, Callable[..., tuple[Tensor, ...]]]: ...
@overload
def vjp(
    f: Function, *args: Any, has_aux: Literal[True]
) -> tuple[Tensor, Callable[..., tuple[Tensor, ...]], Any]: ...
def vjp(f: Function, *args: Any, has_aux: bool = False) -> Any:
    """Return f(*args), and the pull-back g ↦ (gᵀ ∂f/∂arg, ...) from a cotangent of the result.

    has_aux    f returns (result, aux), and vjp returns (result, pull-back, aux)

    The pull-back may be called several times. It needs no cotangent if the result is a single number. Nested
    arguments, the warning and the errors are those of `grad`.   Ledger: autograd.vjp
    """
    y, aux, pull = _vjp(f, args, [f"argument {i}" for i in range(len(args))], has_aux)
    return (y, pull, aux) if has_aux else (y, pull)


def _vjp(f: Function, args: Sequence[Any], names: Sequence[str], has_aux: bool = False) -> tuple:
    """Return f(*args), aux or None, and the pull-back. `names` are those of the arguments in messages."""
    leaves, build = flatten_arguments(args, names)

    def flat(*values: Any) -> Any:
        with enable_grad():
            return f(*build(values))

    with enable_grad():
        xs = [new_argument(a, name) for name, a in leaves]
    y, aux = with_aux(flat(*xs)) if has_aux else (flat(*xs), None)
    check_result(y)
    graph = youngest_first(y, stop=xs) if isinstance(y, Tensor) and y.requires_grad else []
    ends, paths, reached = set(xs), leading_to(xs, graph), set(graph)
    if not ends <= reached:
        warn_of_cuts(flat, leaves, [i for i, x in enumerate(xs) if x not in reached])

    def pull(cotangent: Any = None) -> tuple:
        found: dict[Tensor, Any] = {}
        if graph:  # otherwise the function is constant
            g = seed(y, cotangent)
            record = mode.get().recording and (g.requires_grad or depends_on_outside(graph, xs))
            found = sweep(y, g if record else g.data, record, ends, paths)
            found = separated(found, g) if record else unshared(found)
        results = (found[x] if x in found else np.zeros_like(x.data) for x in xs)
        return build(
            r if isinstance(r, Tensor) else Tensor.wrap(np.asarray(r, x.dtype))
            for r, x in zip(results, xs, strict=True)
        )

    return outside(y, graph, xs), aux_outside(aux, xs), pull


def jvp(f: Function, args: Sequence[Any], directions: Sequence[Any]) -> tuple[Tensor, Tensor]:
    """Return f(*args), and its derivative along the directions: Σᵢ (∂f/∂xᵢ) uᵢ.

    The pull-back g ↦ gᵀ J is linear in g, and the gradient of ⟨gᵀ J, u⟩ with respect to g is J u: forward
    mode is the transpose of reverse mode. It costs two reverse sweeps, whatever the number of arguments.

    Raises ValueError unless there is one direction per argument, of its shape (and structure, for a nested argument);
    RuntimeError if f uses a function that is differentiable once.   Ledger: autograd.transposition
    """
    if len(args) != len(directions):
        raise ValueError(f"{len(args)} arguments need one direction each, not {len(directions)} directions")
    names = [f"argument {i}" for i in range(len(args))]
    us = [u for part in zip(args, directions, names, strict=True) for u in leaves_like(*part)]
    leaves, build = flatten_arguments(args, names)
    with enable_grad():
        xs = [new_argument(a, name) for name, a in leaves]
        y, _, pull = _vjp(lambda *values: f(*build(values)), xs, [name for name, _ in leaves])
        tangent = grad(lambda g: np.real(sum(np.sum(p * u) for p, u in zip(pull(g), us, strict=True))))(
            np.zeros_like(y.data)
        )
    value, derivative = (outside(t, youngest_first(t, stop=xs), xs) for t in (y, tangent))
    return value, derivative


@overload
def jacobian(f: Function, argnum: Literal[0] = 0) -> Gradient: ...
@overload
def jacobian(f: Function, argnum: int) -> Callable[..., Any]: ...
def jacobian(f: Function, argnum: int = 0) -> Any:
    """Return ∂f/∂x as a function, of shape f(x).shape + x.shape: one reverse sweep per element of f(x).

    A nested argument gives a Jacobian for each of its arrays, in the same structure. Arguments by keyword are passed
    to f as they are.   Ledger: autograd.vjp
    """

    def jacobian_at(*args: Any, **options: Any) -> Any:
        (i,) = positions_of([argnum], args)
        of_the_chosen = lambda x: f(*args[:i], x, *args[i + 1 :], **options)
        y, _, pull = _vjp(of_the_chosen, [args[i]], [f"argument {i}"])
        if y.dtype.kind == "c":
            raise TypeError(
                "the Jacobian of complex results is not defined here; take np.real and np.imag apart"
            )
        leaves, build = flatten(args[i])
        units = np.eye(y.size, dtype=y.dtype).reshape(y.size, *y.shape)
        rows: list[list[Any]] = [[a for _, a in flatten(pull(e)[0])[0]] for e in units]
        if not rows:
            return build(iter([Tensor(np.zeros((*y.shape, *np.shape(a)), y.dtype)) for _, a in leaves]))
        columns: Any = [np.stack(column) for column in zip(*rows, strict=True)]
        return build(J.reshape(*y.shape, *J.shape[1:]) for J in columns)

    return jacobian_at


def hessian(f: Function, argnum: int = 0) -> Callable[..., Tensor]:
    """Return ∂²f/∂x∂x as a function, for f whose result is a single number: shape x.shape + x.shape.

    Ledger: autograd.hvp
    """
    jacobian_of_gradient = jacobian(grad(f, argnum), argnum)

    def hessian_at(*args: Any, **options: Any) -> Tensor:
        (i,) = positions_of([argnum], args)
        if is_structure(args[i]):
            raise TypeError(
                "the Hessian is by one array; for a nested argument hvp gives its products with vectors"
            )
        return jacobian_of_gradient(*args, **options)

    return hessian_at


def hvp(f: Function) -> Gradient:
    """Return the function (x, v) ↦ (∂²f/∂x∂x) v, which costs a few sweeps and never forms the Hessian.

    It is the gradient of ⟨∂f/∂x, v⟩ with respect to x. For a nested x, v and the result have its structure.
    Raises ValueError if v has another shape than x.   Ledger: autograd.hvp
    """

    def hvp_at(x: Any, v: Any, /) -> Any:
        vs = leaves_like(x, v, "the argument")
        along_v = lambda x: sum(np.sum(g * u) for (_, g), u in zip(flatten(grad(f)(x))[0], vs, strict=True))
        return grad(along_v)(x)

    return hvp_at


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

    def rematerialised(*args: Any, **options: Any) -> Any:
        start = next_serial()
        y = f(*args, **options)
        if not isinstance(y, Tensor) or not y.requires_grad or y.serial < start:
            return y
        inputs = [t for t in youngest_first(y, since=start) if t.serial < start]
        leaves = [a for part in (*args, *options.values()) for _, a in flatten(part)[0]]
        constants = [a for a in leaves if isinstance(a, np.ndarray)]  # arguments of the node, to be guarded
        value = y.data

        def recompute(g: Any, *_: Any) -> list:
            with enable_grad():
                again = f(*args, **options)
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
