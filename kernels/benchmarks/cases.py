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


def sample(B, Z):
    return normal(B, Z), normal(B, Z), 7, 0


def noise(B, Z):
    return 7, 0, (B, Z), DTYPE


def bits(n):
    return 7, 0, n


def one_array(n):
    return (normal(n),)


def logits_and_pixels(B, D):
    return normal(B, D), abs(normal(B, D))


def bernoulli_backward(B, D):
    return normal(B), *logits_and_pixels(B, D)


def logits_and_targets(B, V):
    return normal(B, V), np.random.default_rng(1).integers(0, V, B)


def softmax_backward(B, V):
    return normal(B), *logits_and_targets(B, V)


def pre_activation(B, H):
    return normal(B, H), normal(H), "tanh"


def activation_backward(B, H):
    return normal(B, H), normal(B, H), "tanh"


def adam_state(n):
    return normal(n), normal(n), np.zeros(n, DTYPE), np.zeros(n, DTYPE), 1


def matrix_work(M, K, N):
    return M * K * N


def recurrence_work(T, B, D, H):
    return T * B * H * (D + H)


def elements(*sizes):
    return int(np.prod(sizes))


RECURRENCES = [
    ((100, 1, 32, 32), (5, 1, 32, 32)),
    ((50, 16, 32, 64), (4, 2, 32, 64)),
    ((50, 32, 64, 128), (2, 1, 64, 128)),
    ((50, 64, 64, 256), (1, 1, 64, 256)),
]
BATCHES = [((32, 2), (32, 2)), ((128, 20), (32, 20)), ((512, 64), (32, 20))]

CASES = [
    *(
        Case("matmul", "matmul", "MKN", sizes, small, matrices, matrix_work)
        for sizes, small in [((8, 8, 8), (8, 8, 8)), ((64, 784, 128), (16, 49, 16)), ((256,) * 3, (24,) * 3)]
    ),
    *(
        Case("tanh_recurrence", name, "TBDH", sizes, small, draw, recurrence_work)
        for name, draw in [
            ("tanh_recurrence", recurrence),
            ("tanh_recurrence_backward", recurrence_backward),
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
    *(
        Case("reparameterize", "reparameterize", "BZ", sizes, (32, 20), sample, elements)
        for sizes in ((1000, 100), (100_000, 100))
    ),
    *(
        Case("vector_math", name, "n", (100_000,), (640,), one_array, elements)
        for name in ("exp", "tanh", "sincos_turns")
    ),
    Case(
        "bernoulli_cross_entropy",
        "bernoulli_cross_entropy",
        "BD",
        (128, 784),
        (4, 196),
        logits_and_pixels,
        elements,
    ),
    Case(
        "bernoulli_cross_entropy",
        "bernoulli_cross_entropy_backward",
        "BD",
        (128, 784),
        (4, 196),
        bernoulli_backward,
        elements,
    ),
    Case(
        "softmax_cross_entropy",
        "softmax_cross_entropy",
        "BV",
        (1024, 100),
        (8, 100),
        logits_and_targets,
        elements,
    ),
    Case(
        "softmax_cross_entropy",
        "softmax_cross_entropy_backward",
        "BV",
        (1024, 100),
        (8, 100),
        softmax_backward,
        elements,
    ),
    Case("bias_activation", "bias_activation", "BH", (128, 400), (8, 100), pre_activation, elements),
    Case(
        "bias_activation",
        "bias_activation_backward",
        "BH",
        (128, 400),
        (8, 100),
        activation_backward,
        elements,
    ),
    *(Case("adam", "adam", "n", (n,), (640,), adam_state, elements) for n in (10_000, 1_000_000)),
    Case("normal_noise", "random_bits", "n", (65536,), (640,), bits, elements),
]
