"""Sums over ranks that begin during the backward pass.

A gradient is complete when the backward pass has visited all that its parameter was used for: those of the last layers
long before those of the first. Parameters are grouped into buckets, from the last to the first; as soon as all
gradients of a bucket are complete, its sum over the ranks begins, and it moves on while the rest is computed.

Ranks of one machine copy messages with the processor that computes: there everything is exchanged at the end, in one
bucket (`tutorials/many_machines.md` has both measured).

The tree adds the parts of a rank before those of other ranks, so that only the backward pass of the last part of each
rank overlaps with an exchange. Each number is added as in `tree_sum`, whichever bucket it is in.

Source: Li et al. (2020), PyTorch distributed: experiences on accelerating data parallel training, for the buckets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from scratchgen.optim.halving import Exchanging, Shape, halving_sum
from scratchgen.optim.ranks import Exchange, Numbers, Ranks
from scratchgen.optim.total import Total, added, summed

Complete = Callable[[int, np.ndarray | None], None]
Leaf = Callable[[int, Complete | None], Total | None]
BUCKET = 2**18  # numbers, one megabyte of float32


def overlapped_sum(places: range, leaf: Leaf, ranks: Ranks, shapes: Sequence[Shape]) -> Total:
    """Σ_i leaf(i, …) over the micro-shards of all ranks, on every rank, to the bit of `tree_sum`.

    places    of the micro-shards of this rank; their number, and that of the ranks, is a power of two
    leaf      (place, None) ↦ total, or None for an empty part. With a function instead of None it calls this with
              (place of a gradient, gradient) for each that the loss depends on; the total is then without gradients
    shapes    of the gradients
    """
    before = partial_sums(leaf(i, None) for i in places[:-1])
    buckets = buckets_of(shapes) if ranks.sends_meanwhile else [range(len(shapes))]
    gradients: dict[int, np.ndarray | None] = {}
    flight = InFlight(ranks)

    def complete(k: int, g: np.ndarray | None) -> None:
        gradients[k] = reduce(lambda h, total: added(total.gradients[k], h), before, g)
        for channel, bucket in enumerate(buckets[:-1]):  # the last one has the loss too, which comes later
            if k in bucket and all(i in gradients for i in bucket):
                start(channel, Total(0.0, {}, [], []))
        flight.advance()

    def start(channel: int, rest: Total | None) -> None:
        bucket = buckets[channel]
        own = rest and replace(rest, gradients=[gradients[i] for i in bucket])
        flight.start(channel, halving_sum(own, ranks, [shapes[i] for i in bucket]))

    rest = leaf(places[-1], complete)
    for k in set(range(len(shapes))) - set(gradients):
        complete(k, None)
    without = [replace(total, gradients=[]) for total in before]
    start(len(buckets) - 1, reduce(lambda b, a: summed(a, b), without, rest))
    totals = flight.results()
    whole = [g for channel in reversed(range(len(buckets))) for g in totals[channel].gradients]
    return replace(totals[len(buckets) - 1], gradients=whole)


def partial_sums(leaves: Iterable[Total | None]) -> list[Total]:
    """The sums that wait for the next leaf of a tree, in the order in which they are added to it.

    After 5 leaves: the fifth, and the sum of the first four. Those of empty parts are left out.
    """
    waiting: list[Total | None] = []  # the largest first
    for number, total in enumerate(leaves, start=1):
        while number % 2 == 0:  # with each factor of 2, two sums of equal size become one
            total, number = summed(waiting.pop(), total), number // 2
        waiting.append(total)
    return [total for total in reversed(waiting) if total is not None]


def buckets_of(shapes: Sequence[Shape]) -> list[range]:
    """Neighbouring places, from the last to the first, of at least `BUCKET` numbers each but for the first ones."""
    buckets, stop, numbers = [], len(shapes), 0
    for k in reversed(range(len(shapes))):
        numbers += math.prod(shapes[k])
        if numbers >= BUCKET or k == 0:
            buckets.append(range(k, stop))
            stop, numbers = k, 0
    return buckets


class InFlight:
    """Sums over the ranks that are on their way at once.

    Ranks may begin with them in different orders, but all wait for them in the order of the channels: if each waited
    for the sum with which it began, two ranks could wait for each other for ever.
    """

    def __init__(self, ranks: Ranks):
        self._ranks = ranks
        self._moving: dict[int, tuple[Exchanging, Exchange]] = {}
        self._totals: dict[int, Total] = {}

    def start(self, channel: int, steps: Exchanging) -> None:
        """Begin with a sum, whose channel is the same on all ranks."""
        self._moving[channel] = steps, self._next(channel, next(steps))

    def advance(self) -> None:
        """Move all sums as far as the messages that have arrived allow."""
        for channel in list(self._moving):
            while channel in self._moving and self._moving[channel][1].is_done():
                self._step(channel)

    def results(self) -> dict[int, Total]:
        """Wait for all sums: their totals by channel."""
        while self._moving:
            self._step(min(self._moving))
            self.advance()
        return self._totals

    def _step(self, channel: int) -> None:
        steps, exchange = self._moving[channel]
        try:
            self._moving[channel] = steps, self._next(channel, steps.send(exchange.result()))
        except StopIteration as end:
            del self._moving[channel]
            self._totals[channel] = end.value

    def _next(self, channel: int, message: tuple[Numbers, int]) -> Exchange:
        value, partner = message
        return self._ranks.start_exchange(value, partner, channel + 1)  # channel 0 is for other messages
