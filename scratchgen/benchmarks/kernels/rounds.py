"""Calls that are timed in turn, round by round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import scratchgen_kernels as kernels

ROUNDS = 15
MIN_SECONDS = 0.005  # of one round, so that the resolution of the clock does not matter

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Timing:
    """Seconds: of the first call, in which a JIT compiles; the median of the other calls; each round's."""

    first: float
    median: float
    rounds: tuple[float, ...] = ()


def interleaved(
    calls: Mapping[Name, Callable[[], object]], rounds: int = ROUNDS, min_seconds: float = MIN_SECONDS
) -> dict[Name, Timing]:
    """Time the calls, each once in every round: {name: its Timing}.

    A load that slows the machine down for a while slows all calls down, so that ratios of medians stay valid where
    the seconds do not. The first calls are timed apart. A call shorter than `min_seconds` is repeated within a
    round.
    """
    first = {name: seconds(call) for name, call in calls.items()}
    repeats = {name: max(1, int(min_seconds / seconds(call))) for name, call in calls.items()}
    times: dict[Name, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(seconds(call, repeats[name]))
    return {name: Timing(first[name], statistics.median(times[name]), tuple(times[name])) for name in calls}


def seconds(call: Callable[[], object], repeats: int = 1) -> float:
    """Seconds per call, over `repeats` calls in a row."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return max(time.perf_counter() - start, 1e-9) / repeats


@contextmanager
def num_threads(n: int) -> Iterator[None]:
    """Let the kernels use n threads inside the block; the former number comes back afterwards."""
    before = kernels.get_num_threads()
    kernels.set_num_threads(n)
    try:
        yield
    finally:
        kernels.set_num_threads(before)
