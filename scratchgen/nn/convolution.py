"""Convolutional layers. Images are (..., H, W, C): channels last, where PyTorch has them first.

A network that halves both sides of an image with each convolution, or doubles them, has kernels of 4 with a
stride of 2 and a padding of 1. The stride takes the place of pooling, and 2 divides 4, so that where images
grow every pixel is reached by the same number of taps as its neighbour, and no chequerboard shows.

Source: Radford, Metz & Chintala (2016), section 3; Odena, Dumoulin & Olah (2016), Deconvolution and
checkerboard artifacts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Integral

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts, described, height_width_channels
from scratchgen.functional import conv1d, conv2d, conv_transpose2d
from scratchgen.nn.init import fan_in_uniform
from scratchgen.nn.module import Array, Module, Parameter, TensorModule
from scratchgen.random import Generator, as_generator

__all__ = [
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "ZeroPad2d",
    "coarsest",
    "cropping_for",
    "margins_for",
    "padding_for",
    "transposed_kernel",
    "zero_pad2d",
]

KERNEL, STRIDE, PADDING = 4, 2, 1  # of a convolution that halves an image


class Convolution(TensorModule):
    """The common part of the convolutions: a kernel W, a bias b per output channel, a stride and a padding.

    init    of the kernel as a matrix, (rng, inputs, outputs) → (inputs, outputs); b starts at 0

    Raises ValueError for sizes and a stride below 1, and for a negative padding.
    """

    axes: int  # along which the kernel moves

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
        self.W = Parameter(self._kernel(c_in, c_out, size, rng, init))
        self.b = Parameter(np.zeros(c_out, np.float32))

    def _kernel(self, c_in: int, c_out: int, size: int, rng: Generator | None, init: Callable) -> np.ndarray:
        """The initial kernel: each output is a sum of size^axes · c_in products, as that of a `Linear` layer."""
        kernel = (size,) * self.axes
        return init(as_generator(rng), math.prod(kernel) * c_in, c_out).reshape(*kernel, c_in, c_out)

    def describe(self) -> str:
        return f"stride={self.stride}, padding={self.padding}"


class Conv1d(Convolution):
    """Convolution of sequences: y[t] = Σ_i x[s t + i − p] W[i] + b, with stride s and padding p.

    x (..., T, C), W (k, C, F), b (F,) → (..., T′, F) with T′ = ⌊(T + 2p − k) / s⌋ + 1: batch first, channels last.
    c_in C, c_out F, size k.   See `scratchgen.functional.conv1d`.   Ledger: nn.convolution_1d
    """

    axes = 1

    def forward(self, x: Array) -> Tensor:
        """Convolve each sequence.   x (..., T, C) → (..., T′, F)"""
        return conv1d(x, self.W, self.b, self.stride, self.padding)


class Conv2d(Convolution):
    """Convolution of images: y[h, w] = Σ_ij x[s h + i − p, s w + j − p] W[i, j] + b, with stride s and padding p.

    x (..., H, W, C), W (k, k, C, F), b (F,) → (..., H′, W′, F) with H′ = ⌊(H + 2p − k) / s⌋ + 1.
    c_in C, c_out F, size k. Each output is a sum of k² C products, so W is initialised as that
    of a `Linear` layer with k² C inputs.   See `scratchgen.functional.conv2d`.   Ledger: nn.convolution
    """

    axes = 2

    def forward(self, x: Array) -> Tensor:
        """The convolved images.   x (..., H, W, C) → (..., H′, W′, F)"""
        return conv2d(x, self.W, self.b, self.stride, self.padding)


class ConvTranspose2d(Convolution):
    """Transposed convolution: y[s h + i − p, s w + j − p] += x[h, w] W[i, j]ᵀ, plus b, with stride s and padding p.

    x (..., H, W, F), W (k, k, C, F), b (C,) → (..., H′, W′, C) with H′ = s (H − 1) + k − 2p.
    c_in F, c_out C, size k: W is that of the convolution whose adjoint this is.
    See `scratchgen.functional.conv_transpose2d`.   Ledger: nn.transposed_convolution
    """

    axes = 2

    def _kernel(self, c_in: int, c_out: int, size: int, rng: Generator | None, init: Callable) -> np.ndarray:
        return transposed_kernel(c_in, c_out, size, rng, self.stride, init)

    def forward(self, x: Array) -> Tensor:
        """The enlarged images.   x (..., H, W, F) → (..., H′, W′, C)"""
        return conv_transpose2d(x, self.W, self.b, self.stride, self.padding)


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


def zero_pad2d(x: Array, margins: Sequence[int]) -> Array:
    """Images with zeros around them, or without the pixels of a negative margin (left, right, top, bottom).

    y[h, w] = x[h − top, w − left], and 0 outside of x       (..., H, W, C) → (..., H′, W′, C)

    H′ = H + top + bottom, W′ = W + left + right. An empty batch stays empty.
    Raises BadInput for other than four whole numbers, and where nothing is left of an image.

    Source: Dumoulin & Visin (2016), section 2.2.   Ledger: nn.padding
    """
    left, right, top, bottom = _checked_margins(margins)
    if not any(margins):
        return x
    *front, H, W, _ = np.shape(x)
    if min(H, H + top, H + bottom, H + top + bottom, W, W + left, W + right, W + left + right) < 1:
        raise BadInput(f"margins {tuple(margins)} leave nothing of images of {H}×{W}; cut off less")
    x = x[..., max(0, -top) : H - max(0, -bottom), max(0, -left) : W - max(0, -right), :]
    around = [(max(0, top), max(0, bottom)), (max(0, left), max(0, right)), (0, 0)]
    return np.pad(x, [(0, 0)] * len(front) + around)


def _checked_margins(margins: Sequence[int]) -> tuple[int, int, int, int]:
    if np.ndim(margins) != 1 or len(margins) != 4:
        raise BadInput(f"margins are (left, right, top, bottom), not {described(margins)}")
    left, right, top, bottom = margins
    for margin in margins:
        if not isinstance(margin, Integral) or isinstance(margin, bool):
            raise BadInput(f"margins must be whole numbers, not {described(margin)}")
    return int(left), int(right), int(top), int(bottom)


class ZeroPad2d(Module):
    """Zeros around images, or pixels cut off where a margin is negative.   (..., H, W, C) → (..., H′, W′, C)

    margins    (left, right, top, bottom), in PyTorch's order: H′ = H + top + bottom, W′ = W + left + right

    Raises BadInput for other than four whole numbers, and where nothing is left of an image.   Ledger: nn.padding
    """

    def __init__(self, margins: Sequence[int]):
        self.margins = _checked_margins(margins)

    def forward(self, x: Array) -> Array:
        """The images with zeros around them."""
        return zero_pad2d(x, self.margins)

    def describe(self) -> str:
        return f"{self.margins}"


def coarsest(image_shape: Sequence[int], channels: Sequence[int]) -> tuple[int, int]:
    """The size (h, w) of the image after one halving per entry of channels, each rounded up.

    image_shape    (H, W) or (H, W, C)
    Raises BadInput for no channels, and for sizes below 1.
    """
    H, W, _ = height_width_channels(image_shape)
    if not len(channels):
        raise BadInput("convolutional networks need the channels of at least one layer, such as (16, 32)")
    for channel in channels:
        check_counts(channels=channel)
    factor = STRIDE ** len(channels)
    return -(-H // factor), -(-W // factor)


def padding_for(image_shape: Sequence[int], channels: Sequence[int]) -> list[Module]:
    """The layer that pads an image so that it can be halved once per entry of channels; none where it can be.

    The margins are equal, but for one more pixel at the right and at the bottom.
    """
    margins = margins_for(image_shape, channels)
    return [ZeroPad2d(margins)] if any(margins) else []


def cropping_for(image_shape: Sequence[int], channels: Sequence[int]) -> list[Module]:
    """The layer that undoes `padding_for` at the end of a decoder or generator; none where there is no margin."""
    margins = margins_for(image_shape, channels)
    return [ZeroPad2d([-margin for margin in margins])] if any(margins) else []


def margins_for(image_shape: Sequence[int], channels: Sequence[int]) -> tuple[int, int, int, int]:
    """The margins (left, right, top, bottom) of `padding_for`."""
    H, W, _ = height_width_channels(image_shape)
    h, w = coarsest(image_shape, channels)
    factor = STRIDE ** len(channels)
    down, across = h * factor - H, w * factor - W
    return across // 2, across - across // 2, down // 2, down - down // 2
