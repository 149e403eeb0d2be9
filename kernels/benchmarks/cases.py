"""What the comparison of backends runs: each kernel at a few sizes, and a small twin for scalar loops."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import scratchgen_kernels as kernels

DTYPE = np.float32


@dataclass(frozen=True)
class Case:
    """One kernel at one size. `draw(sizes)` gives the arguments; `work(sizes)` counts inner-loop steps."""

    folder: str
    kernel: str
    axes: str
    sizes: tuple
    small_sizes: tuple
    draw: Callable
    work: Callable

    @property
    def size(self):
        return ", ".join(f"{axis}={n}" for axis, n in zip(self.axes, self.sizes, strict=True))

    @property
    def work_ratio(self):
        return self.work(*self.sizes) / self.work(*self.small_sizes)

    def call(self, backend, small=False):
        """A function of no arguments that runs the kernel on `backend`."""
        arguments = self.draw(*(self.small_sizes if small else self.sizes))
        function = getattr(kernels, self.kernel)
        return lambda: function(*arguments, backend=backend)


def normal(*shape):
    return (0.1 * np.random.default_rng(1).normal(size=shape)).astype(DTYPE)


def matrices(M, K, N):
    return normal(M, K), normal(K, N)


def recurrence(T, B, D, H):
    return normal(T, B, D), normal(B, H), normal(D, H), normal(H, H), normal(H)


def recurrence_backward(T, B, D, H):
    x, h0, W_xh, W_hh, b_h = recurrence(T, B, D, H)
    h = kernels.tanh_recurrence(x, h0, W_xh, W_hh, b_h)
    return normal(*h.shape), h, x, h0, W_xh, W_hh


def gated(T, B, D, H, gates, states):
    """x, the initial states, the weights of so many gates, and a bias for each."""
    weights = normal(D, gates * H), normal(H, gates * H), normal(gates * H)
    return normal(T, B, D), *(normal(B, H) for _ in range(states)), *weights


def lstm(T, B, D, H):
    return gated(T, B, D, H, 4, 2)


def lstm_backward(T, B, D, H):
    *inputs, b_h = lstm(T, B, D, H)
    states, gates = kernels.lstm_recurrence(*inputs, b_h)
    return normal(*states.shape), states, gates, *inputs


def gru(T, B, D, H):
    return *gated(T, B, D, H, 3, 1), normal(3 * H)


def gru_backward(T, B, D, H):
    *inputs, b_x, b_h = gru(T, B, D, H)
    h, gates = kernels.gru_recurrence(*inputs, b_x, b_h)
    return normal(*h.shape), h, gates, *inputs


def sample(B, Z):
    return normal(B, Z), normal(B, Z), 7, 0


def noise(B, Z):
    return 7, 0, (B, Z), DTYPE


def bits(n):
    return 7, 0, n


def matrix_work(M, K, N):
    return M * K * N


def recurrence_work(T, B, D, H):
    return T * B * H * (D + H)


def elements(*sizes):
    return int(np.prod(sizes))


PRODUCTS = [
    ((8, 8, 8), (8, 8, 8)),
    ((64, 256, 256), (8, 32, 32)),
    ((128, 784, 400), (16, 49, 25)),
    ((256,) * 3, (24,) * 3),
    ((512,) * 3, (24,) * 3),
    ((1024,) * 3, (24,) * 3),
]
RECURRENCES = [
    ((100, 1, 65, 100), (5, 1, 33, 25)),
    ((50, 32, 64, 128), (2, 1, 64, 128)),
    ((100, 16, 88, 200), (2, 1, 44, 100)),
    ((50, 64, 128, 256), (1, 1, 64, 128)),
]
BATCHES = [((32, 2), (32, 2)), ((128, 20), (32, 20)), ((512, 64), (32, 20))]

CASES = [
    *(Case("matmul", "matmul", "MKN", sizes, small, matrices, matrix_work) for sizes, small in PRODUCTS),
    *(
        Case("tanh_recurrence", name, "TBDH", sizes, small, draw, recurrence_work)
        for name, draw in [
            ("tanh_recurrence", recurrence),
            ("tanh_recurrence_backward", recurrence_backward),
        ]
        for sizes, small in RECURRENCES
    ),
    *(
        Case(folder, name, "TBDH", sizes, small, draw, recurrence_work)
        for folder, name, draw in [
            ("lstm_recurrence", "lstm_recurrence", lstm),
            ("lstm_recurrence", "lstm_recurrence_backward", lstm_backward),
            ("gru_recurrence", "gru_recurrence", gru),
            ("gru_recurrence", "gru_recurrence_backward", gru_backward),
        ]
        for sizes, small in RECURRENCES
    ),
    *(
        Case("reparameterize", name, "BZ", sizes, small, sample, elements)
        for name in ("reparameterize", "reparameterize_backward")
        for sizes, small in BATCHES
    ),
    *(
        Case("normal_noise", "standard_normal", "BZ", sizes, small, noise, elements)
        for sizes, small in BATCHES
    ),
    Case("normal_noise", "random_bits", "n", (65536,), (640,), bits, elements),
]
