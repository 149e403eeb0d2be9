"""Nested arguments: dictionaries, lists and tuples of arrays, such as the parameters of a model.

A derivative by such an argument has its structure: the same keys and lengths, with a derivative in the place of each
array. JAX calls such a structure a pytree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

import numpy as np

from scratchgen.autograd.tensor import Tensor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Gradient", "ValueAndGradient", "flatten", "flatten_arguments", "is_structure", "leaves_like"]

Build = Callable[[Iterator[Any]], Any]
K = TypeVar("K")


class Gradient(Protocol):
    """The type of ∂f/∂x by the first argument: a dictionary gives a dictionary, an array a Tensor.

    A list of arrays gives a list; for a type checker it is an array, as for NumPy, and its gradient a Tensor.
    """

    @overload
    def __call__(self, x: ArrayLike, /, *args: Any, **options: Any) -> Tensor: ...
    @overload
    def __call__(self, x: dict[K, Any], /, *args: Any, **options: Any) -> dict[K, Any]: ...


class ValueAndGradient(Protocol):
    """The type of x ↦ (f(x), ∂f/∂x) by the first argument."""

    @overload
    def __call__(self, x: ArrayLike, /, *args: Any, **options: Any) -> tuple[Tensor, Tensor]: ...
    @overload
    def __call__(self, x: dict[K, Any], /, *args: Any, **options: Any) -> tuple[Tensor, dict[K, Any]]: ...


def is_structure(value: Any) -> bool:
    """Return whether a value is a dictionary, or a list or a tuple with an array, a tensor or a structure in it.

    A list of nothing but numbers, at any depth, is an array, as for NumPy.
    """
    if isinstance(value, dict):
        return True
    return isinstance(value, list | tuple) and any(
        isinstance(v, np.ndarray | Tensor) or is_structure(v) for v in value
    )


def flatten(value: Any, name: str = "") -> tuple[list[tuple[str, Any]], Build]:
    """Return the arrays of a structure, each with its name, and the function that builds it again from an iterator.

    name    of the whole structure; its parts are called "name['W']", "name['layers'][0]", …

    A value that is no structure is its own only array. The result shares no container with the given structure.
    """
    if not is_structure(value):
        return [(name, value)], next
    keys = _keys(value)
    parts = [flatten(value[key], f"{name}[{key!r}]") for key in keys]
    container = _empty(value)

    def build(leaves: Iterator[Any]) -> Any:
        return container(keys, [part(leaves) for _, part in parts])

    return [leaf for leaves, _ in parts for leaf in leaves], build


def flatten_arguments(
    args: Sequence[Any], names: Sequence[str]
) -> tuple[list[tuple[str, Any]], Callable[[Iterable[Any]], tuple]]:
    """Return the arrays of all arguments of a call, each with its name, and the function that builds the arguments."""
    parts = [flatten(a, name) for a, name in zip(args, names, strict=True)]

    def build(leaves: Iterable[Any]) -> tuple:
        leaves = iter(leaves)
        return tuple(part(leaves) for _, part in parts)

    return [leaf for leaves, _ in parts for leaf in leaves], build


def leaves_like(value: Any, direction: Any, name: str) -> list[Any]:
    """Return the arrays of a direction, in the order of the arrays of `value`, one for one.

    Raises ValueError unless both have the same structure, and arrays of the same shapes.
    """
    if not is_structure(value):
        if is_structure(direction) or np.shape(value) != np.shape(direction):
            raise ValueError(f"{name} has shape {np.shape(value)}, its direction {_described(direction)}")
        return [direction]
    keys = _keys(value)
    if not isinstance(direction, dict if isinstance(value, dict) else list | tuple) or set(keys) != set(
        _keys(direction)
    ):
        raise ValueError(f"{name} is {_described(value)}, its direction {_described(direction)}")
    return [leaf for key in keys for leaf in leaves_like(value[key], direction[key], f"{name}[{key!r}]")]


def _keys(structure: Any) -> list[Any]:
    return list(structure) if isinstance(structure, dict) else list(range(len(structure)))


def _empty(structure: Any) -> Callable[[list, list], Any]:
    """The function (keys, values) ↦ a container of the type of the given one."""
    if isinstance(structure, dict):
        empty = copy(
            structure
        )  # keeps what a subclass has besides its items, such as the default of a defaultdict
        empty.clear()

        def filled(keys: list, values: list) -> Any:
            container = copy(empty)
            container.update(zip(keys, values, strict=True))
            return container

        return filled
    kind = type(structure)
    if hasattr(kind, "_fields"):  # a named tuple takes its values one by one
        return lambda keys, values: kind(*values)
    return lambda keys, values: kind(values)


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return f"a dictionary with the keys {', '.join(map(repr, value))}"
    return f"a {type(value).__name__} of {len(value)}" if is_structure(value) else str(np.shape(value))
