"""Target speeds of the kernels, as ratios of medians of one run: seconds are valid on one machine only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scratchgen.benchmarks.kernels.measure import Row

ONE_THREAD = "one thread"


@dataclass(frozen=True)
class Target:
    """The backend `faster` beats `slower` by at least `min_speedup`, at every size that contains one of `sizes`.

    slower    another backend or peer on one thread, or ONE_THREAD: `faster` itself, compared with all cores
    reason    why the target is out of reach where it is missed
    """

    name: str
    faster: str
    slower: str
    min_speedup: float
    sizes: tuple[str, ...] = ("",)
    reason: str = "unexplained"

    @property
    def label(self) -> str:
        """The two sides of the comparison as text."""
        if self.slower == ONE_THREAD:
            return f"{self.faster} on all cores / on one thread"
        return f"{self.faster} / {self.slower}"

    def measured(self, rows: list[Row]) -> Iterator[tuple[str, float]]:
        """(size, speed-up) for every size that was measured on both sides."""
        matching = [row for row in rows if row.name == self.name and any(s in row.size for s in self.sizes)]
        if self.slower == ONE_THREAD:
            for row in matching:
                if row.backend == self.faster and row.over_one_thread:
                    yield row.size, row.over_one_thread
            return
        median = {(row.backend, row.size): row.median for row in matching if row.threads == 1}
        for (backend, size), seconds in median.items():
            if backend == self.faster and (self.slower, size) in median:
                yield size, median[self.slower, size] / seconds


PRODUCT_SIZES = "M=64 ", "M=128 ", "M=256 ", "M=512 ", "M=1,024 "
SMALL_RECURRENCES, LARGE_RECURRENCES = ("H=100", "H=200", "H=128"), ("H=256",)
RECURRENCE = "tanh_recurrence, forward and backward"
LARGE_SAMPLES = "n=100,000", "n=10,000,000"

PRODUCT_BOUND = (
    "most of the time is matrix products, which run at the speed of BLAS on both sides; the rest is "
    "the call of a step, the packing of W_hh and tanh"
)
PEAK_BOUND = "it runs at nine tenths of the measured peak; the rest is tanh and packing"

TARGETS = [
    Target("matmul", "cython", "numpy", 0.90, PRODUCT_SIZES),
    Target("matmul", "numba", "numpy", 0.50, PRODUCT_SIZES),
    Target(RECURRENCE, "cython", "PyTorch", 2.0, SMALL_RECURRENCES),
    Target(RECURRENCE, "cython", "numpy", 1.5, SMALL_RECURRENCES, PRODUCT_BOUND),
    Target(RECURRENCE, "cython", "PyTorch", 1.4, LARGE_RECURRENCES, PEAK_BOUND),
    Target(RECURRENCE, "cython", "JAX", 1.0),
    Target(RECURRENCE, "numba", "numpy", 1.1, reason=PRODUCT_BOUND),
    Target("reparameterize", "cython", "NumPy expression", 5.0, LARGE_SAMPLES),
    Target("reparameterize", "cython", "PyTorch", 3.0, LARGE_SAMPLES),
    Target("reparameterize", "numba", "NumPy expression", 4.0, LARGE_SAMPLES),
    Target("bernoulli_cross_entropy, with gradient", "cython", "numpy", 3.0),
    Target("adam", "cython", "numpy", 3.0),
    Target("matmul", "cython", ONE_THREAD, 1.6),
    Target(RECURRENCE, "cython", ONE_THREAD, 1.6),
    Target("reparameterize", "cython", ONE_THREAD, 1.6),
]
