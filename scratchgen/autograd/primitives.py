"""The table of derivative rules, and how a call is recorded.

A primitive is a function of arrays that is one node of the graph. Its row in the table has a rule for each
argument: given g = ∂L/∂y, the output y and the inputs, it returns ∂L/∂input. Rules are written in NumPy and
keep nothing back, so a rule that is given tensors is itself recorded, and can be differentiated again.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scratchgen.autograd import complaints
from scratchgen.autograd.guard import guards_of
from scratchgen.autograd.mode import WATCHERS, mode
from scratchgen.autograd.tensor import Tensor, next_birth

TABLE: dict[Callable, Primitive] = {}  # NumPy function → its row
CONSTANT: set[Callable] = set()  # functions whose result is a plain array even of recorded tensors
REFUSED: dict[Callable, str] = {}  # functions that have no derivative → the way out
SPREAD: dict[Callable, Callable] = {}  # NumPy functions that are made of others → how
PRIMITIVES: list[Primitive] = []  # every row, those of our own functions included


class Primitive:
    """A row of the table: a function of arrays and the derivative rule of each argument.

    rules       rules[i](g, y, *inputs, **options) -> ∂L/∂input of argument i, or None
    joint       instead of `rules`: one rule that returns the cotangents of all arguments at once, for
                functions whose derivatives share their work
    broadcasts  rules may leave the shape of y: the sweep sums over the uses of an element (`sum_to_shape`)
    once        why the rules can be differentiated only once; they then run on plain arrays. "" if any number
    saves       the function returns (y, saved), and its rules receive `saved` after the inputs
    arity       how many positional arguments the rules understand
    options     the keyword arguments that they understand
    """

    def __init__(self, function: Callable, saves: bool = False):
        self.function = function
        self.__wrapped__ = function  # inspect.getsource and help() show the function itself
        self.name = function.__name__
        self.rules: dict | tuple = _Every(lambda i: None)
        self.joint: Callable | None = None
        self.broadcasts = isinstance(function, np.ufunc) and function.signature is None
        self.once = "its rule uses what the forward pass has saved" if saves else ""
        self.saves = saves
        self.arity: float = math.inf
        self.options: frozenset[str] = frozenset()

    def __call__(self, *args, **options):
        return call(self, args, options)

    def __repr__(self):
        return f"<primitive {self.name}>"


class _Every(dict):
    """The rules of a function of any number of arrays: the i-th is made by rule_of(i)."""

    def __init__(self, rule_of: Callable[[int], Callable | None]):
        self.rule_of = rule_of

    def __missing__(self, i):
        self[i] = self.rule_of(i)
        return self[i]


def primitive(function: Callable | None = None, *, saves: bool = False):
    """Decorator: make a function of arrays one node of the graph. Give its rules with `defvjp`.

    saves    the function returns (y, saved). Callers get y; the rules get `saved` as well, after the inputs
             (the gates of a cell, say, which would be dear to compute again). Such a function can be
             differentiated once.
    """
    if function is None:
        return lambda function: primitive(function, saves=saves)
    PRIMITIVES.append(Primitive(function, saves))
    return PRIMITIVES[-1]


def row(function: Callable) -> Primitive:
    """The row of a NumPy function or a primitive, made empty if it is new."""
    if isinstance(function, Primitive):
        return function
    if function not in TABLE:
        TABLE[function] = primitive(function)
    return TABLE[function]


def defvjp(function: Callable, *rules: Callable | None, broadcasts: bool | None = None) -> None:
    """Enter the derivative rules of a function, one per positional argument.

    defvjp(np.tanh, lambda g, y, x: g * (1 - y * y))

    broadcasts    whether the arguments are broadcast against one another, as those of a ufunc are (for which
                  it is the default): then a rule need not sum over the elements that were repeated
    """
    entry = row(function)
    if broadcasts is not None:
        entry.broadcasts = broadcasts
    for rule in filter(None, rules):
        parameters = inspect.signature(rule).parameters.values()
        entry.options = frozenset(p.name for p in parameters if p.default is not p.empty)
        entry.arity = sum(p.kind is not p.KEYWORD_ONLY for p in parameters) - len("gy") - entry.saves
    entry.rules = rules + (None,) * (entry.arity - len(rules))


def defvjp_each(function: Callable, rule_of: Callable[[int], Callable], options: set[str]) -> None:
    """Enter the rules of a function of any number of arrays: rule_of(i) is the rule of the i-th."""
    entry = row(function)
    entry.rules = _Every(rule_of)
    entry.options = frozenset(options)


def defvjp_joint(function: Callable, rule: Callable, once: str = "its derivative is compiled code") -> None:
    """Enter one rule `rule(g, y, *inputs) -> (∂L/∂input, ...)` for all arguments of a fused function.

    once    why it can be differentiated only once; "" if the rule is NumPy, and can be differentiated again
    """
    entry = row(function)
    entry.joint = rule
    entry.once = entry.once or once


def constant(*functions: Callable) -> None:
    """Declare functions that return plain arrays even of recorded tensors: comparisons, shapes."""
    CONSTANT.update(functions)


def refuse(way_out: str, *functions: Callable) -> None:
    """Declare functions that have no useful derivative, and say what to write instead."""
    REFUSED.update(dict.fromkeys(functions, way_out))


# --- recording --------------------------------------------------------------------------------------------


OURS = frozenset(map(str, Path(__file__).parent.rglob("*.py")))  # files that are not the caller's
new, getframe, ndarray = object.__new__, sys._getframe, np.ndarray  # at hand for `call`, which is a hot path


def call(entry: Primitive, args: tuple, options=Tensor.options):
    """Apply a primitive: compute on plain arrays, and record the call if an input requires a gradient.

    Returns a plain array if no argument is a tensor, else a Tensor.
    """
    arrays, inputs, exposed, any_tensor, recorded = [], [], [], False, False
    for a in args:
        if isinstance(a, Tensor):
            any_tensor = True
            x = a.data
            if a.primitive is None:
                exposed.append(x)
            if a.requires_grad:
                recorded = True
            else:
                a = x  # a constant, whatever becomes of the tensor
        else:
            x = a = np.asarray(a) if type(a) is list else a
            exposed.append(x)
        arrays.append(x)
        inputs.append(a)
    recorded = recorded and mode.recording
    if recorded and (len(args) > entry.arity or (options and not entry.options.issuperset(options))):
        complaints.unknown_options(entry, args, options)
    try:
        data = entry.function(*arrays, **options) if options else entry.function(*arrays)
    except (ValueError, TypeError, IndexError) as error:
        if any_tensor:
            complaints.name_the_call(error, entry, arrays)
        raise
    data, saved = data if entry.saves else (data, None)
    if not any_tensor:
        return data

    y = new(Tensor)
    y.birth = next_birth()
    if type(data) is not ndarray or data is arrays[0] or data is arrays[-1]:
        data = np.asarray(data).view()  # the array object is ours alone, so that it can be made read-only
    y.data = data
    if recorded:
        y.requires_grad = True
        y.primitive = entry
        y.inputs = inputs
        y.arrays = arrays
        if saved is not None:
            y.saved = saved
        if options:
            y.options = options
        if exposed:
            y.guards = guards_of(exposed)
        data.setflags(False)  # write=False; by name it takes three times as long
        frame = getframe(2)
        code = frame.f_code
        while code.co_filename in OURS:
            frame = frame.f_back
            code = frame.f_code
        y.made_at = code, frame.f_lasti
    for watcher in WATCHERS:
        watcher.value(y, entry, arrays)
    return y


def call_without_row(function: Callable, args: tuple, options: dict):
    """Apply a NumPy function that is no primitive: made of others, constant, refused, or unknown."""
    if function in SPREAD:
        return SPREAD[function](*args, **options)
    if function in CONSTANT or not (mode.recording and _any_requires_grad((args, options))):
        return function(*plain(args), **plain(options))
    raise complaints.no_rule(function, REFUSED.get(function))


def _any_requires_grad(value) -> bool:
    if isinstance(value, Tensor):
        return value.requires_grad
    if isinstance(value, dict):
        return any(_any_requires_grad(v) for v in value.values())
    return isinstance(value, tuple | list) and any(_any_requires_grad(v) for v in value)


def plain(value):
    """The plain arrays of tensors, also within tuples, lists and dictionaries; anything else as it is."""
    if isinstance(value, Tensor):
        return value.data
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return type(value)(plain(v) for v in value) if isinstance(value, tuple | list) else value
