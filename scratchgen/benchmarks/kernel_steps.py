"""Time every step from plain loops to the fastest form, of the product and of the recurrence.

    python scratchgen/benchmarks/kernel_steps.py

Rounds are interleaved, the figure is the median. The loops in Python run a smaller case: GFLOP/s do not
depend on the size there. All steps run on one thread but the last, which takes as many as there are cores.
Prints a table.
"""

import os
import statistics
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy loads

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.benchmarks.kernels.cases import normal, recurrence_arguments
from scratchgen_kernels.matmul import steps as product
from scratchgen_kernels.tanh_recurrence import steps as states

ROUNDS = 5


def seconds(call):
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def on_one_thread(name, call):
    """Seconds of a step: the one named for its threads gets all of them."""
    kernels.set_num_threads(len(os.sched_getaffinity(0)) if name == "threads" else 1)
    return seconds(call)


def table(title, flops, calls, small_flops, small):
    """Print GFLOP/s of each step, and how many times faster it is than the one before."""
    taken = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            taken[name].append(on_one_thread(name, call))
    speeds = {"loops in Python": small_flops / min(seconds(small) for _ in range(3)) / 1e9}
    speeds |= {name: flops / statistics.median(times) / 1e9 for name, times in taken.items()}
    print(f"\n{title}\n{'step':<24} {'GFLOP/s':>10} {'× before':>9}")
    before = None
    for name, speed in speeds.items():
        print(f"{name:<24} {speed:>10.4g} {'' if before is None else f'{speed / before:>9.2f}'}")
        before = speed


def main():
    """Time the steps of both roads and print them."""
    N = 1024
    a, b = normal(N, N), normal(N, N)
    a_small, b_small = normal(24, 24), normal(24, 24)
    calls = {step.__name__: lambda step=step: product.run(step, a, b) for step in product.STEPS}
    calls["NumPy's BLAS"] = lambda: np.matmul(a, b)
    table(
        f"matmul {N} × {N} × {N}, float32",
        2 * N**3,
        calls,
        2 * 24**3,
        lambda: kernels.matmul(a_small, b_small, backend="loops"),
    )

    T, B, D, H = 50, 64, 128, 256
    inputs, inputs_small = recurrence_arguments(T, B, D, H)[1:], recurrence_arguments(2, 2, 16, 16)[1:]
    calls = {step.__name__: lambda step=step: states.run(step, *inputs) for step in states.STEPS}
    calls["numpy"] = lambda: kernels.tanh_recurrence(*inputs, backend="numpy")
    table(
        f"tanh_recurrence forward, T={T}, B={B}, D={D}, H={H}, float32",
        2 * T * B * H * (D + H),
        calls,
        2 * 4 * 16 * 32,
        lambda: kernels.tanh_recurrence(*inputs_small, backend="loops"),
    )


if __name__ == "__main__":
    main()
