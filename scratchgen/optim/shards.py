"""Micro-shards: the fixed parts of a batch, whose gradients are summed in a fixed order.

Floating-point addition is not associative: (a + b) + c ≠ a + (b + c) in the last bits. A sum whose order follows the
number of processes therefore gives other weights for another number of them. Here the order is part of the training:
a batch is cut into n micro-shards, and their gradients are the leaves of a binary tree that depends on n alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from scratchgen.errors import BadInput, check_counts
from scratchgen.optim.overlap import Leaf, overlapped_sum
from scratchgen.optim.ranks import ALONE, Ranks
from scratchgen.optim.total import Total, summed


@dataclass(frozen=True)
class Part:
    """A micro-shard of a batch.

    arguments    of the objective: the rows of this part, of each array of the batch
    weight       its share of the mean over the batch; the weights of a batch sum to 1
    """

    arguments: tuple[Any, ...]
    weight: float


@dataclass(frozen=True)
class Shards:
    """The number n of micro-shards of every batch, and the ranks that share them: each has n / size neighbours.

    Raises BadInput for n below 1, and where the number of ranks does not divide n.
    """

    n: int = 1
    ranks: Ranks = ALONE

    def __post_init__(self) -> None:
        check_counts(n=self.n)
        if self.n % self.ranks.size:
            raise BadInput(
                f"{self.ranks.size} ranks cannot share {self.n} micro-shards equally; choose --set micro_shards="
                f"{self.ranks.size}, or a multiple"
            )

    @property
    def mine(self) -> range:
        """The places of the micro-shards of this rank."""
        each = self.n // self.ranks.size
        return range(each * self.ranks.rank, each * (self.ranks.rank + 1))

    def own(self, B: int) -> slice:
        """The examples of a batch of B that are in the micro-shards of this rank."""
        return slice(B * self.mine.start // self.n, B * self.mine.stop // self.n)

    def cut(
        self,
        *arrays: Any,
        axes: Sequence[int] | None = None,
        terms: Callable[..., float] | None = None,
    ) -> list[Part]:
        """The n parts of a batch: neighbouring examples, as equal in number as possible.

        arrays    that can be sliced along the axis of the examples; None stays None
        axes      of the examples, one per array (default: the first axis of each)
        terms     part of the arrays ↦ the number of terms in the mean that the objective takes of it (default: its
                  examples)

        A batch of fewer than n examples leaves parts empty: their weight is 0.
        """
        axes = axes or [0] * len(arrays)
        B = int(np.shape(arrays[0])[axes[0]])
        if self.n == 1:
            return [Part(arrays, 1.0)]
        borders = [B * i // self.n for i in range(self.n + 1)]
        pieces = [
            tuple(_rows(array, axis, start, stop) for array, axis in zip(arrays, axes, strict=True))
            for start, stop in pairwise(borders)
        ]
        sizes = np.diff(borders)
        counts = (
            sizes if terms is None else [terms(*p) if b else 0 for p, b in zip(pieces, sizes, strict=True)]
        )
        total = float(np.sum(counts))
        return [Part(piece, float(count) / total) for piece, count in zip(pieces, counts, strict=True)]

    def sum(self, leaf: Leaf, shapes: Sequence[tuple[int, ...]]) -> Total:
        """Σ_i leaf(i) over the micro-shards i, on every rank, by `tree_sum` or, to the same bits, `overlapped_sum`.

        shapes    of the gradients of a leaf
        """
        is_power_of_two = self.n & (self.n - 1) == 0  # then the leaves of each rank form a tree of their own
        if self.ranks.size == 1 or not is_power_of_two:
            return tree_sum(self.n, lambda i: leaf(i, None), self.ranks)
        return overlapped_sum(self.mine, leaf, self.ranks, shapes)

    def joined(self, values: Sequence[np.ndarray], axis: int = 0) -> np.ndarray:
        """The arrays of the parts of this rank and of all other ranks, joined along an axis in the order of the parts.

        values    of the parts of this rank that are not empty
        """
        if self.n == 1:
            return values[0]
        everywhere = self.ranks.gather(list(values))
        return np.concatenate([value for values in everywhere for value in values], axis=axis)


def _rows(array: Any, axis: int, start: int, stop: int) -> Any:
    return None if array is None else array[(slice(None),) * axis + (slice(start, stop),)]


def tree_sum(n: int, leaf: Callable[[int], Any], ranks: Ranks = ALONE) -> Any:
    """Σ_{i<n} leaf(i) by a binary tree, the same additions in the same order on any number of ranks.

        sum(0, j) = leaf(j),     sum(l, j) = sum(l − 1, 2j) + sum(l − 1, 2j + 1)

    leaf    place ↦ value with +, or None for an empty part, which adds nothing. A rank calls it for its own n / size
            leaves, one after the other: it holds at most one value per level
    ranks   whose number divides n. A node belongs to the rank of its first leaf; where its second half belongs to
            another rank, that rank sends it
    → the sum, on every rank.   Ledger: optim.tree_sum
    """
    each = n // ranks.size

    def node(level: int, j: int) -> Any:
        first, last = j << level, min((j + 1) << level, n) - 1
        if not (first // each <= ranks.rank <= last // each):
            return None
        if level == 0:
            return leaf(j)
        middle = (2 * j + 1) << (level - 1)
        left = node(level - 1, 2 * j)
        if middle >= n:
            return left
        right = node(level - 1, 2 * j + 1)
        here, there = first // each, middle // each
        if here == there or ranks.rank not in (here, there):
            return summed(left, right)
        if ranks.rank == here:
            return summed(left, ranks.receive(there))
        ranks.send(right, here)
        return None

    return ranks.broadcast(node((n - 1).bit_length(), 0))


WHOLE = Shards()
