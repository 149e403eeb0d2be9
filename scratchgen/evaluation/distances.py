"""The parts that all two-sample scores share: checked sets of examples, and their distances in slices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput
from scratchgen.evaluation.examples import as_examples, slices

CELLS = 2**20  # distances in memory at once: 8 MB


class Undefined(BadInput):
    """A score that is not defined where examples are equal, such as a kernel whose width would be 0."""


def comparable(at_least: int = 1, **sets: ArrayLike) -> list[np.ndarray]:
    """Sets of examples as float64 arrays (N, D) with the same D, checked: finite, `at_least` rows each.

    The sets are keyword arguments, and messages use their names.   Raises BadInput if a check fails.
    """
    arrays = {name: np.asarray(as_examples(x), np.float64) for name, x in sets.items()}
    (first, D), *others = ((name, x.shape[1]) for name, x in arrays.items())
    for name, other_D in others:
        if other_D != D:
            raise BadInput(
                f"{first} has {D} numbers per example and {name} has {other_D}; compare sets of the same kind"
            )
    for name, x in arrays.items():
        if len(x) < at_least:
            raise BadInput(f"{name} has {len(x)} examples; this score needs at least {at_least}")
        bad = np.flatnonzero(~np.isfinite(x).all(axis=1))
        if len(bad):
            raise BadInput(
                f"{name} holds NaN or infinite numbers in {len(bad)} of {len(x)} examples, the first in row "
                f"{bad[0]}; repair or remove them"
            )
    return list(arrays.values())


def squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """‖x_i − y_j‖² = ‖x_i‖² − 2 x_i·y_j + ‖y_j‖²:  x (N, D), y (M, D) → (N, M).

    The mean of y is subtracted first, so that a common offset costs no precision. The rounding error is about 1e-15 of
    the largest squared norm, so the distance of an example from itself may be this large instead of 0.

    Ledger: evaluation.squared_distances
    """
    centre = y.mean(axis=0)
    x, y = x - centre, y - centre
    squares = np.sum(x * x, axis=1)[:, None] + np.sum(y * y, axis=1)
    squares -= 2 * (x @ y.T)
    return np.maximum(squares, 0, out=squares)


def evenly_spaced(x: np.ndarray, n: int) -> np.ndarray:
    """n evenly spaced rows of x, so that data sorted by class, for example, are represented fairly."""
    return x[np.arange(n) * len(x) // n]


def row_slices(n: int, columns: int) -> Iterator[slice]:
    """Slices of the rows 0 … n−1, each so small that a matrix with `columns` columns has at most CELLS entries."""
    return slices(n, CELLS // columns)
