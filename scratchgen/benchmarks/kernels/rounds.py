"""Calls timed in turn."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROUNDS = 15
LEAST_TIME = 0.005  # seconds that a round should last, so that the clock's own steps do not matter


@dataclass(frozen=True)
class Timing:
    """Seconds: of the first call, in which a JIT compiles, the median of the others, and each round's."""

    first: float
    median: float
    rounds: tuple[float, ...] = ()


def interleaved(
    calls: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, least_time: float = LEAST_TIME
) -> dict[str, Timing]:
    """Time the calls, each once in every round: {name: its Timing}.

    What slows the machine down for a while slows all of them, so that ratios of medians hold where the
    seconds themselves do not. The first calls are timed apart. A call shorter than
    `least_time` is repeated within a round.
    """
    first = {name: seconds(call) for name, call in calls.items()}
    repeats = {name: max(1, int(least_time / seconds(call))) for name, call in calls.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(seconds(call, repeats[name]))
    return {name: Timing(first[name], statistics.median(times[name]), tuple(times[name])) for name in calls}


def seconds(call: Callable[[], object], repeats: int = 1) -> float:
    """Seconds for one call, over `repeats` calls in a row."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return max(time.perf_counter() - start, 1e-9) / repeats
