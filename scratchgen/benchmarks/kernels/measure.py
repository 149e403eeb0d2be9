"""A case on every backend, as rows of a table."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import scratchgen_kernels as kernels
from scratchgen.benchmarks.kernels.cases import Case, largest
from scratchgen.benchmarks.kernels.rounds import Timing, interleaved
from scratchgen_kernels.registry import MODULES
from scratchgen_kernels.threads import cores

THREADED = "numba", "cython"


@dataclass(frozen=True)
class Row:
    """One computation at one size on one backend, or by somebody else.

    first, median    seconds of the first call and the median of the others
    scaled           they are the small twin's, times the ratio of the work
    over_loops, over_numpy, over_one_thread    how many times faster: ratios of medians of one run
    rate, share      work per second in `unit`, and as a fraction of what this machine was measured to do
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
    calls = {name: case.call(name) for name in backends} | dict(_others(case, peers))
    before = kernels.get_num_threads()
    kernels.set_num_threads(1)
    try:
        timings = interleaved(calls)
    finally:
        kernels.set_num_threads(before)
    if "loops" in timings:
        small = timings["loops"]
        timings["loops"] = Timing(small.first * case.scale, small.median * case.scale)
    return [_row(case, name, 1, timing, timings, peaks) for name, timing in timings.items()]


def _others(case: Case, peers: bool) -> Iterator[tuple[str, object]]:
    for name, build in case.others.items():
        if not peers and name in ("PyTorch", "JAX"):
            continue
        try:
            yield name, build(*case.draw(*case.sizes))
        except ImportError:
            continue


def all_threads(case: Case, backends: list[str], peaks: dict[str, float]) -> list[Row]:
    """Rows of a case on all cores, beside one thread in the same rounds; none where there is one core."""
    threaded = [name for name in THREADED if name in backends]
    if cores() == 1 or not threaded:
        return []

    def on(threads, name):
        call = case.call(name)

        def run():
            kernels.set_num_threads(threads)
            call()

        return run

    before = kernels.get_num_threads()
    try:
        timings = interleaved({(name, n): on(n, name) for name in threaded for n in (1, cores())})
    finally:
        kernels.set_num_threads(before)
    return [
        _row(case, name, cores(), timings[name, cores()], {"one thread": timings[name, 1]}, peaks)
        for name in threaded
    ]


def _row(case: Case, name: str, threads: int, timing: Timing, beside: dict, peaks: dict[str, float]) -> Row:
    def over(other):
        return beside[other].median / timing.median if other in beside else None

    rate = 1e-9 * case.work(*case.sizes) / timing.median
    return Row(
        *(case.name, case.folder, case.size, name, threads, timing.first, timing.median),
        *(name == "loops" and case.scale != 1, rate, case.unit, rate / (threads * peaks[case.unit])),
        *(over("loops"), over("numpy"), over("one thread")),
    )


def rows(cases: list[Case], peers: bool, peaks: dict[str, float]) -> Iterator[list[Row]]:
    """The rows of every case, a list a case; then of the largest cases on all cores."""
    backends = available()
    for case in cases:
        yield one_thread(case, backends, peers, peaks)
    for case in largest(cases):
        yield all_threads(case, backends, peaks)


def orders(found: Iterable[Row]) -> dict[str, list[str]]:
    """For each kernel folder its backends, fastest first by the time of all its cases together.

    The sum, not a mean of ratios: what a user waits for is the large sizes.
    """
    totals: dict[str, dict[str, float]] = {}
    for row in found:
        if row.threads == 1 and row.backend in MODULES:
            of_folder = totals.setdefault(row.folder, {})
            of_folder[row.backend] = of_folder.get(row.backend, 0.0) + row.median
    return {folder: sorted(total, key=total.get) for folder, total in totals.items()}
