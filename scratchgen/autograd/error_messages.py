"""The error messages of calls that cannot be recorded: what is wrong, with which shapes, and the way out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

if TYPE_CHECKING:
    from scratchgen.autograd.primitives import Primitive
    from scratchgen.autograd.tensor import Tensor

__all__ = [
    "check_kind",
    "freed",
    "name_the_call",
    "no_out",
    "no_rule",
    "overwritten",
    "public_name",
    "unknown_arguments",
    "unknown_options",
    "wrong_shape",
]


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


def unknown_arguments(function: Callable, known: Iterable[str], given: Iterable[str]) -> NoReturn:
    """Raise TypeError: the rule of a NumPy function does not know an argument of this call."""
    unknown = ", ".join(name for name in given if name not in known)
    raise TypeError(
        f"{public_name(function)} is differentiable with the arguments {', '.join(sorted(known))}; not with {unknown}"
    )


def no_out(function: Callable) -> TypeError:
    """Return the error for a recorded result that would be written into an array."""
    return TypeError(
        f"{public_name(function)} would write a recorded result into an array, and its history would be lost; "
        "write y = x + t instead of x += t or out="
    )


def check_kind(entry: Primitive, y: np.ndarray, arrays: list) -> None:
    """Raise TypeError for a result that has no derivative, and for complex numbers where the rule is for real ones."""
    if y.dtype.kind not in "fc":
        raise TypeError(
            f"{entry.name} gives {y.dtype}, which has no derivative; pass t.detach() as a constant"
        )
    complex_numbers = [a for a in (y, *arrays) if isinstance(a, np.ndarray) and a.dtype.kind == "c"]
    if complex_numbers and not entry.complex:
        raise TypeError(
            f"the derivative rule of {entry.name} is for real numbers, and the call has {complex_numbers[0].dtype}; "
            "give it np.real(z), np.imag(z) or np.abs(z)"
        )


def no_rule(function: Callable, way_out: str | None) -> TypeError:
    """Return the error for a NumPy function without a rule, or, with a way out, without a useful derivative."""
    name = public_name(function)
    if way_out:
        return TypeError(f"{name} has no derivative; {way_out}")
    return TypeError(
        f"{name} has no derivative rule, and a tensor that requires a gradient was given. Add one:\n"
        f"    scratchgen.defvjp({name}, lambda g, y, x: g * ...)   # g = ∂L/∂y → ∂L/∂x\n"
        "or pass t.detach() if it is meant as a constant"
    )


def converting_call() -> str:
    """Return the call of a library that converts a tensor to an array, as in np.mean([t, t]); "" if there is none."""
    frame, name = sys._getframe(2), ""
    while frame is not None:
        library = frame.f_globals.get("__name__", "").partition(".")[0]
        if library not in ("numpy", "scipy", "pandas", "matplotlib", "sklearn"):
            break
        name = _name_in(library, frame.f_code.co_name)
        frame = frame.f_back  # type: ignore[assignment]  # the loop ends at None
    return name


def _name_in(library: str, function: str) -> str:
    if library != "numpy":
        return f"{library}: {function}"
    if function == "__getitem__":
        return "np.r_ or np.c_"
    for prefix, module in (("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)):
        if hasattr(module, function):
            return f"{prefix}.{function}"
    return f"numpy: {function}"


def public_name(function: Callable) -> str:
    """The name by which a user reaches a function: np.linalg.eigh, scipy.special.psi, np.add.reduce."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"{public_name(owner)}.{function.__name__}"
    name = function.__name__
    for prefix, module in (("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)):
        if getattr(module, name, None) is function:
            return f"{prefix}.{name}"
    if isinstance(function, np.ufunc):
        return f"scipy.special.{name.lstrip('_')}"
    owner = getattr(function, "__module__", None) or "numpy"
    return f"{'np' if owner.startswith('numpy') else owner}.{name}"


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


def overwritten(node: Tensor) -> RuntimeError:
    """Return the error for an input that was written through an older view while the graph needed it."""
    from scratchgen.autograd.inspect.source_lines import source  # `inspect` is above this module

    name = node.primitive.name if node.primitive else ""
    return RuntimeError(
        f"an array that {name} needs for its derivative was overwritten, through a view that was made before the call "
        f"at {source(node)}; write after backward(), or give the call a copy of the array"
    )
