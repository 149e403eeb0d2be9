"""Convolutional layers. Images are (..., H, W, C): channels last, where PyTorch has them first.

A network that halves both sides of an image with each convolution, or doubles them, has kernels of 4 with a
stride of 2 and a padding of 1. The stride takes the place of pooling, and 2 divides 4, so that where images
grow every pixel is reached by the same number of taps as its neighbour, and no chequerboard shows.

Source: Radford, Metz & Chintala (2016), section 3; Odena, Dumoulin & Olah (2016), Deconvolution and
checkerboard artifacts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts
from scratchgen.functional import conv1d, conv2d, conv_transpose2d
from scratchgen.nn.init import fan_in_uniform
from scratchgen.nn.module import Array, Parameter, TensorModule
from scratchgen.random import Generator, as_generator

__all__ = ["Conv1d", "Conv2d", "ConvTranspose2d", "coarsest", "transposed_kernel"]

KERNEL, STRIDE, PADDING = 4, 2, 1  # of a convolution that halves an image


class Conv1d(TensorModule):
    """Convolution of sequences: y[t] = Σ_i x[s t + i − p] W[i] + b, with stride s and padding p.

    x (..., T, C), W (k, C, F), b (F,) → (..., T′, F) with T′ = ⌊(T + 2p − k) / s⌋ + 1: batch first, channels last.
    c_in C, c_out F, size k.   See `scratchgen.functional.conv1d`.   Ledger: nn.convolution_1d
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        size: int,
        rng: Generator | None = None,
        stride: int = 1,
        padding: int = 0,
        init: Callable = fan_in_uniform,
    ):
        check_counts(c_in=c_in, c_out=c_out, size=size, stride=stride)
        check_counts(0, padding=padding)
        self.stride, self.padding = stride, padding
        self.W = Parameter(init(as_generator(rng), size * c_in, c_out).reshape(size, c_in, c_out))
        self.b = Parameter(np.zeros(c_out, np.float32))

    def forward(self, x: Array) -> Tensor:
        """The convolved sequences.   x (..., T, C) → (..., T′, F)"""
        return conv1d(x, self.W, self.b, self.stride, self.padding)

    def describe(self) -> str:
        return f"stride={self.stride}, padding={self.padding}"


class Conv2d(TensorModule):
    """Convolution of images: y[h, w] = Σ_ij x[s h + i − p, s w + j − p] W[i, j] + b, with stride s and padding p.

    x (..., H, W, C), W (k, k, C, F), b (F,) → (..., H′, W′, F) with H′ = ⌊(H + 2p − k) / s⌋ + 1.
    c_in C, c_out F, size k. Each output is a sum of k² C products, so W is initialised as that
    of a `Linear` layer with k² C inputs.   See `scratchgen.functional.conv2d`.   Ledger: nn.convolution
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        size: int,
        rng: Generator | None = None,
        stride: int = 1,
        padding: int = 0,
        init: Callable = fan_in_uniform,
    ):
        check_counts(c_in=c_in, c_out=c_out, size=size, stride=stride)
        check_counts(0, padding=padding)
        self.stride, self.padding = stride, padding
        self.W = Parameter(
            init(as_generator(rng), size * size * c_in, c_out).reshape(size, size, c_in, c_out)
        )
        self.b = Parameter(np.zeros(c_out, np.float32))

    def forward(self, x: Array) -> Tensor:
        """The convolved images.   x (..., H, W, C) → (..., H′, W′, F)"""
        return conv2d(x, self.W, self.b, self.stride, self.padding)

    def describe(self) -> str:
        return f"stride={self.stride}, padding={self.padding}"


class ConvTranspose2d(TensorModule):
    """Transposed convolution: y[s h + i − p, s w + j − p] += x[h, w] W[i, j]ᵀ, plus b, with stride s and padding p.

    x (..., H, W, F), W (k, k, C, F), b (C,) → (..., H′, W′, C) with H′ = s (H − 1) + k − 2p.
    c_in F, c_out C, size k: W is that of the convolution whose adjoint this is.
    See `scratchgen.functional.conv_transpose2d`.   Ledger: nn.transposed_convolution
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        size: int,
        rng: Generator | None = None,
        stride: int = 1,
        padding: int = 0,
        init: Callable = fan_in_uniform,
    ):
        check_counts(c_in=c_in, c_out=c_out, size=size, stride=stride)
        check_counts(0, padding=padding)
        self.stride, self.padding = stride, padding
        self.W = Parameter(transposed_kernel(c_in, c_out, size, rng, stride, init))
        self.b = Parameter(np.zeros(c_out, np.float32))

    def forward(self, x: Array) -> Tensor:
        """The enlarged images.   x (..., H, W, F) → (..., H′, W′, C)"""
        return conv_transpose2d(x, self.W, self.b, self.stride, self.padding)

    def describe(self) -> str:
        return f"stride={self.stride}, padding={self.padding}"


def transposed_kernel(
    c_in: int,
    c_out: int,
    size: int,
    rng: Generator | None,
    stride: int,
    init: Callable = fan_in_uniform,
) -> np.ndarray:
    """The initial W (k, k, c_out, c_in) of a transposed convolution.

    Only every s-th tap of the kernel reaches a given pixel on either axis, so the pixel is a sum of (k/s)² c_in
    products, not of k² c_in: with a standard deviation ∝ 1 / √(number of inputs), W is larger by s.
    Ledger: nn.fan_in
    """
    W = init(as_generator(rng), size * size * c_in, c_out).reshape(size, size, c_out, c_in)
    return np.float32(min(stride, size)) * W


def coarsest(image_shape: Sequence[int], channels: Sequence[int]) -> tuple[int, int]:
    """The size (H, W) of the image after one halving per entry of channels.

    Raises BadInput for an image that cannot be halved that often, and for sizes below 1.
    """
    if np.ndim(image_shape) != 1 or len(image_shape) != 2:
        raise BadInput(f"image_shape is (height, width), not {image_shape}")
    H, W = image_shape
    check_counts(height=H, width=W)
    if not len(channels):
        raise BadInput("convolutional networks need the channels of at least one layer, such as (16, 32)")
    for channel in channels:
        check_counts(channels=channel)
    factor = 2 ** len(channels)
    if H % factor or W % factor:
        raise BadInput(
            f"{len(channels)} convolutions halve an image {len(channels)} times, so its sides must be multiples of "
            f"{factor}, not {H}×{W}; give fewer channels or pad the images"
        )
    return H // factor, W // factor
