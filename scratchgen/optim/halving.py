"""The fast form of `tree_sum` for a power of two of ranks: the same additions, shared among all of them.

In `tree_sum` half of the ranks are idle at each level, and whole gradients travel. Here two neighbours exchange halves
of their gradients at each level, and each adds one half; then they exchange the sums on the way back. A rank sends and
receives 2 (N − 1)/N of the size of the gradient, at all levels together. Each element is added in the tree's order.

Source: Rabenseifner (2004), Optimization of collective reduction operations; there the halves begin with the ranks that
are farthest from one another, here with neighbours, as in the tree.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from scratchgen.optim.ranks import Numbers, Ranks
from scratchgen.optim.total import Total, added

Shape = tuple[int, ...]
Exchanging = Generator[
    tuple[Numbers, int], Numbers, Total
]  # yields (value, partner), is sent the partner's value


def halving_sum(own: Total | None, ranks: Ranks, shapes: Sequence[Shape]) -> Exchanging:
    """The sum of the totals of all ranks, on every rank, to the bit of `tree_sum`.

    own       of this rank, whose arrays are taken over; None where its parts are empty
    ranks     a power of two of them
    shapes    of all gradients, also of those that are None

    A generator of the exchanges, so that several sums can be on their way at once (`overlap.InFlight`).
    """
    row = Row(own.gradients if own else [None] * len(shapes), shapes)
    rest = own and replace(own, gradients=[])
    mine, windows = (0, row.size), []
    for level in range((ranks.size - 1).bit_length()):
        partner, middle = ranks.rank ^ (1 << level), sum(mine) // 2
        windows.append(mine)
        mine, other = (mine[0], middle), (middle, mine[1])
        if ranks.rank > partner:
            mine, other = other, mine
        of_partner, half = yield (rest, row.pieces(*other)), partner
        rest = rest + of_partner if rest and of_partner else rest or of_partner
        row.add(*mine, half)
    for level in reversed(range(len(windows))):
        first, last = windows[level]
        other = (mine[1], last) if mine[0] == first else (first, mine[0])
        row.store(*other, (yield row.pieces(*mine), ranks.rank ^ (1 << level)))
        mine = first, last
    assert rest is not None  # a batch has examples
    return replace(rest, gradients=row.arrays())


class Row:
    """Arrays as one row of numbers, of which pieces are read, added and stored in their own memory.

    arrays    None where one is missing: its pieces are None, and add nothing
    shapes    of all of them
    """

    def __init__(self, arrays: Sequence[np.ndarray | None], shapes: Sequence[Shape]):
        self._shapes = shapes
        self._flat = [None if a is None else np.ascontiguousarray(a).reshape(-1) for a in arrays]
        # an empty array has a place too, at which it is known whether it is missing
        self._borders = [0, *accumulate(max(1, math.prod(shape)) for shape in shapes)]
        self.size = self._borders[-1]

    def pieces(self, start: int, stop: int) -> list[np.ndarray | None]:
        """The numbers from start to stop, an array of each array that has some of them."""
        return [None if a is None else a[part] for a, part, _ in self._overlaps(start, stop)]

    def add(self, start: int, stop: int, pieces: Sequence[np.ndarray | None]) -> None:
        """Add pieces of another row to this one's."""
        for (a, part, i), piece in zip(self._overlaps(start, stop), pieces, strict=True):
            if a is not None:
                added(a[part], piece)
            elif piece is not None:
                self._memory(i, piece.dtype)[part] = piece

    def store(self, start: int, stop: int, pieces: Sequence[np.ndarray | None]) -> None:
        """Replace the numbers from start to stop."""
        for (_, part, i), piece in zip(self._overlaps(start, stop), pieces, strict=True):
            if piece is not None:
                self._memory(i, piece.dtype)[part] = piece

    def arrays(self) -> list[np.ndarray | None]:
        """All arrays in their shapes."""
        return [
            None if a is None else a.reshape(shape) for a, shape in zip(self._flat, self._shapes, strict=True)
        ]

    def _memory(self, i: int, dtype: np.dtype) -> np.ndarray:
        if (a := self._flat[i]) is None:
            a = self._flat[i] = np.empty(math.prod(self._shapes[i]), dtype)
        return a

    def _overlaps(self, start: int, stop: int) -> list[tuple[np.ndarray | None, slice, int]]:
        """The arrays that have numbers from start to stop: (array, the slice of it, its place)."""
        found = []
        for i, a in enumerate(self._flat):
            low, high = max(start, self._borders[i]), min(stop, self._borders[i + 1])
            if low < high:
                found.append((a, slice(low - self._borders[i], high - self._borders[i]), i))
        return found
