"""The copying problem, a test of long-term memory: repeat ten symbols after a long delay."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.random import Generator

SYMBOLS, LENGTH = 8, 10
CHARACTERS = "-:abcdefgh"  # as text: the blank, the start signal, and the eight symbols, numbered 0 … 9
BLANK, BEGIN = 0, 1


def copying(n: int, T: int, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """n sequences of ten symbols, T − 1 blanks, the start signal and ten blanks; and the target sequences.

    The target is blank at every step except the last ten, where it is the ten symbols in their order. The symbols
    are independent and uniform among eight.
    → ids, targets (T + 20, n) int64, indices into CHARACTERS.   Raises BadInput for n < 1 or T < 1.
    Source: Hochreiter & Schmidhuber (1997), in the form of Arjovsky, Shah & Bengio (2016), section 4.1.
    """
    if n < 1 or T < 1:
        raise BadInput(f"{n} sequences over {T} steps leave nothing to copy; choose n ≥ 1 and T ≥ 1")
    symbols = rng.integers(2, 2 + SYMBOLS, (LENGTH, n))
    ids = np.full((T + 2 * LENGTH, n), BLANK)
    targets = ids.copy()
    ids[:LENGTH], ids[LENGTH + T - 1], targets[-LENGTH:] = symbols, BEGIN, symbols
    return ids, targets


def baseline(T: int) -> float:
    """10 log 8 / (T + 20): the loss of a model without memory, in nats per step, averaged over all T + 20 steps.

    Such a model predicts the blanks with certainty and guesses the ten symbols.   Ledger: data.copying
    """
    return LENGTH * math.log(SYMBOLS) / (T + 2 * LENGTH)
