"""The cost model of a training on N ranks.

A step on one rank with n micro-shards of B / n examples takes

    T(1) = n p(B / n) + o,     p(b) = fixed + b · per example

with the time o of the optimiser, the clipping and the loop, which each rank spends. On N ranks each has n / N
micro-shards; the gradient of G bytes is summed by `halving_sum` in log₂ N levels and back:

    T(N) = (n / N) p(B / n) + o + Σ_l 2 (λ + G / (2^l β)) + Σ_l G / (2^l γ) + 2 log₂ N λ,     l = 1 … log₂ N

λ is the time of a message, β the bandwidth of the network, γ that of an addition; the last term is the agreement
of all ranks on whether to stop. `step_seconds` computes it level by level, with ranks that are not equally fast:
at each level a rank waits for its partner. Sums that begin during the backward pass, as between several machines
(`optim.overlap`), take less: the model is an upper bound there.
"""

from __future__ import annotations

import math
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

Positive = Annotated[float, Meta(gt=0)]
WIRES = {  # network → seconds and bytes per second of the wire
    "1 Gbit/s Ethernet": (50e-6, 1.25e8),
    "10 Gbit/s Ethernet": (30e-6, 1.25e9),
    "100 Gbit/s InfiniBand": (2e-6, 12.5e9),
}


class Network(msgspec.Struct, frozen=True):
    """How fast ranks exchange messages.

    latency      λ, seconds of an exchange of small messages
    bandwidth    β, bytes per second in each direction
    """

    name: str
    latency: Positive
    bandwidth: Positive


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of a training step for one rank.

    batch                 B, examples of a batch
    fixed, per_example    seconds of a micro-shard, and of each of its examples
    own                   o, seconds of a step that every rank spends
    gradient              G, bytes
    addition              γ, bytes per second of a sum of two gradients in place
    variation                the standard deviation of the time of a micro-shard, as a share of it
    """

    name: str
    batch: int
    fixed: float
    per_example: Positive
    own: Positive
    gradient: int
    addition: Positive
    variation: float

    def part_seconds(self, examples: float) -> float:
        """p(b), the seconds of a micro-shard of b examples."""
        return self.fixed + self.per_example * examples


def step_seconds(
    cost: Cost, network: Network, ranks: int, micro_shards: int, batch: int | None = None, steps: int = 20
) -> float:
    """The mean seconds of a step on so many ranks, a power of two, of `steps` that are simulated.

    batch    examples of a batch (default: those of the training)
    """
    rng = np.random.default_rng(0)
    part = cost.part_seconds((batch or cost.batch) / micro_shards)
    sizes = (steps, ranks, micro_shards // ranks)
    compute = part * np.maximum(rng.normal(1, cost.variation, sizes), 0).sum(axis=2)
    now = compute  # the moment at which each rank is ready, (steps, ranks)
    own_additions = (micro_shards // ranks - 1) * cost.gradient / cost.addition
    now = now + own_additions
    place, levels = np.arange(ranks), int(math.log2(ranks))
    for level in range(levels):
        piece = cost.gradient / 2 ** (level + 1)
        now = np.maximum(now, now[:, place ^ (1 << level)])
        now = now + network.latency + piece / network.bandwidth + piece / cost.addition
    for level in reversed(range(levels)):
        piece = cost.gradient / 2 ** (level + 1)
        now = np.maximum(now, now[:, place ^ (1 << level)]) + network.latency + piece / network.bandwidth
    agreement = 2 * levels * network.latency
    return float(now.max(axis=1).mean()) + agreement + cost.own


def efficiency(
    cost: Cost, network: Network, ranks: int, batch: int | None = None, part: int | None = None
) -> float:
    """T(1) / (N T(N)) with a micro-shard per rank: 1 is ideal.

    part    examples of a micro-shard on one rank; by default the whole batch, which one rank need not cut
    """
    B = batch or cost.batch
    alone = step_seconds(cost, network, 1, B // (part or B), B)
    return alone / (ranks * step_seconds(cost, network, ranks, ranks, B))


def pays_until(cost: Cost, network: Network, batch: int | None = None, most: int = 1024) -> int:
    """The largest number of ranks, a power of two, up to which twice as many ranks make a step shorter by a tenth.

    The micro-shards are as many as the ranks.
    """
    n, now = 1, step_seconds(cost, network, 1, 1, batch)
    while 2 * n <= min(most, batch or cost.batch):
        further = step_seconds(cost, network, 2 * n, 2 * n, batch)
        if further > 0.9 * now:
            break
        n, now = 2 * n, further
    return n
