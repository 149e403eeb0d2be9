"""A case on every backend, as rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import scratchgen_kernels as kernels
from scratchgen.benchmarks.kernels.cases import Case, largest
from scratchgen.benchmarks.kernels.rounds import Timing, interleaved, num_threads
from scratchgen_kernels.registry import MODULES
from scratchgen_kernels.threads import cores

THREADED_BACKENDS = "numba", "cython"


@dataclass(frozen=True)
class Row:
    """One computation at one size, on one backend or in another library.

    first, median    seconds of the first call, and the median of the other calls
    scaled           the times are those of the small twin, multiplied by the ratio of the work
    over_loops, over_numpy, over_one_thread    the speed-up: ratios of medians of one run
    rate, share      work per second in `unit`, and as a fraction of the measured peak of this machine
    """

    name: str
    folder: str
    size: str
    backend: str
    threads: int
    first: float
    median: float
    scaled: bool
    rate: float
    unit: str
    share: float
    over_loops: float | None = None
    over_numpy: float | None = None
    over_one_thread: float | None = None

    as_dict = asdict


def available() -> list[str]:
    """The backends that every kernel has here."""
    off = {state.backend for state in kernels.backends() if not state.available}
    return [name for name in MODULES if name not in off]


def one_thread(case: Case, backends: list[str], peers: bool, peaks: dict[str, float]) -> list[Row]:
    """Rows of a case on one thread: every backend, and with `peers` PyTorch and JAX where installed."""
    calls = {name: case.call(name) for name in backends} | dict(_peer_calls(case, peers))
    with num_threads(1):
        timings = interleaved(calls)
    if "loops" in timings:
        small = timings["loops"]
        timings["loops"] = Timing(small.first * case.scale, small.median * case.scale)
    return [_row(case, name, 1, timing, timings, peaks) for name, timing in timings.items()]


def _peer_calls(case: Case, peers: bool) -> Iterator[tuple[str, Callable[[], object]]]:
    for name, build in case.peers.items():
        if not peers and name in ("PyTorch", "JAX"):
            continue
        try:
            yield name, build(*case.draw(*case.sizes))
        except ImportError:
            continue


def all_threads(case: Case, backends: list[str], peaks: dict[str, float]) -> list[Row]:
    """Rows of a case on all cores, compared with one thread in the same rounds; none on a single core."""
    threaded = [name for name in THREADED_BACKENDS if name in backends]
    if cores() == 1 or not threaded:
        return []

    def on_threads(n: int, name: str) -> Callable[[], object]:
        call = case.call(name)

        def run() -> None:
            kernels.set_num_threads(n)
            call()

        return run

    with num_threads(1):
        timings = interleaved({(name, n): on_threads(n, name) for name in threaded for n in (1, cores())})
    return [
        _row(case, name, cores(), timings[name, cores()], {"one thread": timings[name, 1]}, peaks)
        for name in threaded
    ]


def _row(
    case: Case,
    name: str,
    threads: int,
    timing: Timing,
    baselines: Mapping[str, Timing],
    peaks: dict[str, float],
) -> Row:
    def over(baseline: str) -> float | None:
        return baselines[baseline].median / timing.median if baseline in baselines else None

    rate = 1e-9 * case.work(*case.sizes) / timing.median
    return Row(
        *(case.name, case.folder, case.size, name, threads, timing.first, timing.median),
        *(name == "loops" and case.scale != 1, rate, case.unit, rate / (threads * peaks[case.unit])),
        *(over("loops"), over("numpy"), over("one thread")),
    )


def rows(cases: list[Case], peers: bool, peaks: dict[str, float]) -> Iterator[list[Row]]:
    """The rows of every case, one list per case; then of the largest cases on all cores."""
    backends = available()
    for case in cases:
        yield one_thread(case, backends, peers, peaks)
    for case in largest(cases):
        yield all_threads(case, backends, peaks)


def orders(found: Iterable[Row]) -> dict[str, list[str]]:
    """For each kernel folder its backends, fastest first by the total time of all its cases.

    The order follows the sum, not a mean of ratios, because the large sizes take the time that a user waits.
    """
    totals: dict[str, dict[str, float]] = {}
    for row in found:
        if row.threads == 1 and row.backend in MODULES:
            total = totals.setdefault(row.folder, {})
            total[row.backend] = total.get(row.backend, 0.0) + row.median
    return {folder: sorted(total, key=total.__getitem__) for folder, total in totals.items()}
