"""Calls of NumPy functions: which way a function that is given a tensor is computed and recorded.

A function with a row in the table is one node. Its value is NumPy's own, whatever the arguments and however they are
named. The functions without a row are those of several results, which are composed of others; constants; functions
without a useful derivative; and unknown ones, which are refused.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from scratchgen.autograd import error_messages
from scratchgen.autograd.arguments import arranged, by_name, plain_array, signature_of
from scratchgen.autograd.guard import guards_of
from scratchgen.autograd.mode import mode
from scratchgen.autograd.primitives import (
    COMPOSED,
    CONSTANT,
    NONDIFFERENTIABLE,
    TABLE,
    Primitive,
    call,
    to_numpy,
)
from scratchgen.autograd.templates import constants_of, take_out
from scratchgen.autograd.tensor import Tensor

__all__ = ["call_function"]

RULES_OF_SCIPY = (
    "scratchgen.autograd.rules.scipy_special"  # imported when a function of SciPy's meets a tensor
)


def call_function(function: Callable, args: tuple, options: Mapping[str, Any]) -> Any:
    """Apply a NumPy function to arguments among which there is a tensor, in NumPy's own way of calling it."""
    entry = TABLE.get(function)
    if entry is None and isinstance(function, np.ufunc) and "scipy.special" in sys.modules:
        importlib.import_module(RULES_OF_SCIPY)
        entry = TABLE.get(function)
    if entry is None:
        return _call_without_row(function, args, options)
    if entry.template:
        return _call_template(entry, function, args, options)
    unusual = len(args) > entry.arity or (options and not entry.options.issuperset(options))
    if unusual and not isinstance(function, np.ufunc):
        args, options = _arrays_first(entry, function, args, options)
    return call(entry, args, options)


def _arrays_first(
    entry: Primitive, function: Callable, args: tuple, options: Mapping[str, Any]
) -> tuple[tuple, Mapping[str, Any]]:
    """The arguments of a call with the arrays by position and the rest by name, as the rules take them."""
    arguments = by_name(function, args, options)
    given = [name for i, name in enumerate(signature_of(function).parameters) if i < entry.arrays]
    arrays = tuple(arguments.pop(name) for name in given if name in arguments)
    return arrays, to_numpy(arguments)


def _call_template(entry: Primitive, function: Callable, args: tuple, options: Mapping[str, Any]) -> Any:
    tensors, template = take_out(function, args, options)
    if not tensors:
        return _wrapped(function(*to_numpy(args), **to_numpy(options)))
    if template.arguments.get("out") is not None:
        raise error_messages.no_out(function)
    if entry.known is not None and not entry.known.issuperset(template.arguments):
        error_messages.unknown_arguments(function, entry.known, template.arguments)
    if entry.check is not None:
        entry.check(**template.arguments)
    y = call(entry, tuple(tensors), {"call": template})
    y.guards = (*y.guards, *guards_of(constants_of(template)))
    return y


def _call_without_row(function: Callable, args: tuple, options: Mapping[str, Any]) -> Any:
    """Apply a NumPy function that is no primitive: composed, constant, nondifferentiable, or unknown."""
    if function in CONSTANT:
        return function(*to_numpy(args), **to_numpy(options))
    recorded = mode.get().recording and _any_requires_grad((args, options))
    if recorded and function not in COMPOSED:
        raise error_messages.no_rule(function, NONDIFFERENTIABLE.get(function))
    plain = function(*to_numpy(args), **to_numpy(options))  # NumPy refuses what it refuses
    if function not in COMPOSED:
        return plain
    if not recorded:
        return _wrapped(plain)
    arguments, known = by_name(function, args, options), signature_of(COMPOSED[function]).parameters
    if not known.keys() >= arguments.keys():
        error_messages.unknown_arguments(function, known, arguments)
    in_order, by_keyword = arranged(function, _plain_arguments(arguments))
    return _with_value(COMPOSED[function](*in_order, **by_keyword), plain)


def _with_value(composed: Any, plain: Any) -> Any:
    """The results of a composition with the values that NumPy computed, which may differ in the last bits."""
    if isinstance(composed, tuple):
        parts = map(_with_value, composed, plain)
        return type(composed)(*parts) if hasattr(composed, "_fields") else tuple(parts)
    if isinstance(composed, list):
        return list(map(_with_value, composed, plain))
    plain = np.asarray(plain)
    if not isinstance(composed, Tensor) or (
        composed.dtype == plain.dtype
        and np.array_equal(composed.data, plain, equal_nan=plain.dtype.kind in "fc")
    ):
        return composed
    node = Primitive(lambda _: plain)
    node.name = "value of NumPy"
    node.rules = (lambda g, y, x: g,)
    return call(node, (composed,))


def _plain_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with plain arrays in place of other objects; tensors stay."""

    def plain(value: Any) -> Any:
        return value if isinstance(value, Tensor) else plain_array(value)

    return {
        name: tuple(map(plain, value)) if isinstance(value, tuple) else plain(value)
        for name, value in arguments.items()
    }


def _wrapped(value: Any) -> Any:
    """The results of a NumPy function of tensors that need no gradient, as constant tensors."""
    if isinstance(value, tuple):  # a named tuple keeps its names
        parts = map(_wrapped, value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list):
        return [_wrapped(v) for v in value]
    return Tensor.wrap(np.asarray(value))


def _any_requires_grad(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.requires_grad
    if isinstance(value, dict):
        return any(_any_requires_grad(v) for v in value.values())
    return isinstance(value, tuple | list) and any(_any_requires_grad(v) for v in value)
