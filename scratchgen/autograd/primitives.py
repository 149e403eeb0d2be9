"""The table of derivative rules, and how a call is recorded.

A primitive is a function of arrays that is one node of the graph. Its row in the table has a rule for each
argument: given g = ∂L/∂y, the output y and the inputs, it returns ∂L/∂input. Rules are written in NumPy and
keep nothing back, so a rule that is given tensors is itself recorded, and can be differentiated again.
"""

from __future__ import annotations

import inspect
import math
import threading
from collections.abc import Callable
from contextlib import contextmanager

import numpy as np

from scratchgen.autograd.tensor import Tensor

TABLE: dict[Callable, Primitive] = {}  # NumPy function → its row
CONSTANT: set[Callable] = set()  # functions that are flat wherever they are differentiable
SPREAD: dict[Callable, Callable] = {}  # NumPy functions whose arguments are first put in order → how
PRIMITIVES: list[Primitive] = []  # every row, those of our own functions included


class Primitive:
    """A row of the table: a function of arrays and the derivative rule of each argument.

    rule_of    rule_of(i) is the rule(g, y, *inputs, **options) -> ∂L/∂input of argument i, or None
    joint      instead of `rule_of`: one rule that returns the cotangents of all arguments at once, for
               functions whose derivatives share their work. It runs on plain arrays only.
    arity      how many positional arguments the rules understand
    options    the keyword arguments that they understand
    """

    __slots__ = ("__wrapped__", "arity", "function", "joint", "name", "options", "rule_of")

    def __init__(self, function: Callable):
        self.function = function
        self.__wrapped__ = function  # inspect.getsource and help() show the function itself
        self.name = function.__name__
        self.rule_of: Callable[[int], Callable | None] = lambda i: None
        self.joint = None
        self.arity: float = math.inf
        self.options: frozenset[str] = frozenset()

    def __call__(self, *args, **options):
        return call(self, args, options)

    def __repr__(self):
        return f"<primitive {self.name}>"


def primitive(function: Callable) -> Primitive:
    """Decorator: make a function of arrays one node of the graph. Give its rules with `defvjp`."""
    made = Primitive(function)
    PRIMITIVES.append(made)
    return made


def row(function: Callable) -> Primitive:
    """The row of a NumPy function or a primitive, made empty if it is new."""
    if isinstance(function, Primitive):
        return function
    if function not in TABLE:
        TABLE[function] = primitive(function)
    return TABLE[function]


def defvjp(function: Callable, *rules: Callable | None) -> None:
    """Enter the derivative rules of a function, one per positional argument.

    defvjp(np.tanh, lambda g, y, x: g * (1 - y * y))
    """
    entry = row(function)
    entry.rule_of = lambda i: rules[i] if i < len(rules) else None
    for rule in filter(None, rules):
        parameters = inspect.signature(rule).parameters.values()
        entry.options = frozenset(p.name for p in parameters if p.default is not p.empty)
        entry.arity = sum(p.kind is not p.KEYWORD_ONLY for p in parameters) - len("gy")


def defvjp_each(function: Callable, rule_of: Callable[[int], Callable], options: set[str]) -> None:
    """Enter the rules of a function of any number of arrays: rule_of(i) is the rule of the i-th."""
    entry = row(function)
    entry.rule_of = rule_of
    entry.options = frozenset(options)


def defvjp_joint(function: Callable, rule: Callable) -> None:
    """Enter one rule `rule(g, y, *inputs) -> (∂L/∂input, ...)` for all arguments of a fused function.

    Such a rule calls compiled code, so it can be differentiated once.
    """
    row(function).joint = rule


def constant(*functions: Callable) -> None:
    """Declare functions that return plain arrays even of recorded tensors: comparisons, argmax, shapes."""
    CONSTANT.update(functions)


# --- recording --------------------------------------------------------------------------------------------


class _Mode(threading.local):
    recording = True


mode = _Mode()


@contextmanager
def _recording(on: bool):
    before, mode.recording = mode.recording, on
    try:
        yield
    finally:
        mode.recording = before


def no_grad():
    """Within `with no_grad():` nothing is recorded, so nothing can be differentiated."""
    return _recording(False)


def enable_grad():
    """Within `with enable_grad():` calls are recorded, even inside `no_grad`."""
    return _recording(True)


def call(entry: Primitive, args: tuple, options: dict | None = None):
    """Apply a primitive: compute on plain arrays, and record the call if an input requires a gradient.

    Returns a plain array if no argument is a tensor, else a Tensor.
    """
    options = options or {}
    arrays, inputs, any_tensor, recorded = [], [], False, False
    for a in args:
        if isinstance(a, Tensor):
            any_tensor = True
            wanted = a.requires_grad and mode.recording
            recorded = recorded or wanted
            inputs.append(a if wanted else a.data)
            arrays.append(a.data)
        else:
            a = np.asarray(a) if isinstance(a, list) else a
            inputs.append(a)
            arrays.append(a)
    if recorded and (len(args) > entry.arity or not entry.options.issuperset(options)):
        _refuse_options(entry, args, options)
    try:
        data = entry.function(*arrays, **options)
    except (ValueError, TypeError, IndexError) as error:
        if any_tensor:
            error.add_note(f"in {entry.name} of shapes {', '.join(str(np.shape(a)) for a in arrays)}")
        raise
    if recorded:
        return Tensor.made_by(entry, tuple(inputs), options, data)
    return Tensor.holding(data) if any_tensor else data


def call_numpy(function: Callable, args: tuple, options: dict):
    """What a Tensor answers when NumPy asks it for its version of `function`."""
    if function in SPREAD:
        return SPREAD[function](*args, **options)
    entry = TABLE.get(function)
    if entry is not None:
        return call(entry, args, options)
    if function in CONSTANT or not (mode.recording and _any_requires_grad((args, options))):
        return function(*plain(args), **plain(options))
    raise TypeError(
        f"np.{function.__name__} has no derivative rule, and a tensor that requires a gradient was given. "
        f"Add one:\n    from scratchgen.autograd import defvjp\n"
        f"    defvjp(np.{function.__name__}, lambda g, y, x: g * ...)   # g = ∂L/∂y → ∂L/∂x\n"
        "or pass t.detach() if it is meant as a constant"
    )


def _refuse_options(entry: Primitive, args: tuple, options: dict) -> None:
    known = ", ".join(sorted(entry.options)) or "none"
    unknown = sorted(set(options) - entry.options)
    given = ", ".join(unknown) if unknown else f"{len(args)} positional arguments"
    raise TypeError(f"{entry.name} is differentiable with the options {known}; not with {given}")


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
