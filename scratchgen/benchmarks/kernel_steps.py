"""Time every step from plain loops to the fastest form, of the matrix product and of the tanh recurrence.

    python -m scratchgen.benchmarks.kernel_steps

Rounds are interleaved, the figure is the median. The loops in Python run a smaller case: their GFLOP/s do not depend
on the size. All steps run on one thread but the last, `threads`, which uses one thread per core. Prints two tables.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy loads

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.benchmarks.kernels.cases import normal, recurrence_arguments
from scratchgen.benchmarks.kernels.rounds import interleaved, num_threads
from scratchgen_kernels.installation import how_to_build
from scratchgen_kernels.threads import cores

ROUNDS = 5
PYTHON_LOOPS = "loops in Python"


def with_threads(name: str, call: Callable[[], object]) -> Callable[[], object]:
    """The call of a step on one thread, or on all cores for the step `threads`."""

    def run() -> None:
        kernels.set_num_threads(cores() if name == "threads" else 1)
        call()

    return run


def print_table(title: str, calls: Mapping[str, tuple[Callable[[], object], int]]) -> None:
    """Print the GFLOP/s of each step, and its speed-up over the step before.   calls: {name: (call, operations)}"""
    with num_threads(1):
        timings = interleaved({name: with_threads(name, call) for name, (call, _) in calls.items()}, ROUNDS)
    print(f"\n{title}\n{'step':<24} {'GFLOP/s':>10} {'× before':>9}")
    before: float | None = None
    for name, (_, operations) in calls.items():
        speed = 1e-9 * operations / timings[name].median
        print(f"{name:<24} {speed:>10.4g} {'' if before is None else f'{speed / before:>9.2f}'}")
        before = speed


def main() -> None:
    """Time the steps of both kernels and print them."""
    try:
        from scratchgen_kernels.matmul import steps as product_steps  # type: ignore[attr-defined]  # compiled
        from scratchgen_kernels.tanh_recurrence import steps as recurrence_steps  # type: ignore[attr-defined]
    except ImportError:
        raise SystemExit(f"the steps are compiled code, which is not installed: {how_to_build()}") from None
    N, small = 1024, 24
    a, b, a_small, b_small = normal(N, N), normal(N, N), normal(small, small), normal(small, small)
    print_table(
        f"matmul {N} × {N} × {N}, float32",
        {
            PYTHON_LOOPS: (lambda: kernels.matmul(a_small, b_small, backend="loops"), 2 * small**3),
            **{
                step.__name__: (partial(product_steps.run, step, a, b), 2 * N**3)
                for step in product_steps.STEPS
            },
            "NumPy's BLAS": (lambda: np.matmul(a, b), 2 * N**3),
        },
    )

    T, B, D, H = 50, 64, 128, 256
    inputs, inputs_small = recurrence_arguments(T, B, D, H)[1:], recurrence_arguments(2, 2, 16, 16)[1:]
    operations = 2 * T * B * H * (D + H)
    print_table(
        f"tanh_recurrence forward, T={T}, B={B}, D={D}, H={H}, float32",
        {
            PYTHON_LOOPS: (
                lambda: kernels.tanh_recurrence(*inputs_small, backend="loops"),
                2 * 4 * 16 * 32,
            ),
            **{
                step.__name__: (partial(recurrence_steps.run, step, *inputs), operations)
                for step in recurrence_steps.STEPS
            },
            "numpy": (lambda: kernels.tanh_recurrence(*inputs, backend="numpy"), operations),
        },
    )


if __name__ == "__main__":
    main()
