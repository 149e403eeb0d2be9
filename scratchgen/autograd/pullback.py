"""The derivative of a function by a twin: another function of the same value, made of functions that have rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scratchgen.autograd.arguments import signature_of
from scratchgen.autograd.primitives import defvjp_template
from scratchgen.autograd.templates import Template
from scratchgen.autograd.tensor import Tensor
from scratchgen.autograd.transforms import vjp

__all__ = ["defvjp_twin", "pulled_back"]


def defvjp_twin(function: Callable, twin: Callable, check: Callable | None = None) -> None:
    """Enter the rule of a NumPy function whose value is NumPy's and whose derivative is that of a twin.

    The twin has NumPy's parameter names; a call with another argument is refused.

    check    check(**arguments) raises TypeError for values of the arguments that the twin does not understand
    """

    def rule(g: Any, y: Any, *inputs: Any, call: Template) -> Any:
        return pulled_back(lambda *xs: call.apply(twin, xs), g, *inputs)

    defvjp_template(function, rule, known=signature_of(twin).parameters, check=check)


def pulled_back(f: Callable, g: Any, *inputs: Any) -> list:
    """Return gᵀ ∂f/∂x for each input x: arrays for an array g, tensors for a tensor g."""
    _, pull = vjp(f, *inputs)
    found = pull(g)
    return list(found) if isinstance(g, Tensor) else [t.data for t in found]
