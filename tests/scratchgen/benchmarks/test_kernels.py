"""The timing code: turns, medians, ratios, targets. No test here measures how fast anything is."""

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest

from scratchgen.benchmarks.kernels import measure, rounds
from scratchgen.benchmarks.kernels.cases import CASES, Case, largest
from scratchgen.benchmarks.kernels.measure import Row, orders
from scratchgen.benchmarks.kernels.targets import TARGETS, Target
from scratchgen_kernels import get_num_threads


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves only when a call moves it."""
    now = [0.0]
    monkeypatch.setattr(rounds.time, "perf_counter", lambda: now[0])

    def takes(*seconds):
        """A call that takes the given times one after the other, and the last one from then on."""
        left = list(seconds)

        def call():
            now[0] += left.pop(0) if len(left) > 1 else left[0]

        return call

    return takes


def test_the_first_call_is_timed_apart_and_slow_rounds_do_not_move_the_median(clock):
    steady = [9.0, 0.1, *[0.1] * 3, 5.0, 0.1]  # compiles for 9 s; one round is disturbed
    timing = rounds.interleaved({"jit": clock(*steady)}, rounds=5)["jit"]
    assert (timing.first, timing.median) == pytest.approx((9.0, 0.1))


def test_calls_take_turns():
    order = []
    rounds.interleaved({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=2)
    turns = "".join(name for name, _ in groupby(order))
    assert turns == "ab" * 4  # the first calls, the calls that count the repeats, and two rounds


def test_short_calls_are_repeated_until_a_round_can_be_measured(clock):
    calls = []
    short = clock(0.001)

    def counted():
        calls.append(1)
        short()

    timing = rounds.interleaved({"short": counted}, rounds=3)["short"]
    assert len(calls) == 2 + 3 * 5 and timing.median == pytest.approx(0.001)


def row(name="matmul", backend="numpy", median=1.0, size="n=1", **more):
    filled = dict(folder=name, threads=1, first=0.0, scaled=False, rate=1.0, unit="GB/s", share=0.5)
    return Row(**{"name": name, "size": size, "backend": backend, "median": median, **filled, **more})


def test_backends_are_ordered_by_the_sum_over_the_sizes():
    """Not by a mean of ratios: a backend that wins at every small size may lose most of the total time."""
    found = [row(backend="numpy", median=t) for t in (1, 1, 100)]
    found += [row(backend="numba", median=t) for t in (0.1, 0.1, 150)]
    found += [row(backend="PyTorch", median=0.01), row(backend="cython", median=1, threads=2)]
    assert orders(found) == {"matmul": ["numpy", "numba"]}


def test_a_target_compares_two_backends_at_its_sizes():
    target = Target("matmul", "cython", "numpy", 2.0, ("n=1",))
    rows = [row(median=6.0), row(backend="cython", median=2.0), row(backend="cython", size="n=2")]
    assert list(target.measured(rows)) == [("n=1", 3.0)]
    assert list(replace(target, slower="JAX").measured(rows)) == []


def test_a_target_for_threads_reads_the_rows_on_all_cores():
    target = Target("matmul", "cython", "one thread", 1.6)
    rows = [row(backend="cython"), row(backend="cython", threads=2, over_one_thread=1.9)]
    assert list(target.measured(rows)) == [("n=1", 1.9)]


def test_every_target_names_a_computation_that_is_timed():
    assert {target.name for target in TARGETS} <= {case.name for case in CASES}


@pytest.fixture
def doubling():
    """A case whose backends only record that they ran."""
    ran = []

    def run(backend, x):
        ran.append((backend, len(x), get_num_threads()))

    return ran, Case(
        "doubling",
        *("doubling", "n", (100,), (10,), run),
        draw=lambda n: (np.zeros(n),),
        work=lambda n: 8 * n,
        unit="GB/s",
        peers={"PyTorch": lambda x: lambda: ran.append(("PyTorch", len(x), 1)), "JAX": _not_installed},
    )


def _not_installed(x):
    raise ImportError


PEAKS = {"GB/s": 10.0}


def test_loops_run_the_small_twin_and_their_time_is_scaled_by_the_work(doubling, monkeypatch):
    ran, case = doubling
    two_seconds_each = lambda calls: {k: rounds.Timing(3.0, call() or 2.0) for k, call in calls.items()}
    monkeypatch.setattr(measure, "interleaved", two_seconds_each)
    loops, numpy = measure.one_thread(case, ["loops", "numpy"], False, PEAKS)
    assert ran == [("loops", 10, 1), ("numpy", 100, 1)]
    assert (loops.median, loops.scaled, numpy.median, numpy.scaled) == (20.0, True, 2.0, False)
    assert numpy.over_loops == 10 and loops.over_numpy == 0.1
    assert numpy.rate == pytest.approx(800e-9 / 2) and numpy.share == pytest.approx(numpy.rate / 10)


def test_peers_run_only_on_request_and_where_installed(doubling):
    _, case = doubling
    assert [r.backend for r in measure.one_thread(case, ["numpy"], True, PEAKS)] == ["numpy", "PyTorch"]
    assert [r.backend for r in measure.one_thread(case, ["numpy"], False, PEAKS)] == ["numpy"]


def test_the_number_of_threads_is_restored(doubling):
    before = get_num_threads()
    measure.one_thread(doubling[1], ["numpy"], False, PEAKS)
    measure.all_threads(doubling[1], ["numba"], PEAKS)
    assert get_num_threads() == before


def test_the_largest_case_of_each_computation_has_the_most_elements():
    found = {case.name: case.sizes for case in largest(CASES)}
    assert found["matmul"] == (1024, 1024, 1024) and set(found) == {case.name for case in CASES}
