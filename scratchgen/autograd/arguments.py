"""The arguments of a NumPy function: plain arrays, and their names.

NumPy converts what is not an array, and knows each argument by a name. Both are done here in the same way, so
that a call means the same with a tensor as without.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from scratchgen.autograd.guard import own

__all__ = ["ARRAY_NAMES", "PLAIN", "arranged", "by_name", "plain_array", "signature_of"]

# Types of arguments that are no arrays and never change. Anything else is looked at by `plain_array`.
PLAIN = frozenset({float, int, bool, str, slice, type(None), type(...), np.float32, np.float64})


def _pad(
    array,
    pad_width,
    mode="constant",
    *,
    stat_length=...,
    constant_values=...,
    end_values=...,
    reflect_type=...,
): ...


# NumPy gives these functions a signature from version 2.4 on, and np.pad one with **kwargs: which of its options are
# valid depends on the mode, so that none has a default here.
SIGNATURES: dict[Callable, Callable] = {
    np.pad: _pad,
    np.concatenate: lambda arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind": ...,
    np.dot: lambda a, b, out=None: ...,
    np.inner: lambda a, b, /: ...,
    np.vdot: lambda a, b, /: ...,
    np.where: lambda condition, x=None, y=None, /: ...,
}


# NumPy's names of parameters that are one array, for which it also takes a list or a tuple of numbers.
ARRAY_NAMES = {
    "a",
    "b",
    "x",
    "y",
    "z",
    "m",
    "v",
    "f",
    "p",
    "A",
    "B",
    "arr",
    "ary",
    "array",
    "x1",
    "x2",
    "val",
}
ARRAY_NAMES |= {"xp", "fp", "values", "weights", "prepend", "append", "to_begin", "to_end", "start", "stop"}
ARRAY_NAMES |= {"default", "fill_value", "constant_values"}


def plain_array(a: Any, convert: bool = False) -> Any:
    """Return an argument as NumPy would understand it; other objects than arrays are returned unchanged.

    convert    the argument is one array: lists and tuples are converted too. Otherwise lists are copied, so that
               a caller who changes them later does not change the recorded call

    Raises TypeError for a masked array, whose mask would be lost, and for np.matrix, whose operators differ.
    """
    if isinstance(a, np.ndarray):
        if isinstance(a, np.matrix):
            raise TypeError("np.matrix has other operators (* is a matrix product); give np.asarray(m)")
        if hasattr(a, "mask") and hasattr(a, "filled"):
            raise TypeError(
                "the mask of a masked array would be lost; give a.filled(0), or select with np.where"
            )
        return np.asarray(a)
    if isinstance(a, list | tuple):
        return np.asarray(a) if convert else own(a) if list in map(type, (a, *a)) else a
    if isinstance(a, np.generic | type) or not hasattr(a, "__array__"):
        return a
    return np.asarray(a)  # a pandas Series, an xarray, an array of another library


@cache
def signature_of(function: Callable) -> inspect.Signature:
    """Return the signature with NumPy's own parameter names."""
    if function not in SIGNATURES and isinstance(function, np.ufunc):  # NumPy tells it since 2.4
        return inspect.signature(_of_one if function.nin == 1 else _of_two)
    return inspect.signature(SIGNATURES.get(function, function))


def _of_one(
    x, /, out=None, *, where=True, casting="same_kind", order="K", dtype=None, subok=True, signature=None
): ...  # fmt: skip


def _of_two(
    x1, x2, /, out=None, *, where=True, casting="same_kind", order="K", dtype=None, subok=True, signature=None
): ...  # fmt: skip


class _Parameters(NamedTuple):
    """The parameters of a signature, in a form that is quick to use: templates are made in every training step."""

    positional: tuple[str, ...]  # the names that may be given by position
    positional_only: frozenset[str]
    defaults: dict[str, Any]
    variadic: bool  # it takes any number of arguments


@cache
def _parameters(function: Callable) -> _Parameters:
    parameters = signature_of(function).parameters.values()
    by_position = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return _Parameters(
        tuple(p.name for p in by_position),
        frozenset(p.name for p in by_position if p.kind is p.POSITIONAL_ONLY),
        {p.name: p.default for p in parameters},
        any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters),
    )


def by_name(function: Callable, args: Sequence[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call by NumPy's names, in their order; those with their default are left out.

    Raises TypeError where NumPy would: for a missing argument, a name that the function does not have, or an
    argument that is given twice.
    """
    known = _parameters(function)
    named = dict(zip(known.positional, args, strict=False))
    if known.variadic or len(args) > len(known.positional) or not named.keys().isdisjoint(options):
        given = signature_of(function).bind(*args, **options).arguments
    else:
        given = named | dict(options)  # a name that is unknown or missing is left to the function
    defaults = known.defaults
    return {name: v for name, v in given.items() if not _is_default(v, defaults.get(name, _NONE))}


def arranged(function: Callable, arguments: Mapping[str, Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    """Return arguments by name as the positional and the keyword arguments of a call: f(*args, **options)."""
    known = _parameters(function)
    if known.variadic:
        bound = inspect.BoundArguments(signature_of(function), arguments)  # type: ignore[arg-type]  # any mapping
        return bound.args, bound.kwargs
    args = [value for name, value in arguments.items() if name in known.positional_only]
    return args, {name: v for name, v in arguments.items() if name not in known.positional_only}


_NONE = object()


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (
        type(value) is type(default) and isinstance(value, str | int) and value == default
    )
