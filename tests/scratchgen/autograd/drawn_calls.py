"""Drawn calls of NumPy functions, valid and invalid, by position and by NumPy's parameter names.

The names are read from the function's own signature, and each name has a pool of values: `axis` draws an axis
that exists, one that does not, None, a pair, the same axis twice. Arrays come in many dresses: lists, tuples, of no
axis, empty, half, big-endian, Fortran order, read-only, masked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchgen.autograd.arguments import signature_of

SHAPES = [(), (0,), (1,), (3,), (2, 3), (3, 3), (3, 1), (2, 3, 3), (2, 0, 3)]
POSITIONAL_ONLY, VARIADIC = ("POSITIONAL_ONLY",), ("VAR_POSITIONAL", "VAR_KEYWORD")


@dataclass
class Call:
    """A call of a function; `tensor` is the place of its tensor: a parameter, and the place within a list."""

    function: Callable
    arguments: dict[str, Any]  # by name, in the order of the signature
    by_position: int  # how many of the first ones are given without their name
    tensor: tuple[str, int | None]

    def values(self, x: Any) -> tuple[list, dict[str, Any]]:
        """The positional and the keyword arguments, with x at the place of the tensor."""
        name, place = self.tensor
        filled = dict(self.arguments)
        if place is None:
            filled[name] = x
        else:
            filled[name] = type(filled[name])(x if i == place else a for i, a in enumerate(filled[name]))
        args, options = [], {}
        for i, (key, value) in enumerate(filled.items()):
            kind = signature_of(self.function).parameters[key].kind.name
            if kind == "VAR_POSITIONAL":
                args.extend(value)
            elif i < self.by_position or kind in POSITIONAL_ONLY:
                args.append(value)
            else:
                options[key] = value
        return args, options

    @property
    def x(self) -> Any:
        name, place = self.tensor
        return self.arguments[name] if place is None else self.arguments[name][place]

    def __call__(self, x: Any) -> Any:
        args, options = self.values(x)
        return self.function(*args, **options)

    def __str__(self) -> str:
        args, options = self.values("<tensor>")
        inside = [_shown(a) for a in args] + [f"{k}={_shown(v)}" for k, v in options.items()]
        return f"{self.function.__name__}({', '.join(inside)}), tensor {_shown(self.x)}"


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{type(value).__name__}{value.shape}{value.dtype.str}"
    return f"[{', '.join(map(_shown, value))}]" if isinstance(value, list) else repr(value)


def drawn_call(function: Callable, rng: np.random.Generator) -> Call | None:
    """A call of the function; None if it takes no array."""
    shape = SHAPES[rng.integers(len(SHAPES))]
    arguments, places = {}, []
    parameters = list(signature_of(function).parameters.values())
    by_position = int(rng.integers(len(parameters) + 1))
    optional = rng.choice([0.0, 0.1, 0.4])
    for i, p in enumerate(parameters):
        required = p.default is p.empty and p.kind.name not in VARIADIC
        wanted = required or rng.random() < optional or p.kind.name == "VAR_POSITIONAL"
        if p.kind.name == "VAR_KEYWORD" or not wanted:
            by_position = min(by_position, i)  # a gap: the later ones need their names
            continue
        if p.kind.name == "KEYWORD_ONLY":
            by_position = min(by_position, i)
        value = _drawn(function, p.name, shape, rng)
        arguments[p.name] = value
        if p.name in ARRAYS:
            places.append((p.name, None))
        elif p.name in SEQUENCES and isinstance(value, list | tuple):
            places += [(p.name, j) for j, a in enumerate(value) if isinstance(a, np.ndarray)]
    names = list(arguments)
    by_position = min(by_position, len(names))
    if not places:
        return None
    tensor = places[rng.integers(len(places))]
    call = Call(function, arguments, by_position, tensor)
    if not (isinstance(call.x, np.ndarray) and call.x.dtype.kind == "f"):
        name, place = tensor
        x = rng.standard_normal(np.shape(call.x) if isinstance(call.x, np.ndarray) else shape)
        arguments[name] = (
            x if place is None else [x if j == place else a for j, a in enumerate(arguments[name])]
        )
    return call


# --- values by the name of the parameter ----------------------------------------------------------------------

ARRAYS = {
    "a",
    "b",
    "x",
    "y",
    "m",
    "v",
    "f",
    "p",
    "arr",
    "ary",
    "array",
    "A",
    "B",
    "x1",
    "x2",
    "z",
    "val",
    "values",
}
ARRAYS |= {
    "weights",
    "fill_value",
    "start",
    "stop",
    "xp",
    "fp",
    "element",
    "test_elements",
    "a1",
    "a2",
    "prototype",
}
ARRAYS |= {"a_min", "a_max", "min", "max", "prepend", "append", "to_begin", "to_end", "default", "condition"}
SEQUENCES = {"arrays", "tup", "choicelist", "choices", "arys", "args", "operands", "keys"}

AXES: list[Any] = [0, -1, 1, None, 2, -3, 5, (0, 1), (0, 0), (-1, 0), (), 1.0, [0], np.int64(0)]
POOLS: dict[str, list[Any]] = {
    "axis": AXES,
    "axes": [None, (1, 0), (0, 1), (0, 0), 1, 0, 2, ([0], [0]), (0, 1, 2), (-1, 0), (5, 0)],
    "axis1": [0, 1, -1, 5],
    "axis2": [1, 0, -2, 7],
    "axisa": [-1, 0, 3],
    "axisb": [-1, 0, 3],
    "axisc": [-1, 0, 3],
    "keepdims": [True, False, 1],
    "ddof": [0, 1, 3, 0.5],
    "bias": [True, False],
    "correction": [1],
    "rowvar": [True, False],
    "n": [None, 0, 1, 2, 3, 5, -1, -2],
    "k": [0, 1, -1, 5, -7],
    "offset": [0, 1, -1, 9],
    "decimals": [0, 2, -1],
    "shift": [1, -2, (1, 2), 0, 1.5],
    "source": [0, -1, (0, 1), 5],
    "destination": [-1, 0, (1, 0), 7],
    "shape": [(3, 2), (-1,), (2, 3, 3), -1, (7,), (3, 3), (2, 2, 3)],
    "new_shape": [(4,), (2, 2), 3, (0,)],
    "reps": [2, (2, 1), (0, 2), (1, 2, 1, 2)],
    "repeats": [2, 0, [1, 0, 2], -1, 1.5],
    "indices": [0, [0, -1], [[0, 1], [1, 0]], 7, [0.5], np.array([0, 1]), np.array([[0, 1, 0]])],
    "obj": [0, [0, 1], slice(0, 1), -9, 1],
    "indices_or_sections": [1, 2, 3, [1], [1, 2], 0, -1],
    "kth": [0, 1, (0, 1), 9],
    "order": ["C", "F", "A", "K", "Q"],
    "mode": [
        "full",
        "same",
        "valid",
        "raise",
        "wrap",
        "clip",
        "edge",
        "reflect",
        "constant",
        "mean",
        "r",
        "nonsense",
    ],
    "pad_width": [1, (1, 2), ((1, 0), (2, 1)), -1, ((0, 1),)],
    "ord": [None, 1, 2, 3, np.inf, -np.inf, "fro", "nuc", 0, -1, "nonsense"],
    "q": [0.5, [0.25, 0.5], 1.5, 0, 50],
    "method": ["linear", "lower", "nonsense"],
    "norm": [None, "ortho", "forward", "backward", "nonsense"],
    "s": [None, (2,), (3, 2), (0,)],
    "num": [5, 1, 0, -1],
    "endpoint": [True, False],
    "retstep": [True, False],
    "dx": [0.5],
    "left": [-1.0, None],
    "right": [2.0, None, True, False],
    "period": [None, 2.0],
    "UPLO": ["L", "U", "X"],
    "upper": [True, False],
    "compute_uv": [True, False],
    "full_matrices": [True, False],
    "hermitian": [False, True],
    "kind": [None, "stable", "quicksort", "introselect", "nonsense"],
    "stable": [None, True],
    "edge_order": [1, 2],
    "deg": [True, False],
    "returned": [False, True],
    "equal_nan": [True],
    "side": ["left", "right"],
    "optimize": [False, True],
    "subok": [True, False],
    "copy": [None, True, False],
    "dtype": [None, np.float64, np.float32, int, "nonsense"],
    "casting": ["same_kind", "unsafe"],
    "initial": [0.0, 1.0],
    "out": [None, np.empty(3), np.empty((2, 3))],
    "nan": [0.0, 1.5],
    "rcond": [None, 1e-9],
    "rtol": [None, 1e-9],
    "atol": [1e-9],
}
MASKS = {"where", "condlist", "condition"}
EINSUMS = ["ij->ji", "i->", "ii->i", "...i->...", "...i->i", "ij,jk->ik", "i,i->", "ij", "k->kk", ",->"]


def _drawn(function: Callable, name: str, shape: tuple, rng: np.random.Generator) -> Any:
    def array(like=shape):
        return _dressed(rng.standard_normal(_similar(like, rng)), rng)

    if name == "operands":
        subscripts = EINSUMS[rng.integers(len(EINSUMS))]
        return (subscripts, *(np.asarray(array()) for _ in range(subscripts.split("->")[0].count(",") + 1)))
    if name in SEQUENCES:
        return [array() for _ in range(rng.integers(1, 4))]
    if name in MASKS:
        mask = rng.random(_similar(shape, rng)) < 0.5
        return [mask, rng.random(shape) < 0.5] if name == "condlist" else mask
    if name == "x" and function is np.interp:
        return rng.uniform(-1, 4, shape)
    if name == "xp":
        return np.array([0.0, 1.0, 2.5])
    if name == "fp":
        return rng.standard_normal(3)
    if name == "choices" or (name == "a" and function is np.choose):
        return rng.integers(0, 2, shape)
    if name == "x2" and function in (np.ldexp, np.ldexp.outer):
        return rng.integers(-2, 3, shape)
    if name == "indices" and function is np.take_along_axis and rng.random() < 0.8:
        return rng.integers(-1, 2, shape)
    if name == "varargs":
        return [(), (0.5,), (np.arange(3.0),), (1.0, 2.0)][rng.integers(4)]
    if name in ARRAYS:
        return array()
    pool = POOLS.get(name, [None])
    return pool[rng.integers(len(pool))]


def _similar(shape: tuple, rng: np.random.Generator) -> tuple:
    """Mostly the shape itself; sometimes one that is broadcast to it, its transpose, or any other."""
    chance = rng.random()
    if chance < 0.6:
        return shape
    if chance < 0.75:
        return tuple(1 if rng.random() < 0.5 else n for n in shape)
    return shape[::-1] if chance < 0.85 else SHAPES[rng.integers(len(SHAPES))]


def _dressed(x: np.ndarray, rng: np.random.Generator) -> Any:
    """The array as people have it."""
    dress = DRESSES[rng.integers(len(DRESSES))] if rng.random() < 0.5 else None
    return x if dress is None else dress(x)


def _read_only(x: np.ndarray) -> np.ndarray:
    x.setflags(write=False)
    return x


DRESSES: list[Callable] = [
    lambda x: x.tolist(),
    lambda x: tuple(x.tolist()) if x.ndim else float(x),
    lambda x: x.astype(np.float16),
    lambda x: x.astype(np.float32),
    lambda x: x.astype(">f8"),
    np.asfortranarray,
    _read_only,
    lambda x: np.ma.masked_array(x, x > 1),
    lambda x: np.asmatrix(x) if x.ndim == 2 else x,
    lambda x: np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x,
]
