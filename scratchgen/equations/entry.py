"""One entry of the ledger: an equation, its source, its code and a worked example."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.autograd.primitives import to_numpy

TOLERANCE = 0.5e-5  # half a unit of the fifth decimal, to which expected numbers are given


@dataclass(frozen=True)
class Example:
    """A worked example of an equation, with so few and small numbers that a person can follow it.

    by_hand     the calculation by hand, one step per line
    expected    the result of that calculation, one number or several, to five decimals or more
    compute     compute(**inputs) calls the code of the equation; its result should be `expected`
    inputs      the arguments by name: lists reach `compute` as arrays, everything else unchanged
    recorded    whether autograd records the computation, so that its gradients can be shown
    """

    by_hand: str
    expected: float | tuple[float, ...]
    compute: Callable[..., Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    recorded: bool = True

    def arguments(self, tensors: bool = False) -> dict[str, Any]:
        """The inputs with lists as arrays; with tensors=True, arrays of floats as tensors with a gradient."""
        arguments: dict[str, Any] = {}
        for name, value in self.inputs.items():
            value = np.array(value) if isinstance(value, list) else value
            recorded = tensors and isinstance(value, np.ndarray) and value.dtype.kind == "f"
            arguments[name] = Tensor(value, requires_grad=True) if recorded else value
        return arguments

    def live(self) -> np.ndarray:
        """The result that the code gives now, as one row of numbers: (n,) float64."""
        return numbers(self.compute(**self.arguments()))

    def error(self, found: np.ndarray) -> float:
        """The largest distance from the expected numbers; infinite if there are more or fewer of them."""
        expected = numbers(self.expected)
        return float(np.max(np.abs(found - expected))) if found.shape == expected.shape else np.inf


def numbers(result: Any) -> np.ndarray:
    """A result as one row of numbers, the parts of a tuple joined: (n,) float64."""
    parts = result if isinstance(result, tuple) else (result,)
    return np.concatenate([np.ravel(np.asarray(to_numpy(part), np.float64)) for part in parts])


@dataclass(frozen=True)
class Equation:
    """One equation.

    id          "wing.name"
    latex       the equation in LaTeX; `text` is the plain form for a terminal
    source      paper and equation number
    code        "module:qualified.name" of the function that computes it
    example     the worked example
    tutorial    the page that teaches it and, after a #, the section as links name it; "" if none does
    symbols     the meanings of symbols, with shapes and units, that `equations.notation` does not have
    """

    id: str
    name: str
    latex: str
    text: str
    source: str
    code: str
    example: Example
    tutorial: str = ""
    symbols: Mapping[str, str] = field(default_factory=dict)
