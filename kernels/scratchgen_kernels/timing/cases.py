"""What is timed: each kernel at a few sizes, and a small twin for the scalar loops."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

import scratchgen_kernels as kernels
from scratchgen_kernels.timing import peers

DTYPE = np.float32


@dataclass(frozen=True)
class Case:
    """One computation at one size.

    name         what is computed
    folder       the kernel's folder: backends are ordered by the times of all its cases together
    axes         the letters of the sizes
    sizes        the full size;  small: one that scalar loops can do, scaled by the ratio of the work
    run          run(backend, *arguments)
    draw         draw(*sizes) -> arguments
    work         work(*sizes): floating-point operations, or bytes read and written, as `unit` says
    unit         "GFLOP/s" or "GB/s"
    others       name → build(*arguments) -> a call: the same computation elsewhere. ImportError: not here
    """

    name: str
    folder: str
    axes: str
    sizes: tuple[int, ...]
    small: tuple[int, ...]
    run: Callable
    draw: Callable
    work: Callable
    unit: str
    others: dict[str, Callable] = field(default_factory=dict)

    @property
    def size(self) -> str:
        """The sizes in words: "M=256 K=256 N=256"."""
        return " ".join(f"{axis}={n:,}" for axis, n in zip(self.axes, self.sizes, strict=True))

    @property
    def scale(self) -> float:
        """How many times the work of the small twin the full case is."""
        return self.work(*self.sizes) / self.work(*self.small)

    def call(self, backend: str) -> Callable[[], object]:
        """A function of no arguments that runs the case on a backend; the small twin on "loops"."""
        return partial(self.run, backend, *self.draw(*(self.small if backend == "loops" else self.sizes)))


def normal(*shape):
    return (0.1 * np.random.default_rng(1).normal(size=shape)).astype(DTYPE)


# --- matrix products --------------------------------------------------------------------------------------


def matmul(backend, a, b):
    kernels.matmul(a, b, backend=backend)


PRODUCTS = [
    ((8, 8, 8), (8, 8, 8)),
    ((64, 256, 256), (16, 16, 16)),
    ((128, 784, 400), (16, 49, 16)),
    *(((n, n, n), (16, 16, 16)) for n in (256, 512, 1024)),
]
MATMUL = [
    Case(
        "matmul",
        *("matmul", "MKN", sizes, small, matmul),
        draw=lambda M, K, N: (normal(M, K), normal(K, N)),
        work=lambda M, K, N: 2 * M * K * N,
        unit="GFLOP/s",
        others={"PyTorch": peers.torch_matmul, "JAX": peers.jax_matmul},
    )
    for sizes, small in PRODUCTS
]

# --- the recurrence, forward and backward -----------------------------------------------------------------


def tanh_recurrence(backend, g, x, h0, W_xh, W_hh, b_h):
    h = kernels.tanh_recurrence(x, h0, W_xh, W_hh, b_h, backend=backend)
    kernels.tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh, backend=backend)


def recurrence_arguments(T, B, D, H):
    return normal(T, B, H), normal(T, B, D), normal(B, H), normal(D, H), normal(H, H), normal(H)


SEQUENCES = [
    ((100, 1, 65, 100), (5, 1, 8, 10)),
    ((100, 16, 88, 200), (4, 2, 8, 16)),
    ((50, 32, 64, 128), (4, 2, 8, 16)),
    ((50, 64, 128, 256), (4, 2, 8, 16)),
]
RECURRENCE = [
    Case(
        "tanh_recurrence, forward and backward",
        *("tanh_recurrence", "TBDH", sizes, small, tanh_recurrence, recurrence_arguments),
        work=lambda T, B, D, H: 6 * T * B * H * (D + H),  # three products of the same size in all
        unit="GFLOP/s",
        others={"PyTorch": peers.torch_rnn, "JAX": peers.jax_rnn},
    )
    for sizes, small in SEQUENCES
]

# --- noise ------------------------------------------------------------------------------------------------


def reparameterize(backend, mu, logvar):
    kernels.reparameterize(mu, logvar, 7, 0, backend=backend)


def reparameterize_backward(backend, g, logvar):
    kernels.reparameterize_backward(g, logvar, 7, 0, backend=backend)


def standard_normal(backend, n):
    kernels.standard_normal(7, 0, n, DTYPE, backend=backend)


SAMPLES = [((2560,), (500,)), ((10**5,), (500,)), ((10**7,), (500,))]
NOISE = [
    *(
        Case(
            name,
            *("reparameterize", "n", sizes, small, run),
            draw=lambda n: (normal(n), normal(n)),
            work=lambda n: 12 * n,
            unit="GB/s",
            others=others,
        )
        for name, run, others in (
            (
                "reparameterize",
                reparameterize,
                {"NumPy expression": peers.numpy_sample, "PyTorch": peers.torch_sample},
            ),
            ("reparameterize, backward", reparameterize_backward, {}),
        )
        for sizes, small in SAMPLES
    ),
    *(
        Case(
            "standard_normal",
            *("normal_noise", "n", sizes, small, standard_normal),
            draw=lambda n: (n,),
            work=lambda n: 4 * n,
            unit="GB/s",
            others={"NumPy expression": peers.numpy_normal, "PyTorch": peers.torch_normal},
        )
        for sizes, small in SAMPLES
    ),
]

CASES = [*MATMUL, *RECURRENCE, *NOISE]


def largest(cases: list[Case]) -> list[Case]:
    """Of each computation the case with the most work."""
    found: dict[str, Case] = {}
    for case in cases:
        found[case.name] = max(found.get(case.name, case), case, key=lambda c: math.prod(c.sizes))
    return list(found.values())
