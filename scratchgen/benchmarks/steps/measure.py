"""The steps of a case in every library: checked against one another, then timed in turn."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.benchmarks.kernels.rounds import Timing, interleaved
from scratchgen.benchmarks.steps.start import SEED
from scratchgen.random import Generator

ROUNDS = 25
LEAST_TIME = 0.05  # seconds of each library in a round: several steps, as a loop of training has them
CHECKED = 5  # steps; from then on roundings grow, as training amplifies them
TOLERANCE = 1e-4  # relative, of a loss in float32: sums over some hundred terms, in another order each


@dataclass(frozen=True)
class StepRow:
    """The training step of one case in one library, on one thread.

    first            seconds of the first step, in which a JIT compiles
    median, low, high    of the steps after it: the median and the quartiles of the rounds, in seconds
    over_torch, over_jax    the step of eager PyTorch and of JAX, in steps of this library: the median of the
                     ratios within a round, as its parts met the same machine
    """

    name: str
    size: str
    backend: str
    first: float
    median: float
    low: float
    high: float
    over_torch: float | None = None
    over_jax: float | None = None
    threads: int = 1

    as_dict = asdict


def builders(case, peers: bool) -> dict[str, Callable]:
    """{library: builder of its step}: ours, on NumPy's kernels too, and, with `peers`, the others."""
    found = {"scratchgen": case.ours, "scratchgen, NumPy kernels": partial(_on_numpy, case)}
    if peers:
        found |= {
            "PyTorch": case.torch_,
            "PyTorch, fused Adam": partial(case.torch_, fused=True),
            "torch.compile, fused Adam": partial(case.torch_, fused=True, compiled=True),
            "JAX": case.jax_,
        }
    return found


def _on_numpy(case, noise: Generator | None = None) -> Callable:
    step = case.ours(noise)

    def on_numpy():
        with kernels.use("numpy"):
            return step()

    return on_numpy


def losses(build: Callable, steps: int = CHECKED) -> np.ndarray:
    """The losses of the first steps with the noise that all libraries are given: (steps, losses a step)."""
    step = build(Generator(SEED))
    return np.array([step() for _ in range(steps)])


def rows(case, peers: bool) -> tuple[list[StepRow], dict[str, str]]:
    """The rows of a case, and why a library has none: {library: reason}.

    Raises RuntimeError if a library's losses differ from ours: then it does something else.
    """
    steps, missing, expected = {}, {}, losses(case.ours)
    for library, build in builders(case, peers).items():
        try:
            found = losses(build)
        except Exception as error:  # a compiler of somebody else's may raise anything
            if library.startswith("scratchgen"):
                raise
            missing[library] = f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
            continue
        steps[library] = build()
        if not np.allclose(found, expected, rtol=TOLERANCE, atol=0):
            raise RuntimeError(f"{case.NAME}: the losses of {library}, {found}, are not ours, {expected}")
    before = kernels.get_num_threads()
    kernels.set_num_threads(1)
    try:
        timings = interleaved(steps, ROUNDS, LEAST_TIME)
    finally:
        kernels.set_num_threads(before)
    return list(_rows(case, timings)), missing


def _rows(case, timings: dict) -> Iterator[StepRow]:
    for library, timing in timings.items():
        low, _, high = statistics.quantiles(timing.rounds, n=4)
        over = (_ratio(timings.get(other), timing) for other in ("PyTorch", "JAX"))
        yield StepRow(case.NAME, case.SIZE, library, timing.first, timing.median, low, high, *over)


def _ratio(other: Timing | None, timing: Timing) -> float | None:
    if other is None:
        return None
    return statistics.median(a / b for a, b in zip(other.rounds, timing.rounds, strict=True))
