"""The copying problem: ten symbols to be written down again after a long silence."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.random import Generator

SYMBOLS, LENGTH = 8, 10
CHARACTERS = "-:abcdefgh"  # as text: the blank, the sign to begin, and the eight symbols, numbered 0 … 9
BLANK, BEGIN = 0, 1


def copying(n: int, T: int, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """n sequences: ten symbols, T − 1 blanks, the sign to begin, ten blanks; and what is to be answered.

    The answer is a blank at every step but the last ten, where it is the ten symbols in their order. They are
    independent and uniform among eight.
    → ids, targets (T + 20, n) int64, numbers of CHARACTERS.   Raises BadInput for n < 1 or T < 1.
    Source: Hochreiter & Schmidhuber (1997), in the form of Arjovsky, Shah & Bengio (2016), section 4.1.
    """
    if n < 1 or T < 1:
        raise BadInput(f"{n} sequences over {T} steps leave nothing to copy; ask for at least 1 of 1 step")
    symbols = rng.integers(2, 2 + SYMBOLS, (LENGTH, n))
    ids = np.full((T + 2 * LENGTH, n), BLANK)
    targets = ids.copy()
    ids[:LENGTH], ids[LENGTH + T - 1], targets[-LENGTH:] = symbols, BEGIN, symbols
    return ids, targets


def baseline(T: int) -> float:
    """10 log 8 / (T + 20): the loss without a memory, in nats a step, the mean over all T + 20.

    Blanks are then known for certain, and of the ten symbols nothing is.   Ledger: data.copying
    """
    return LENGTH * math.log(SYMBOLS) / (T + 2 * LENGTH)
