"""A call with its tensors taken out: what remains is a template that can be filled again, with other arrays.

Functions such as np.stack take their arrays in a list, others have arrays among their keyword arguments. The
node of such a call has the tensors as its inputs, from any place, and the template as its only option:

    np.stack([x, 1.0, z], axis=1)     inputs x, z     template np.stack([□, 1.0, □], axis=1)

The value is always NumPy's own: the template is filled with the plain arrays and called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from scratchgen.autograd.arguments import ARRAY_NAMES, arranged, by_name, plain_array
from scratchgen.autograd.mode import mode
from scratchgen.autograd.tensor import Tensor

__all__ = ["Slot", "Template", "constants_of", "filled", "take_out"]

numpy: Any = np  # NumPy's stubs promise an ndarray where the protocols return a Tensor


class Slot(int):
    """The place of the i-th tensor."""

    def __repr__(self) -> str:
        return f"□{int(self)}"


class Template:
    """A call of a NumPy function, with slots where its tensors were.

    function    the NumPy function;  arguments    its arguments, by NumPy's names
    """

    __slots__ = ("arguments", "function")

    def __init__(self, function: Callable, arguments: dict[str, Any]):
        self.function = function
        self.arguments = arguments

    def __call__(self, *values: Any) -> Any:
        """Call the NumPy function with these arrays in the slots."""
        arguments = {name: filled(value, values) for name, value in self.arguments.items()}
        args, options = arranged(self.function, arguments)
        return self.function(*args, **options)

    def apply(self, function: Callable, values: Sequence[Any]) -> Any:
        """Call another function of the same parameters, with arrays in the place of lists of numbers."""
        arguments = {name: filled(value, values) for name, value in self.arguments.items()}
        arguments = {name: _as_one(v) if name in ARRAY_NAMES else v for name, v in arguments.items()}
        args, options = arranged(self.function, arguments)
        return function(*args, **options)

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"{self.function.__name__}({inside})"


def take_out(function: Callable, args: Sequence, options: Mapping[str, Any]) -> tuple[list[Tensor], Template]:
    """Return the recorded tensors of a call, and the template that is left; other tensors are constants.

    Lists and tuples are copied: a caller who changes them later does not change the template.
    """
    tensors: list[Tensor] = []
    arguments = {name: _take_out(value, tensors) for name, value in by_name(function, args, options).items()}
    return tensors, Template(function, arguments)


def _take_out(value: Any, tensors: list[Tensor]) -> Any:
    if isinstance(value, Tensor):
        if not (value.requires_grad and mode.get().recording):
            return value.data
        tensors.append(value)
        return Slot(len(tensors) - 1)
    if isinstance(value, tuple):  # also a named one, such as the result of np.linalg.qr
        return tuple([_take_out(v, tensors) for v in value])
    if isinstance(value, list):
        return [_take_out(v, tensors) for v in value]
    if type(value) is dict:
        return {key: _take_out(v, tensors) for key, v in value.items()}
    return plain_array(value)


def filled(value: Any, values: Sequence[Any]) -> Any:
    """Put these arrays into the slots of an argument."""
    if type(value) is Slot:
        return values[value]
    if type(value) in (list, tuple):
        return type(value)(filled(v, values) for v in value)
    if type(value) is dict:
        return {key: filled(v, values) for key, v in value.items()}
    return value


def _as_one(value: Any) -> Any:
    """One array for a list of numbers, or a list with tensors in it."""
    if not isinstance(value, list | tuple):
        return value
    return numpy.stack([_as_one(v) for v in value]) if _has_tensor(value) else np.asarray(value)


def _has_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or (isinstance(value, list | tuple) and any(map(_has_tensor, value)))


def constants_of(template: Template) -> Iterable[Any]:
    """The arrays of a template that are no tensors: they must not change while the node exists."""
    unvisited = [*template.arguments.values()]
    while unvisited:
        value = unvisited.pop()
        if type(value) in (list, tuple):
            unvisited.extend(value)
        elif type(value) is dict:
            unvisited.extend(value.values())
        else:
            yield value
