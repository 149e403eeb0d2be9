"""Functions of functions: from f to its derivative. All of them nest, to any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from scratchgen.autograd.backward import seed, sweep
from scratchgen.autograd.graph import leading_to, youngest_first
from scratchgen.autograd.mode import enable_grad, mode
from scratchgen.autograd.primitives import Primitive, call, plain
from scratchgen.autograd.rules.shapes import identity
from scratchgen.autograd.tensor import Tensor, next_birth


def grad(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """∂f/∂x as a function: `grad(f)(x, ...)` for f whose result is a single number.

    argnums    which argument(s) to differentiate by; a tuple gives a tuple of gradients

    Ledger: autograd.chain_rule
    """
    with_value = value_and_grad(f, argnums)
    return lambda *args: with_value(*args)[1]


def value_and_grad(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """The function x ↦ (f(x), ∂f/∂x), computed in one forward and one reverse sweep.

    Ledger: autograd.chain_rule
    """
    several = not isinstance(argnums, int)
    numbers = tuple(argnums) if several else (argnums,)

    def with_value(*args):
        def of_the_chosen(*chosen):
            full = list(args)
            for i, a in zip(numbers, chosen, strict=True):
                full[i] = a
            return f(*full)

        y, pull = vjp(of_the_chosen, *(args[i] for i in numbers))
        gradients = pull()
        return y, (gradients if several else gradients[0])

    return with_value


def vjp(f: Callable, *args) -> tuple[Tensor, Callable]:
    """f(*args), and the function g ↦ (gᵀ ∂f/∂arg, ...) that pulls a cotangent of the result back.

    The pull-back may be called several times. It needs no cotangent if the result is a single number.
    Ledger: autograd.vjp
    """
    with enable_grad():
        xs = [_fresh(a) for a in args]
        y = f(*xs)
    if (kind := np.asarray(plain(y)).dtype).kind != "f":
        raise TypeError(
            f"the function returned {kind}: whole numbers and truth values have no derivative; differentiate "
            "what they were computed from, or convert a constant with .astype(float)"
        )
    graph = youngest_first(y, stop=xs) if isinstance(y, Tensor) and y.requires_grad else []
    ends, paths = set(xs), leading_to(xs, graph)

    def pull(cotangent=None) -> tuple[Tensor, ...]:
        if not graph:  # a constant function
            return tuple(Tensor.holding(np.zeros_like(x.data)) for x in xs)
        g = seed(y, cotangent)
        record = mode.recording and (g.requires_grad or _someone_else_may_ask(graph, xs))
        found = sweep(y, g if record else g.data, record, ends, paths)
        zeros = (np.zeros_like(x.data) for x in xs)
        results = (found.get(x, zero) for x, zero in zip(xs, zeros, strict=True))
        return tuple(r if isinstance(r, Tensor) else Tensor.holding(r) for r in results)

    return _outside(y, graph, xs), pull


def jvp(f: Callable, args: Sequence, directions: Sequence) -> tuple[Tensor, Tensor]:
    """f(*args), and how fast it changes when the arguments move along the directions: Σᵢ (∂f/∂xᵢ) uᵢ.

    The pull-back g ↦ gᵀ J is linear in g, and the gradient of ⟨gᵀ J, u⟩ with respect to g is J u: forward
    mode is the transpose of reverse mode. It costs two reverse sweeps, whatever the number of arguments.

    Raises RuntimeError if f uses a function that is differentiable once.   Ledger: autograd.transposition
    """
    if len(args) != len(directions):
        raise ValueError(f"{len(args)} arguments need as many directions, not {len(directions)}")
    for i, (a, u) in enumerate(zip(args, directions, strict=True)):
        if np.shape(a) != np.shape(u):
            raise ValueError(f"argument {i} has shape {np.shape(a)}, its direction {np.shape(u)}")
    with enable_grad():
        xs = [_fresh(a) for a in args]
        y, pull = vjp(f, *xs)
        tangent = grad(lambda g: sum(np.sum(p * u) for p, u in zip(pull(g), directions, strict=True)))(
            np.zeros_like(y.data)
        )
    return tuple(_outside(t, youngest_first(t, stop=xs), xs) for t in (y, tangent))


def jacobian(f: Callable, argnum: int = 0) -> Callable:
    """∂f/∂x as a function, of shape f(x).shape + x.shape: one reverse sweep for each element of f(x).

    Ledger: autograd.vjp
    """

    def jacobian_at(*args):
        y, pull = vjp(lambda x: f(*args[:argnum], x, *args[argnum + 1 :]), args[argnum])
        units = np.eye(y.size, dtype=y.dtype).reshape(y.size, *y.shape)
        shape = (*y.shape, *np.shape(args[argnum]))
        return np.reshape(np.stack([pull(e)[0] for e in units]), shape) if y.size else Tensor(np.zeros(shape))

    return jacobian_at


def hessian(f: Callable, argnum: int = 0) -> Callable:
    """∂²f/∂x∂x as a function, for f whose result is a single number: shape x.shape + x.shape.

    Ledger: autograd.hvp
    """
    return jacobian(grad(f, argnum), argnum)


def hvp(f: Callable) -> Callable:
    """The function (x, v) ↦ (∂²f/∂x∂x) v, at the cost of a few sweeps and without the Hessian itself.

    It is the gradient of ⟨∂f/∂x, v⟩ with respect to x.   Ledger: autograd.hvp
    """
    return lambda x, v: grad(lambda x: np.sum(grad(f)(x) * v))(x)


def stop_gradient(x):
    """x as a constant: the same value, through which no gradient flows."""
    return x.detach() if isinstance(x, Tensor) else x


def checkpoint(f: Callable) -> Callable:
    """f, but its inner results are forgotten, and computed again when the reverse sweep asks for them.

    Memory for time: a chain of n layers in √n such segments keeps about 2 √n results in place of n, for one
    more forward pass. f may use tensors from outside, as a layer uses its weights. It must compute the same
    again: noise comes in as an argument.
    Source: Chen et al. (2016), Training deep nets with sublinear memory cost, section 3.

    Raises RuntimeError in the reverse sweep when f has computed something else the second time.
    """

    def forgetful(*args):
        born = next_birth()
        y = f(*args)
        if not isinstance(y, Tensor) or not y.requires_grad or y.birth < born:
            return y
        inputs = [t for t in youngest_first(y, since=born) if t.birth < born]
        constants = [a for a in args if isinstance(a, np.ndarray)]  # named so that they are guarded
        value = y.data

        def compute_again(g, *_):
            with enable_grad():
                again = f(*args)
            if not np.array_equal(again.data, value, equal_nan=True):
                raise RuntimeError(
                    "a checkpointed function gave another result when it was computed again; "
                    "draw its noise outside and pass it in"
                )
            graph = youngest_first(again, stop=inputs)
            found = sweep(again, g, isinstance(g, Tensor), set(inputs), leading_to(inputs, graph))
            return [found.get(t, np.zeros_like(t.data)) for t in inputs]

        node = Primitive(lambda *_: value)
        node.name = f"checkpoint of {getattr(f, '__name__', type(f).__name__)}"
        node.joint = compute_again
        return call(node, (*inputs, *constants))

    return forgetful


def _fresh(a) -> Tensor:
    """A new node for an argument, so that the derivative by it is told apart from other uses of `a`."""
    if isinstance(a, Tensor) and a.requires_grad:
        return call(identity, (a,))
    return Tensor(a, requires_grad=True)


def _someone_else_may_ask(graph: list[Tensor], xs: list[Tensor]) -> bool:
    """Whether the result depends on a tensor from outside: then the gradient must be recorded too."""
    ours = set(xs)
    from_closure = any(node.primitive is None and node not in ours for node in graph)
    return from_closure or any(x.primitive is not None for x in xs)


def _outside(y, graph: list[Tensor], xs: list[Tensor]) -> Tensor:
    """The value as the caller may keep it: with its history only if that reaches beyond our arguments."""
    if not isinstance(y, Tensor):
        return Tensor.holding(y)
    return y if mode.recording and graph and _someone_else_may_ask(graph, xs) else y.detach()
