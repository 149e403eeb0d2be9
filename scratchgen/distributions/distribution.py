"""The base class of all distributions: aligned parameters, the shape of several samples, refusals."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import Any

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.errors import BadInput, described
from scratchgen.random import Generator, as_generator

__all__ = [
    "Distribution",
    "Shape",
    "aligned",
    "check_parameter",
    "check_positive",
    "check_support",
    "kind_of",
    "stream_and_shape",
]

Shape = int | tuple[int, ...]  # of several independent samples: (), n or (n, m)


class Distribution:
    """A distribution whose attributes are its parameters.

    event_ndim    axes of one value x: 1 where the last axis holds independent dimensions, 0 for a class
    """

    event_ndim: int = 1

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape of log_prob: that of the parameters without their last axis, (...)."""
        return np.shape(next(iter(vars(self).values())))[:-1]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={brief(p)}' for name, p in vars(self).items())})"


def aligned(**parameters: Array) -> list[Array]:
    """The parameters with their common shape (..., D), and numbers in the dtype of the arrays.

    Raises ValueError for shapes that do not broadcast.
    """
    shapes = {name: np.shape(p) for name, p in parameters.items()}
    dtypes: list[Any] = [p if isinstance(p, Number) else _dtype_of(p) for p in parameters.values()]
    dtype = np.result_type(*dtypes, np.float32)
    try:
        full = np.broadcast_shapes((1,), *shapes.values())
    except ValueError:
        found = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"the parameters have shapes that do not broadcast: {found}") from None
    arrays = [
        p if _dtype_of(p).kind == "f" and hasattr(p, "shape") else np.asarray(p, dtype)
        for p in parameters.values()
    ]
    return [a if a.shape == full else np.broadcast_to(a, full) for a in arrays]


def _dtype_of(parameter: Array) -> np.dtype:
    return parameter.dtype if hasattr(parameter, "dtype") else np.asarray(parameter).dtype


def stream_and_shape(
    rng: Generator | None, shape: Shape, of_one: tuple[int, ...]
) -> tuple[Generator, tuple[int, ...]]:
    """The stream to draw from, and the shape of all samples, where one has the shape `of_one`.

    Raises TypeError for an rng that is no Generator of ours, BadInput for a shape that is none.
    """
    if isinstance(rng, tuple):  # PyTorch's sample((n,))
        raise TypeError(f"rng is a tuple, not a Generator; several samples are sample(shape={rng})")
    sides: Any = (shape,) if isinstance(shape, int | np.integer) else shape
    is_shape = isinstance(sides, tuple | list) and all(
        isinstance(n, int | np.integer) and not isinstance(n, bool) and n >= 0 for n in sides
    )
    if not is_shape:
        found = shape if isinstance(shape, tuple | list) else described(shape)
        raise BadInput(f"shape must be a number of samples or a tuple of such numbers, not {found}")
    return as_generator(rng), (*(int(n) for n in sides), *of_one)


def check_parameter(condition: str, holds: Callable[[np.ndarray], Any], **parameter: Array) -> None:
    """Raise BadInput unless `holds` is true of every element; the message has the name and the condition."""
    ((name, value),) = parameter.items()
    x = np.asarray(to_numpy(value))
    wrong = ~np.asarray(holds(x), bool) if x.dtype.kind in "iuf" else np.ones(x.shape, bool)
    if np.any(wrong):
        raise BadInput(f"{name} must be {condition}, not {x[wrong].flat[0]}")


def check_positive(**parameter: Array) -> None:
    """Raise BadInput unless every element of the parameter is a finite number above 0."""
    check_parameter("a finite number above 0", lambda x: (x > 0) & (x < np.inf), **parameter)


def check_support(kind: str, support: str, holds: Callable[[np.ndarray], Any], x: Array) -> None:
    """Raise BadInput unless `holds` is true of all data; the message says what the distribution is over."""
    data = np.asarray(to_numpy(x))
    wrong = ~np.asarray(holds(data), bool)
    if np.any(wrong):
        raise BadInput(
            f"a {kind} is over {support}, and these data hold {data[wrong].flat[0]}; check or scale them"
        )


def kind_of(other: Any, kind: type) -> Any:
    """The other distribution of a divergence.   Raises TypeError unless it is of the same kind."""
    if not isinstance(other, kind):
        raise TypeError(f"kl is the divergence from another {kind.__name__}, not from {described(other)}")
    return other
