"""The cases that are timed: each kernel at a few sizes, with a small twin for the scalar loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.benchmarks.kernels import peers

DTYPE = np.float32


@dataclass(frozen=True)
class Case:
    """One computation at one size.

    name         the computation
    folder       the kernel's folder: its backends are ordered by the total time of all its cases
    axes         the letters of the sizes
    sizes        the full size
    small        a size that scalar loops can do; their time is scaled by the ratio of the work
    run          run(backend, *arguments)
    draw         draw(*sizes) -> arguments
    work         work(*sizes): floating-point operations, or bytes read and written, according to `unit`
    unit         "GFLOP/s" or "GB/s"
    peers        {library: build}; build(*arguments) returns a call that does the same computation there, or
                 raises ImportError where the library is not installed
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
    peers: dict[str, Callable] = field(default_factory=dict)

    @property
    def size(self) -> str:
        """The sizes as text: "M=256 K=256 N=256"."""
        return " ".join(f"{axis}={n:,}" for axis, n in zip(self.axes, self.sizes, strict=True))

    @property
    def scale(self) -> float:
        """The work of the full case divided by the work of the small twin."""
        return self.work(*self.sizes) / self.work(*self.small)

    def call(self, backend: str) -> Callable[[], object]:
        """A function of no arguments that runs the case on a backend; the small twin on "loops"."""
        return partial(self.run, backend, *self.draw(*(self.small if backend == "loops" else self.sizes)))


def normal(*shape: int) -> np.ndarray:
    """A fixed array of normal numbers with standard deviation 0.1."""
    return (0.1 * np.random.default_rng(1).normal(size=shape)).astype(DTYPE)


# --- matrix products --------------------------------------------------------------------------------------


def matmul(backend: str, a: np.ndarray, b: np.ndarray) -> None:
    """The kernel `matmul`."""
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
        peers={"PyTorch": peers.torch_matmul, "JAX": peers.jax_matmul},
    )
    for sizes, small in PRODUCTS
]

# --- the recurrence, forward and backward -----------------------------------------------------------------


def tanh_recurrence(
    backend: str,
    g: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_h: np.ndarray,
) -> None:
    """The kernel `tanh_recurrence`, forward and backward."""
    h = kernels.tanh_recurrence(x, h0, W_xh, W_hh, b_h, backend=backend)
    kernels.tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh, backend=backend)


def recurrence_arguments(T: int, B: int, D: int, H: int) -> tuple[np.ndarray, ...]:
    """g, x, h0, W_xh, W_hh, b_h of the tanh recurrence."""
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
        peers={"PyTorch": peers.torch_rnn, "JAX": peers.jax_rnn},
    )
    for sizes, small in SEQUENCES
]

# --- gated recurrences, forward and backward --------------------------------------------------------------


def lstm_recurrence(
    backend: str,
    g: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    c0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_h: np.ndarray,
) -> None:
    """The kernel `lstm_recurrence`, forward and backward."""
    states, gates = kernels.lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h, backend=backend)
    kernels.lstm_recurrence_backward(g, states, gates, x, h0, c0, W_xh, W_hh, backend=backend)


def lstm_arguments(T: int, B: int, D: int, H: int) -> tuple[np.ndarray, ...]:
    """g, x, h0, c0, W_xh, W_hh, b_h of the LSTM."""
    states = normal(2, T, B, H), normal(T, B, D), normal(B, H), normal(B, H)
    return *states, normal(D, 4 * H), normal(H, 4 * H), normal(4 * H)


def gru_recurrence(
    backend: str,
    g: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_x: np.ndarray,
    b_h: np.ndarray,
) -> None:
    """The kernel `gru_recurrence`, forward and backward."""
    h, gates = kernels.gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h, backend=backend)
    kernels.gru_recurrence_backward(g, h, gates, x, h0, W_xh, W_hh, backend=backend)


def gru_arguments(T: int, B: int, D: int, H: int) -> tuple[np.ndarray, ...]:
    """g, x, h0, W_xh, W_hh, b_x, b_h of the GRU."""
    states = normal(T, B, H), normal(T, B, D), normal(B, H)
    return *states, normal(D, 3 * H), normal(H, 3 * H), normal(3 * H), normal(3 * H)


GATED = [
    Case(
        f"{folder}, forward and backward",
        *(folder, "TBDH", sizes, small, run, draw),
        work=lambda T, B, D, H, gates=gates: 6 * gates * T * B * H * (D + H),
        unit="GFLOP/s",
        peers={"PyTorch": peer},
    )
    for folder, gates, run, draw, peer in (
        ("lstm_recurrence", 4, lstm_recurrence, lstm_arguments, peers.torch_lstm),
        ("gru_recurrence", 3, gru_recurrence, gru_arguments, peers.torch_gru),
    )
    for sizes, small in SEQUENCES
]

# --- noise ------------------------------------------------------------------------------------------------


def reparameterize(backend: str, mu: np.ndarray, logvar: np.ndarray) -> None:
    """The kernel `reparameterize`."""
    kernels.reparameterize(mu, logvar, 7, 0, backend=backend)


def reparameterize_backward(backend: str, g: np.ndarray, logvar: np.ndarray) -> None:
    """The kernel `reparameterize_backward`."""
    kernels.reparameterize_backward(g, logvar, 7, 0, backend=backend)


def standard_normal(backend: str, n: int) -> None:
    """The kernel `standard_normal`."""
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
            peers=others,
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
            peers={"NumPy expression": peers.numpy_normal, "PyTorch": peers.torch_normal},
        )
        for sizes, small in SAMPLES
    ),
]

# --- losses, the optimiser, elementwise ---------------------------------------------------------------------


def bernoulli_cross_entropy(backend: str, g: np.ndarray, logits: np.ndarray, x: np.ndarray) -> None:
    """The kernel `bernoulli_cross_entropy`, forward and backward."""
    kernels.bernoulli_cross_entropy(logits, x, backend=backend)
    kernels.bernoulli_cross_entropy_backward(g, logits, x, backend=backend)


def softmax_cross_entropy(backend: str, g: np.ndarray, logits: np.ndarray, targets: np.ndarray) -> None:
    """The kernel `softmax_cross_entropy`, forward and backward."""
    kernels.softmax_cross_entropy(logits, targets, backend=backend)
    kernels.softmax_cross_entropy_backward(g, logits, targets, backend=backend)


def adam(backend: str, theta: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
    """One step of the kernel `adam`."""
    kernels.adam(theta, g, m, v, 1000, backend=backend)


def bias_activation(backend: str, g: np.ndarray, x: np.ndarray, b: np.ndarray) -> None:
    """The kernel `bias_activation` with tanh, forward and backward."""
    y = kernels.bias_activation(x, b, "tanh", backend=backend)
    kernels.bias_activation_backward(g, y, "tanh", backend=backend)


def tanh(backend: str, x: np.ndarray) -> None:
    """The kernel `tanh`."""
    kernels.tanh(x, backend=backend)


def targets_of(n: int, V: int) -> np.ndarray:
    """A fixed array of n classes below V."""
    return np.random.default_rng(2).integers(0, V, n)


ELEMENTWISE = [
    Case(
        "bernoulli_cross_entropy, with gradient",
        *("bernoulli_cross_entropy", "BD", (128, 784), (4, 49), bernoulli_cross_entropy),
        draw=lambda B, D: (normal(B), normal(B, D), (normal(B, D) > 0).astype(DTYPE)),
        work=lambda B, D: 5 * 4 * B * D,  # two inputs read twice, one result
        unit="GB/s",
        peers={"PyTorch": peers.torch_bernoulli_cross_entropy},
    ),
    Case(
        "softmax_cross_entropy, with gradient",
        *("softmax_cross_entropy", "BV", (1024, 96), (16, 24), softmax_cross_entropy),
        draw=lambda B, V: (normal(B), normal(B, V), targets_of(B, V)),
        work=lambda B, V: 3 * 4 * B * V,
        unit="GB/s",
        peers={"PyTorch": peers.torch_softmax_cross_entropy},
    ),
    Case(
        "adam",
        *("adam", "n", (10**6,), (500,), adam),
        draw=lambda n: (normal(n), normal(n), normal(n), normal(n) ** 2),
        work=lambda n: 7 * 4 * n,  # four arrays read, three of them written
        unit="GB/s",
        peers={"PyTorch": peers.torch_adam},
    ),
    Case(
        "bias_activation (tanh), with gradient",
        *("bias_activation", "BH", (128, 400), (8, 25), bias_activation),
        draw=lambda B, H: (normal(B, H), normal(B, H), normal(H)),
        work=lambda B, H: 5 * 4 * B * H,
        unit="GB/s",
    ),
    Case(
        "tanh",
        *("vector_math", "n", (10**6,), (500,), tanh),
        draw=lambda n: (normal(n),),
        work=lambda n: 2 * 4 * n,
        unit="GB/s",
        peers={"PyTorch": peers.torch_tanh},
    ),
]

CASES = [*MATMUL, *RECURRENCE, *GATED, *NOISE, *ELEMENTWISE]


def largest(cases: list[Case]) -> list[Case]:
    """The case with the most elements of each computation."""
    found: dict[str, Case] = {}
    for case in cases:
        found[case.name] = max(found.get(case.name, case), case, key=lambda c: math.prod(c.sizes))
    return list(found.values())
