"""How fast the kernels are built to be, as ratios of medians of one run: seconds hold on one machine only."""

from collections.abc import Iterator
from dataclasses import dataclass

from scratchgen.benchmarks.kernels.measure import Row


@dataclass(frozen=True)
class Target:
    """`faster` takes at most 1/least of the time of `slower`, at the sizes that hold one of `sizes`.

    slower    another backend or peer on one thread, or "one thread": `faster` itself, against all cores
    why       what stands in the way where the target is missed
    """

    name: str
    faster: str
    slower: str
    least: float
    sizes: tuple[str, ...] = ("",)
    why: str = ""

    @property
    def words(self) -> str:
        """What is compared with what."""
        if self.slower == "one thread":
            return f"{self.faster} on all cores / on one thread"
        return f"{self.faster} / {self.slower}"

    def reached(self, rows: list[Row]) -> Iterator[tuple[str, float]]:
        """(size, how many times faster) for every size that was measured on both."""
        mine = [row for row in rows if row.name == self.name and any(s in row.size for s in self.sizes)]
        if self.slower == "one thread":
            for row in mine:
                if row.backend == self.faster and row.over_one_thread:
                    yield row.size, row.over_one_thread
            return
        median = {(row.backend, row.size): row.median for row in mine if row.threads == 1}
        for (backend, size), seconds in median.items():
            if backend == self.faster and (self.slower, size) in median:
                yield size, median[self.slower, size] / seconds


PRODUCTS = "M=64 ", "M=128 ", "M=256 ", "M=512 ", "M=1,024 "
SHORT, LONG = ("H=100", "H=200", "H=128"), ("H=256",)
RECURRENCE = "tanh_recurrence, forward and backward"
LARGE = "n=100,000", "n=10,000,000"

MOSTLY_PRODUCTS = (
    "most of the time is matrix products, which run at the pace of BLAS on both sides; what is left to win "
    "is the call of a step, the packing of W_hh and tanh"
)
AT_THE_PEAK = "it runs at nine tenths of the measured peak; what is left to win is tanh and packing"

TARGETS = [
    Target("matmul", "cython", "numpy", 0.90, PRODUCTS),
    Target("matmul", "numba", "numpy", 0.50, PRODUCTS),
    Target(RECURRENCE, "cython", "PyTorch", 2.0, SHORT),
    Target(RECURRENCE, "cython", "numpy", 1.5, SHORT, MOSTLY_PRODUCTS),
    Target(RECURRENCE, "cython", "PyTorch", 1.4, LONG, AT_THE_PEAK),
    Target(RECURRENCE, "cython", "JAX", 1.0),
    Target(RECURRENCE, "numba", "numpy", 1.1, why=MOSTLY_PRODUCTS),
    Target("reparameterize", "cython", "NumPy expression", 5.0, LARGE),
    Target("reparameterize", "cython", "PyTorch", 3.0, LARGE),
    Target("reparameterize", "numba", "NumPy expression", 4.0, LARGE),
    Target("bernoulli_cross_entropy, with gradient", "cython", "numpy", 3.0),
    Target("adam", "cython", "numpy", 3.0),
    Target("matmul", "cython", "one thread", 1.6),
    Target(RECURRENCE, "cython", "one thread", 1.6),
    Target("reparameterize", "cython", "one thread", 1.6),
]
