"""The error messages of calls that cannot be recorded: what is wrong, with which shapes, and the way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

if TYPE_CHECKING:
    from scratchgen.autograd.primitives import Primitive

__all__ = ["freed", "name_the_call", "no_rule", "unknown_options", "wrong_shape"]


def name_the_call(error: Exception, entry: Primitive, arrays: list) -> None:
    """Put the operation and all shapes in front of NumPy's own message."""
    call = f"{entry.name} of shapes {', '.join(str(np.shape(a)) for a in arrays)}"
    if len(error.args) == 1 and isinstance(error.args[0], str):
        error.args = (f"{call}: {error.args[0]}",)
    else:
        error.add_note(f"in {call}")


def unknown_options(entry: Primitive, args: tuple, options: Mapping[str, Any]) -> NoReturn:
    """Raise TypeError: the derivative rules do not know an option, or the number of arguments, of this call."""
    known = ", ".join(sorted(entry.options)) or "none"
    unknown = sorted(set(options) - entry.options)
    given = ", ".join(unknown) if unknown else f"{len(args)} positional arguments"
    raise TypeError(f"{entry.name} is differentiable with the options {known}; not with {given}")


def no_rule(function: Callable, way_out: str | None) -> TypeError:
    """Return the error for a NumPy function without a rule, or, with a way out, without a useful derivative."""
    if way_out:
        return TypeError(f"np.{function.__name__} has no derivative; {way_out}")
    return TypeError(
        f"np.{function.__name__} has no derivative rule, and a tensor that requires a gradient was given. "
        f"Add one:\n    from scratchgen.autograd import defvjp\n"
        f"    defvjp(np.{function.__name__}, lambda g, y, x: g * ...)   # g = ∂L/∂y → ∂L/∂x\n"
        "or pass t.detach() if it is meant as a constant"
    )


def wrong_shape(entry: Primitive, g_a: Any, a: Any) -> RuntimeError:
    """Return the error for a rule whose cotangent has another shape than the input."""
    return RuntimeError(
        f"the rule of {entry.name} returned a cotangent of shape {g_a.shape} for an input of {a.shape}"
    )


def freed(entry: Primitive) -> RuntimeError:
    """Return the error for a sweep through a graph that was freed."""
    return RuntimeError(
        f"this graph was freed by an earlier backward() (at {entry.name}): if it reaches a state carried from an "
        "earlier batch, detach it, state = state.detach(); if the same result is differentiated twice, compute it "
        "again, or call backward(retain_graph=True) the first time"
    )
