"""The steps of a case in every library: checked against one another, then timed in turn."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.benchmarks.kernels.rounds import Timing, interleaved, num_threads
from scratchgen.benchmarks.steps.start import SEED, Step
from scratchgen.random import Generator

ROUNDS = 25
MIN_SECONDS = 0.05  # of one library in a round: several steps, as in a training loop
CHECKED_STEPS = 5  # training amplifies rounding errors, so later losses drift apart
TOLERANCE = 1e-4  # relative, of a float32 loss: sums over some hundred terms, each in a different order


@dataclass(frozen=True)
class StepRow:
    """The training step of one case in one library, on one thread.

    first                   seconds of the first step, in which a JIT compiles
    median, low, high       median and quartiles of the other steps, over the rounds, in seconds
    over_torch, over_jax    the time of eager PyTorch and of JAX divided by this one: the median of the ratios
                            within a round, because the calls of one round meet the machine in one state
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


def builders(case, peers: bool) -> dict[str, Callable[..., Step]]:
    """{library: builder of its step}: ours, ours on the NumPy kernels, and with `peers` the other libraries."""
    found = {"scratchgen": case.ours, "scratchgen, NumPy kernels": partial(_on_numpy, case)}
    if peers:
        found |= {
            "PyTorch": case.torch_,
            "PyTorch, fused Adam": partial(case.torch_, fused=True),
            "torch.compile, fused Adam": partial(case.torch_, fused=True, compiled=True),
            "JAX": case.jax_,
        }
    return found


def _on_numpy(case, noise: Generator | None = None) -> Step:
    step = case.ours(noise)

    def on_numpy():
        with kernels.use("numpy"):
            return step()

    return on_numpy


def losses(build: Callable[..., Step], steps: int = CHECKED_STEPS) -> np.ndarray:
    """The losses of the first steps, with the noise that all libraries receive: (steps, losses per step)."""
    step = build(Generator(SEED))
    return np.array([step() for _ in range(steps)])


def rows(case, peers: bool) -> tuple[list[StepRow], dict[str, str]]:
    """The rows of a case, and why a library has none: {library: reason}.

    Raises RuntimeError if a library's losses differ from ours: then it computes a different step.
    """
    steps: dict[str, Step] = {}
    missing, expected = {}, losses(case.ours)
    for library, build in builders(case, peers).items():
        try:
            found = losses(build)
        except Exception as error:  # the compiler of another library may raise anything
            if library.startswith("scratchgen"):
                raise
            missing[library] = f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
            continue
        steps[library] = build()
        if not np.allclose(found, expected, rtol=TOLERANCE, atol=0):
            raise RuntimeError(f"{case.NAME}: the losses of {library}, {found}, are not ours, {expected}")
    with num_threads(1):
        timings = interleaved(steps, ROUNDS, MIN_SECONDS)
    return list(_rows(case, timings)), missing


def _rows(case, timings: Mapping[str, Timing]) -> Iterator[StepRow]:
    for library, timing in timings.items():
        low, _, high = statistics.quantiles(timing.rounds, n=4)
        over_torch, over_jax = (_ratio(timings.get(peer), timing) for peer in ("PyTorch", "JAX"))
        times = timing.first, timing.median, low, high
        yield StepRow(case.NAME, case.SIZE, library, *times, over_torch, over_jax)


def _ratio(peer: Timing | None, timing: Timing) -> float | None:
    if peer is None:
        return None
    return statistics.median(a / b for a, b in zip(peer.rounds, timing.rounds, strict=True))
