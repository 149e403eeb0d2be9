"""How many levels k/(V − 1) the values of data take, which a categorical or a logistic likelihood needs to know."""

from __future__ import annotations

import numpy as np

from scratchgen.data import RowData
from scratchgen.data.stored import chunks
from scratchgen.errors import BadInput

BYTES = 256  # levels of 8 bits
MOST_VALUES = 2**16  # different values of data, of which at most 256 are levels


def levels_for(likelihood: str, rows: RowData) -> int | None:
    """V of a categorical likelihood, by the training data, and of a logistic one; None for others.

    Raises BadInput for data of more levels.
    """
    if likelihood == "logistic":
        return BYTES
    return _levels(rows) if likelihood == "categorical" else None


def _levels(rows: RowData) -> int:
    values = np.zeros(0, np.float32)
    for x in chunks(rows.train):
        values = np.union1d(values, x)
        if len(values) > MOST_VALUES:  # this many values are no levels, and need not be in memory
            raise _no_levels(rows)
    if len(values) == 1 and values[0] not in (0, 1):
        raise BadInput(
            f"{rows.name} holds the value {values[0]:g} alone, which is no level; choose another --likelihood"
        )
    steps = np.diff(values)
    levels = round(1 / steps.min()) + 1 if len(steps) else 2
    if levels > BYTES:
        raise _no_levels(rows)
    return levels


def _no_levels(rows: RowData) -> BadInput:
    return BadInput(f"{rows.name} has no small number of levels; choose --likelihood gaussian")
