"""Functions of functions: from f to its derivative. All of them nest, to any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from scratchgen.autograd.backward import seed, sweep, youngest_first
from scratchgen.autograd.primitives import call, enable_grad, mode
from scratchgen.autograd.rules.shapes import identity
from scratchgen.autograd.tensor import Tensor


def grad(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """∂f/∂x as a function: `grad(f)(x, ...)` for f whose result is a single number.

    argnums    which argument(s) to differentiate by; a tuple gives a tuple of gradients
    """
    with_value = value_and_grad(f, argnums)
    return lambda *args: with_value(*args)[1]


def value_and_grad(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """The function x ↦ (f(x), ∂f/∂x), computed in one forward and one reverse sweep."""
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
    """
    with enable_grad():
        xs = [_fresh(a) for a in args]
        y = f(*xs)
    graph = youngest_first(y, stop=xs) if isinstance(y, Tensor) and y.requires_grad else []

    def pull(cotangent=None) -> tuple[Tensor, ...]:
        if not graph:  # a constant function
            return tuple(Tensor.holding(np.zeros_like(x.data)) for x in xs)
        g = seed(y, cotangent)
        record = mode.recording and (g.requires_grad or _someone_else_may_ask(graph, xs))
        found = sweep(y, g if record else g.data, graph, record, wrt=xs)
        zeros = (np.zeros_like(x.data) for x in xs)
        results = (found.get(x, zero) for x, zero in zip(xs, zeros, strict=True))
        return tuple(r if isinstance(r, Tensor) else Tensor.holding(r) for r in results)

    return _outside(y, graph, xs), pull


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
