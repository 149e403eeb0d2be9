"""Comparisons between the ranks of a training: requests to stop, checksums of weights, slow ranks."""

from __future__ import annotations

import platform
import statistics
import time
import zlib
from typing import Any

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.optim import Ranks

SLOW = 1.5  # times the median of the other ranks
LEAST_SECONDS = 1.0  # of an epoch that tells who is slow


def agreed(ranks: Ranks, wish: str | None) -> str | None:
    """The reason to stop of the first rank that has one, on every rank; None if no rank has one."""
    if ranks.size == 1:
        return wish
    return next(filter(None, ranks.gather(wish)), None)


class RankComparison:
    """Compares the ranks of a training at the end of each epoch; with one rank it does nothing.

    note    the share of the last epoch that this rank spent in exchanges, in words
    """

    def __init__(self, ranks: Ranks):
        self._ranks, self.note = ranks, ""
        self._moment = time.perf_counter(), 0.0

    def of_epoch(self, tracked: dict[str, Any]) -> list[str]:
        """Lines that name slow ranks.   tracked: what the training changes, with its "model"

        Raises BadInput, on every rank, if the weights of a rank differ in a bit.
        """
        if self._ranks.size == 1:
            return []
        now = time.perf_counter(), self._ranks.exchange_seconds
        seconds, exchanging = (b - a for a, b in zip(self._moment, now, strict=True))
        self.note = f"  exchange {exchanging / seconds:.0%}"
        found = self._ranks.gather((seconds - exchanging, checksum(tracked), platform.node()))
        self._moment = time.perf_counter(), self._ranks.exchange_seconds
        others = [rank for rank, (_, crc, _) in enumerate(found) if crc != found[0][1]]
        if others:
            raise BadInput(
                f"the weights of rank {others[0]} on {found[others[0]][2]} are not those of rank 0 any more: the "
                "machines compute differently; train on machines of one kind, with the same versions of all libraries"
            )
        return slow_ranks([seconds for seconds, *_ in found], [host for *_, host in found])


def checksum(tracked: dict[str, Any]) -> int:
    """A checksum of the weights of the model."""
    crc = 0
    model = tracked.get("model")
    for value in model.state_dict().values() if model is not None else ():
        crc = zlib.crc32(np.ascontiguousarray(value).data, crc)
    return crc


def slow_ranks(seconds: list[float], hosts: list[str]) -> list[str]:
    """A line for each rank that computes much longer than the others, for which they all wait."""
    lines = []
    for rank, own in enumerate(seconds):
        others = statistics.median(seconds[:rank] + seconds[rank + 1 :])
        if own > max(SLOW * others, LEAST_SECONDS):
            lines.append(
                f"rank {rank} on {hosts[rank]} computed {own:.1f} s in this epoch and the others {others:.1f} s: all "
                "wait for it"
            )
    return lines
