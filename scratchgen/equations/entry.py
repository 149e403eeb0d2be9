"""What the ledger says of an equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.autograd.primitives import to_numpy

TOLERANCE = 0.5e-5  # half a unit of the fifth decimal, to which expected numbers are given


@dataclass(frozen=True)
class Example:
    """An equation with numbers so few and so small that a person can follow them.

    by_hand     the calculation with a pencil, a step a line
    expected    the number that it gives, or several: typed in from it, to five decimals or more
    compute     compute(**inputs) calls the code of the equation; its result should be `expected`
    inputs      by name: lists reach `compute` as arrays, everything else as it is
    recorded    whether autograd records the computation, so that its gradients can be shown
    """

    by_hand: str
    expected: float | tuple[float, ...]
    compute: Callable
    inputs: Mapping[str, object] = field(default_factory=dict)
    recorded: bool = True

    def arguments(self, tensors: bool = False) -> dict[str, object]:
        """The inputs with lists as arrays; those of floats as tensors that require a gradient, if asked."""
        arguments = {}
        for name, value in self.inputs.items():
            value = np.array(value) if isinstance(value, list) else value
            recorded = tensors and isinstance(value, np.ndarray) and value.dtype.kind == "f"
            arguments[name] = Tensor(value, requires_grad=True) if recorded else value
        return arguments

    def live(self) -> np.ndarray:
        """What the code makes of it now: its numbers in a row, (n,)."""
        return numbers(self.compute(**self.arguments()))

    def error(self, found: np.ndarray) -> float:
        """How far numbers are from those expected, at most; infinite if there are more or fewer of them."""
        expected = numbers(self.expected)
        return float(np.max(np.abs(found - expected))) if found.shape == expected.shape else np.inf


def numbers(result) -> np.ndarray:
    """A result as a row of numbers, those of a tuple one after the other: (n,) float64."""
    parts = result if isinstance(result, tuple) else (result,)
    return np.concatenate([np.ravel(np.asarray(to_numpy(part), np.float64)) for part in parts])


@dataclass(frozen=True)
class Equation:
    """One equation.

    id          "wing.name"
    latex       as it is typeset; `text` is the same for a terminal
    source      paper and equation number
    code        "module:qualified.name" of what computes it
    tutorial    the page that derives it or works with it, and after a # the section, as links name headings
    example     the same with numbers
    symbols     what they mean, with shapes and units, where `equations.notation` does not have them
    """

    id: str
    name: str
    latex: str
    text: str
    source: str
    code: str
    tutorial: str
    example: Example
    symbols: Mapping[str, str] = field(default_factory=dict)
