"""The table of derivative rules, and how a call is recorded.

A primitive is a function of arrays that is one node of the graph. Its row in the table has a rule for each
argument: given g = ∂L/∂y, the output y and the inputs, it returns ∂L/∂input. Rules are written in NumPy and
keep no state, so a rule that is called with tensors is itself recorded, and can be differentiated again.
"""

from __future__ import annotations

import functools
import inspect
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MethodType
from typing import Any, overload

import numpy as np

from scratchgen.autograd import error_messages
from scratchgen.autograd.arguments import PLAIN, plain_array
from scratchgen.autograd.guard import IMMUTABLE, guards_of, own
from scratchgen.autograd.mode import WATCHERS, mode
from scratchgen.autograd.tensor import Tensor, next_serial

__all__ = [
    "Primitive",
    "allow_complex",
    "call",
    "constant",
    "defvjp",
    "defvjp_joint",
    "defvjp_template",
    "mark_nondifferentiable",
    "primitive",
    "row",
    "to_numpy",
]

Rule = Callable[..., Any]

TABLE: dict[Callable, Primitive] = {}  # NumPy function → its row
CONSTANT: set[Callable] = set()  # functions whose result is a plain array even of recorded tensors
NONDIFFERENTIABLE: dict[Callable, str] = {}  # functions without a useful derivative → the way out
COMPOSED: dict[Callable, Callable] = {}  # functions of several results → how each is composed of others
PRIMITIVES: list[Primitive] = []  # every row, including those of scratchgen's own functions


class Primitive:
    """A row of the table: a function of arrays and the derivative rule of each argument.

    It has the name, the docstring and the signature of the function, so that help() shows the function's.

    rules       rules[i](g, y, *inputs, **options) -> ∂L/∂input of argument i, or None
    joint       instead of `rules`: one rule that returns the cotangents of all arguments at once, for
                functions whose derivatives share their work
    broadcasts  rules may leave the shape of y: the sweep sums over the uses of an element (`sum_to_shape`)
    first_order_only    why the rules can be differentiated only once; they then run on plain arrays.
                "" if they can be differentiated any number of times
    saves       the function returns (y, saved), and its rules receive `saved` after the inputs
    arrays      how many of the positional arguments are arrays, with a rule each
    arity       how many positional arguments the rules understand
    options     the names of the other arguments that they understand
    complex     its rules are right for complex numbers too; the rules of other primitives refuse them
    template    its calls are templates: the inputs are the tensors of a call, at any place
    known       the names of the arguments that the rule of a template understands; None for all of NumPy's
    check       a function of these arguments that refuses values which the rule does not understand
    """

    __name__: str
    function: Callable[..., Any]
    name: str
    rules: Mapping[int, Rule | None] | Sequence[Rule | None]

    def __init__(self, function: Callable, saves: bool = False):
        self.function = function
        self.name = function.__name__
        self.rules = defaultdict(lambda: None)
        self.joint: Callable | None = None
        self.broadcasts = isinstance(function, np.ufunc) and function.signature is None
        self.first_order_only = "its rule uses what the forward pass has saved" if saves else ""
        self.saves = saves
        self.arrays = 0
        self.arity: float = math.inf
        self.options: frozenset[str] = frozenset()
        self.complex = False
        self.template = False
        self.known: frozenset[str] | None = None
        self.check: Callable | None = None
        # functools.update_wrapper would touch __dict__, and every later look at a field would be slower
        for attribute in functools.WRAPPER_ASSIGNMENTS:
            if hasattr(function, attribute):
                setattr(self, attribute, getattr(function, attribute))
        self.__wrapped__ = function

    @overload
    def __call__(self, x: Tensor, /, *args: Any, **options: Any) -> Tensor: ...
    @overload
    def __call__(self, *args: Any, **options: Any) -> Any: ...
    def __call__(self, *args, **options):
        return call(self, args, options)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """Bind to an instance as a function does; pydoc takes an object with this method for a routine."""
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


@overload
def primitive(function: Callable) -> Primitive: ...
@overload
def primitive(*, saves: bool = False) -> Callable[[Callable], Primitive]: ...
def primitive(function=None, *, saves=False):
    """Decorator: make a function of arrays one node of the graph. Give its rules with `defvjp`.

    saves    the function returns (y, saved). Callers get y; the rules get `saved` as well, after the inputs
             (the gates of a cell, for example, which would be expensive to compute again). Such a function
             can be differentiated once.
    """
    if function is None:
        return functools.partial(_new_primitive, saves=saves)
    return _new_primitive(function, saves)


def _new_primitive(function: Callable, saves: bool = False) -> Primitive:
    PRIMITIVES.append(Primitive(function, saves))
    return PRIMITIVES[-1]


def row(function: Callable) -> Primitive:
    """Return the row of a NumPy function or a primitive; a new function gets an empty row."""
    if isinstance(function, Primitive):
        return function
    if function not in TABLE:
        TABLE[function] = _new_primitive(function)
    return TABLE[function]


def defvjp(function: Callable, *rules: Rule | None, broadcasts: bool | None = None) -> None:
    """Enter the derivative rules of a function in the table, one per positional argument.

    defvjp(np.tanh, lambda g, y, x: g * (1 - y * y))

    broadcasts    whether the arguments are broadcast against one another (default: True for a ufunc, else
                  False); then a rule need not sum over the elements that were repeated
    """
    entry = row(function)
    if broadcasts is not None:
        entry.broadcasts = broadcasts
    for rule in filter(None, rules):
        parameters = list(inspect.signature(rule).parameters.values())
        entry.options = frozenset(p.name for p in parameters[len("gy") + len(rules) + entry.saves :])
        entry.arity = sum(p.kind is not p.KEYWORD_ONLY for p in parameters) - len("gy") - entry.saves
    entry.arrays = len(rules)
    entry.rules = rules + (None,) * (int(entry.arity) - len(rules))


def defvjp_joint(
    function: Callable, rule: Rule, first_order_only: str = "its derivative is compiled code"
) -> None:
    """Enter one rule `rule(g, y, *inputs) -> (∂L/∂input, ...)` for all arguments of a fused function.

    first_order_only    why it can be differentiated only once; "" if the rule is NumPy and can be
                        differentiated any number of times
    """
    entry = row(function)
    entry.joint = rule
    entry.arrays = len(inspect.signature(rule).parameters) - len("gy") - entry.saves
    entry.first_order_only = entry.first_order_only or first_order_only


def defvjp_template(
    function: Callable, rule: Rule, known: Iterable[str] | None = None, check: Callable | None = None
) -> None:
    """Enter the rule of a NumPy function whose calls become templates (see `templates`).

    rule(g, y, *inputs, call) -> (∂L/∂input, ...): the inputs are the tensors of the call, and `call` is the
    template, so that y = call(*inputs)

    known    the names of the arguments that the rule understands; None for all that NumPy has
    check    check(**arguments) raises TypeError for values of the arguments that the rule does not understand
    """
    entry = TABLE[function] = _new_primitive(lambda *arrays, call: call(*arrays))
    entry.name = function.__name__
    entry.__dict__["__name__"] = function.__name__
    entry.joint = rule
    entry.options = frozenset(["call"])
    entry.template = True
    entry.known = known if known is None else frozenset(known)
    entry.check = check


def allow_complex(*functions: Callable) -> None:
    """Declare that the rules of these functions are right for complex numbers."""
    for function in functions:
        (function if isinstance(function, Primitive) else TABLE[function]).complex = True


def constant(*functions: Callable) -> None:
    """Declare functions that return plain arrays even of recorded tensors: comparisons, shapes."""
    CONSTANT.update(functions)


def mark_nondifferentiable(way_out: str, *functions: Callable) -> None:
    """Declare functions that have no useful derivative; their error message ends with the way out."""
    NONDIFFERENTIABLE.update(dict.fromkeys(functions, way_out))


# --- recording --------------------------------------------------------------------------------------------


LIBRARY_FILES = frozenset(map(str, Path(__file__).parent.rglob("*.py")))  # these files are never the caller
new, getframe, ndarray = object.__new__, sys._getframe, np.ndarray  # local names: `call` is a hot path


def call(entry: Primitive, args: tuple, options: Mapping[str, Any] = Tensor.options) -> Any:
    """Apply a primitive: compute on plain arrays, and record the call if an input requires a gradient.

    Returns a plain array if no argument is a tensor, else a Tensor. Raises TypeError if the result of a recorded
    call has no derivative: whole numbers, or complex ones of a function whose rule is for real numbers.
    """
    arrays: list[Any] = []
    inputs: list[Any] = []
    exposed: list[Any] = []  # arrays that the caller can write into
    any_tensor = recorded = False
    for a in args:
        if isinstance(a, Tensor):
            any_tensor = True
            x = a.data
            if a.primitive is None:
                exposed.append(x)
            if a.requires_grad:
                recorded = True
            else:
                a = x  # a constant, whatever happens to the tensor later
        elif type(a) is ndarray:
            x = a
            exposed.append(x)
        elif type(a) in PLAIN:
            x = a
        else:
            x = a = plain_array(a, len(arrays) < entry.arrays)
            exposed.append(x)
        arrays.append(x)
        inputs.append(a)
    recorded = recorded and mode.get().recording
    if recorded and (len(args) > entry.arity or (options and not entry.options.issuperset(options))):
        error_messages.unknown_options(entry, args, options)
    try:
        data = entry.function(*arrays, **options) if options else entry.function(*arrays)
    except (ValueError, TypeError, IndexError) as error:
        if any_tensor:
            error_messages.name_the_call(error, entry, arrays)
        raise
    saved = None
    if entry.saves:
        data, saved = data
    if not any_tensor:
        return data

    y = new(Tensor)
    y.serial = next_serial()
    if type(data) is not ndarray or data is arrays[0] or data is arrays[-1]:
        data = np.asarray(data).view()  # a new array object, which can be made read-only
    y.data = data
    if recorded:
        if data.dtype.kind != "f" or not entry.complex:
            error_messages.check_kind(entry, data, arrays)
        y.requires_grad = True
        y.primitive = entry
        y.inputs = inputs
        y.arrays = arrays
        if saved is not None:
            y.saved = saved
        if options:
            y.options = options if IMMUTABLE.issuperset(map(type, options.values())) else own(options)
        if exposed:
            y.guards = guards_of(exposed)
        data.setflags(False)  # write=False; by name it takes three times as long
        frame: Any = getframe(2)
        code = frame.f_code
        while code.co_filename in LIBRARY_FILES:
            frame = frame.f_back
            code = frame.f_code
        y.made_at = code, frame.f_lasti
    for watcher in WATCHERS:
        watcher.value(y, entry, arrays)
    return y


def to_numpy(value: Any) -> Any:
    """Replace tensors by their plain arrays, also within tuples, lists and dictionaries; a named tuple loses its names.

    Any other value is returned unchanged.
    """
    if isinstance(value, Tensor):
        return value.data
    if isinstance(value, dict):
        return {k: to_numpy(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(map(to_numpy, value))
    return list(map(to_numpy, value)) if isinstance(value, list) else value
