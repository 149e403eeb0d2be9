"""What every two-sample score needs: sets that can be compared, and their distances in pieces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.evaluation.examples import as_examples, slices

CELLS = 2**20  # distances held at once: 8 MB


def comparable(at_least: int = 1, **sets) -> list[np.ndarray]:
    """Sets of examples as float64 arrays (N, D), with the same D, finite, `at_least` rows each.

    The sets come by name, which the message repeats.   Raises BadInput for any other.
    """
    arrays = {name: np.asarray(as_examples(x), np.float64) for name, x in sets.items()}
    (first, D), *others = ((name, x.shape[1]) for name, x in arrays.items())
    for name, other_D in others:
        if other_D != D:
            raise BadInput(
                f"{first} has {D} numbers an example and {name} has {other_D}; compare sets of the same kind"
            )
    for name, x in arrays.items():
        if len(x) < at_least:
            raise BadInput(f"{name} has {len(x)} examples; this score needs at least {at_least}")
        bad = np.flatnonzero(~np.isfinite(x).all(axis=1))
        if len(bad):
            raise BadInput(
                f"{name} holds NaN or infinite numbers in {len(bad)} of {len(x)} examples, the first in row "
                f"{bad[0]}; mend or drop them"
            )
    return list(arrays.values())


def squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """‖x_i − y_j‖² = ‖x_i‖² − 2 x_i·y_j + ‖y_j‖²:  x (N, D), y (M, D) → (N, M).

    Measured from the mean of y, so that a common offset costs no digits. Rounding is about 1e-15 of the
    largest squared norm, so that an example may be this far from itself.

    Ledger: evaluation.squared_distances
    """
    centre = y.mean(axis=0)
    x, y = x - centre, y - centre
    squares = np.sum(x * x, axis=1)[:, None] + np.sum(y * y, axis=1)
    squares -= 2 * (x @ y.T)
    return np.maximum(squares, 0, out=squares)


def spread(x: np.ndarray, n: int) -> np.ndarray:
    """n of the rows of x at even distances, so that an order in the data (by class, say) does no harm."""
    return x[np.arange(n) * len(x) // n]


def pieces(n: int, columns: int) -> Iterator[slice]:
    """The rows 0 … n−1 in stretches whose matrix of `columns` columns fits in CELLS."""
    return slices(n, CELLS // columns)
