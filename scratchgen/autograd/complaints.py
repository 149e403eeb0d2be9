"""What a call that cannot be recorded says: what is wrong, with which shapes, and the way out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def name_the_call(error: Exception, entry, arrays: list) -> None:
    """Put the operation and all shapes in front of NumPy's own message."""
    call = f"{entry.name} of shapes {', '.join(str(np.shape(a)) for a in arrays)}"
    if len(error.args) == 1 and isinstance(error.args[0], str):
        error.args = (f"{call}: {error.args[0]}",)
    else:
        error.add_note(f"in {call}")


def unknown_options(entry, args: tuple, options: dict) -> None:
    """Raise TypeError: the derivative rules do not know what the function was given."""
    known = ", ".join(sorted(entry.options)) or "none"
    unknown = sorted(set(options) - entry.options)
    given = ", ".join(unknown) if unknown else f"{len(args)} positional arguments"
    raise TypeError(f"{entry.name} is differentiable with the options {known}; not with {given}")


def no_rule(function: Callable, way_out: str | None) -> TypeError:
    """The error for a NumPy function that has no derivative rule, or, with a way out, none that is useful."""
    if way_out:
        return TypeError(f"np.{function.__name__} has no derivative; {way_out}")
    return TypeError(
        f"np.{function.__name__} has no derivative rule, and a tensor that requires a gradient was given. "
        f"Add one:\n    from scratchgen.autograd import defvjp\n"
        f"    defvjp(np.{function.__name__}, lambda g, y, x: g * ...)   # g = ∂L/∂y → ∂L/∂x\n"
        "or pass t.detach() if it is meant as a constant"
    )


def wrong_shape(entry, g_a, a) -> RuntimeError:
    """The error for a rule whose cotangent does not fit the input."""
    return RuntimeError(
        f"the rule of {entry.name} returned a cotangent of shape {g_a.shape} for an input of {a.shape}"
    )


def freed(entry) -> RuntimeError:
    """The error for a sweep through a graph whose inputs are forgotten."""
    return RuntimeError(
        f"this graph was freed by an earlier backward() (at {entry.name}); compute the result again, "
        "or call backward(retain_graph=True) the first time"
    )
