"""Rules of functions that rearrange elements: they select, repeat, join or reorder them, and compute nothing.

Such a function says itself where each element came from: applied to the numbers of the elements instead of
their values, it returns for each place the number of the element there.

    x = [a b c]        np.repeat(x, 2) = [a a b b c c]        of the numbers: [1 1 2 2 3 3]

The derivative of L by an element is the sum of the cotangents of all places that have its number. The number 0
stands for a place that no element of a tensor came to, such as the zeros of np.tril.
"""

from functools import partial

import numpy as np

from scratchgen.autograd.arguments import signature_of
from scratchgen.autograd.primitives import defvjp, defvjp_template, primitive, to_numpy
from scratchgen.autograd.templates import Slot, Template, filled

__all__ = ["rearrangement", "sum_by_number"]


@primitive
def sum_by_number(g, numbers, count):
    """y_k = Σ g_j over the places j with number k, for k = 1 … count.   g and numbers are of one shape."""
    if g.dtype.kind == "c":
        return sum_by_number.function(g.real, numbers, count) + 1j * sum_by_number.function(
            g.imag, numbers, count
        )
    numbers = numbers.astype(np.intp, copy=False)  # bincount takes no int64 where a place has 32 bits
    return np.bincount(numbers.ravel(), g.ravel(), count + 1)[1:].astype(g.dtype)


def _read_by_number(g, y, x, numbers, count):
    return np.concatenate([np.zeros(1, g.dtype), g])[numbers]


defvjp(sum_by_number, _read_by_number)


def rearrangement(function, *arrays, check=None):
    """Enter the rule of a NumPy function that rearranges elements.

    arrays    the names of the parameters whose elements appear in the result (default: the first parameter)
    check     a function of the arguments by name, which refuses a call that computes
    """
    names = arrays or (next(iter(signature_of(function).parameters)),)
    defvjp_template(function, partial(_return_to_origin, names), check=check)


def _return_to_origin(names, g, y, *inputs, call):
    sizes = [x.size for x in inputs]
    ends = np.cumsum(sizes)
    numbers = _origins(names, inputs, ends, call)
    found = sum_by_number(g, numbers, int(ends[-1]))
    return [np.reshape(found[e - n : e], x.shape) for e, n, x in zip(ends, sizes, inputs, strict=True)]


def _origins(names, inputs, ends, call):
    """The number of the element at each place of the result."""
    numbered = [np.arange(e - x.size, e).reshape(x.shape) + 1 for e, x in zip(ends, inputs, strict=True)]
    values = to_numpy(list(inputs))
    arguments = {
        name: _without_values(value) if name in names else filled(value, values)
        for name, value in call.arguments.items()
        if name not in ("dtype", "casting")
    }
    return np.asarray(Template(call.function, arguments)(*numbered)).astype(np.intp)


def _without_values(value):
    """The number 0 for each constant."""
    if type(value) is Slot:
        return value
    if type(value) in (list, tuple):
        return type(value)(map(_without_values, value))
    return np.zeros(np.shape(value), np.intp)


for joined, name in {np.hstack: "tup", np.vstack: "tup", np.dstack: "tup", np.column_stack: "tup"}.items():
    rearrangement(joined, name)
rearrangement(np.block, "arrays")
rearrangement(np.append, "arr", "values")
rearrangement(np.insert, "arr", "values")
rearrangement(np.select, "choicelist", "default")
rearrangement(np.choose, "choices")
rearrangement(np.extract, "arr")
rearrangement(np.compress, "a")
rearrangement(np.full_like, "fill_value")
for function in (
    *(
        np.copy,
        np.delete,
        np.flip,
        np.fliplr,
        np.flipud,
        np.repeat,
        np.resize,
        np.rollaxis,
        np.rot90,
        np.tile,
    ),
    *(np.take, np.take_along_axis, np.diag, np.diagflat, np.diagonal, np.linalg.diagonal, np.tril, np.triu),
):
    rearrangement(function)

# --- joining, without the detour over numbers: models do this in each step -----------------------------------


def _joined(of_parts):
    """The rule of a function that joins arrays, when these are the elements of a list."""

    def rule(g, y, *inputs, call):
        parts = call.arguments["arrays"]
        if type(parts) is Slot or any(type(part) in (list, tuple) for part in parts):
            return _return_to_origin(("arrays",), g, y, *inputs, call=call)
        return of_parts(g, inputs, parts, call.arguments.get("axis", 0))

    return rule


def _stretches(g, inputs, parts, axis):
    """The cotangent of each part of np.concatenate is the stretch of g at the place of that part."""
    before = () if axis is None else (slice(None),) * (axis % g.ndim)
    found, start = [], 0
    for part in parts:
        x = inputs[part] if type(part) is Slot else part
        n = np.size(x) if axis is None else np.shape(x)[axis]
        if type(part) is Slot:
            found.append(np.reshape(g[(*before, slice(start, start + n))], x.shape))
        start += n
    return found


def _slices(g, inputs, parts, axis):
    """The cotangent of each part of np.stack is the slice of g at its place along the new axis."""
    before = (slice(None),) * (axis % g.ndim)
    return [g[(*before, i)] for i, part in enumerate(parts) if type(part) is Slot]


defvjp_template(np.concatenate, _joined(_stretches))
defvjp_template(np.stack, _joined(_slices))

# --- padding ------------------------------------------------------------------------------------------------

REARRANGING_MODES = ("constant", "edge", "reflect", "symmetric", "wrap")


def _refuse_computing_modes(mode="constant", reflect_type="even", **_):
    if mode not in REARRANGING_MODES or reflect_type != "even":
        raise TypeError(
            f"np.pad is differentiable in the modes {', '.join(REARRANGING_MODES)}, with reflect_type 'even'; "
            f"not with {mode if mode not in REARRANGING_MODES else reflect_type}"
        )


rearrangement(np.pad, "array", "constant_values", check=_refuse_computing_modes)
