"""The adding problem, a test of long-term memory: add two marked numbers of a long sequence."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.random import Generator

BASELINE = 1 / 6  # variance of the sum of two uniform numbers: the error of the constant answer 1


def adding(n: int, T: int, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """n sequences of T steps, and for each the sum of its two marked numbers.

    x_t = (a number from U(0, 1), a mark 0 or 1); one mark is in the first half, the other in the second half.
    → x (T, n, 2), y (n, 1), float32.   Raises BadInput for n < 1 or T < 2.
    Source: Hochreiter & Schmidhuber (1997), experiment 4, in the form of Le et al. (2015), section 4.1.
    """
    if n < 1 or T < 2:
        raise BadInput(f"{n} sequences of {T} steps leave nothing to add; choose n ≥ 1 and T ≥ 2")
    numbers, marks = rng.random((T, n)), np.zeros((T, n), np.float32)
    half, columns = T // 2, np.arange(n)
    marks[rng.integers(0, half, n), columns] = 1
    marks[rng.integers(half, T, n), columns] = 1
    return np.stack([numbers, marks], axis=-1), (numbers * marks).sum(axis=0)[:, None]
