"""A wire that is slower than the memory of this machine, emulated between two ranks.

The messages arrive in the other rank's memory as always. They count as received only when the wire would have brought
them: λ after they were sent, plus their bytes over β, one message after another. A rank computes meanwhile.
"""

from __future__ import annotations

import time
from typing import Any

from scratchgen.benchmarks.ranks.cost import Network
from scratchgen.distributed.messages import pack
from scratchgen.optim import Ranks
from scratchgen.optim.ranks import Exchange


def over_wire(ranks: Ranks, network: Network, sends_meanwhile: bool) -> Any:
    """The same ranks, of which there are two, connected by a wire.

    sends_meanwhile    whether sums begin during the backward pass
    """
    return WireRanks(ranks, network, sends_meanwhile)


class WireRanks:
    """Ranks whose exchanges take a wire; the other messages are those of the ranks."""

    def __init__(self, ranks: Ranks, network: Network, sends_meanwhile: bool):
        self._ranks, self._network, self.sends_meanwhile = ranks, network, sends_meanwhile
        self._free = 0.0  # the moment at which the wire has carried all messages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ranks, name)

    def start_exchange(self, value: Any, partner: int, channel: int = 0) -> WireExchange:
        """Begin to exchange values; each direction has its own wire."""
        size = sum(view.nbytes for view in pack(value)[1])
        self._free = max(self._free, time.perf_counter()) + size / self._network.bandwidth
        exchange = self._ranks.start_exchange(value, partner, channel)
        return WireExchange(exchange, self._free + self._network.latency)


class WireExchange:
    """An exchange that is not done before a moment of `time.perf_counter`."""

    def __init__(self, exchange: Exchange, moment: float):
        self._exchange, self._moment = exchange, moment

    def is_done(self) -> bool:
        """Whether both values have arrived."""
        return time.perf_counter() >= self._moment and self._exchange.is_done()

    def result(self) -> Any:
        """The value of the other rank, once both have arrived."""
        while not self.is_done():
            pass
        return self._exchange.result()
