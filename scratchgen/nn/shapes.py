"""Layers without parameters that change the shape: flattening, pooling, enlargement. Images are (..., H, W, C)."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import check_counts
from scratchgen.functional import avg_pool2d, max_pool2d, upsample
from scratchgen.nn.module import Array, Module

__all__ = ["AvgPool2d", "Flatten", "Identity", "MaxPool2d", "Upsample"]


class Identity(Module):
    """The layer that returns its input: a place where another layer can be put."""

    def forward(self, x: Array) -> Array:
        """x itself."""
        return x


class Flatten(Module):
    """Every example as one row of numbers: x (B, ...) → (B, D), D the product of the other axes.

    Of images (B, H, W, C) the channels of a pixel are next to one another, where PyTorch has those of a channel.
    """

    def forward(self, x: Array) -> Array:
        """Flatten each example to a row.   x (B, ...) → (B, D)"""
        return np.reshape(x, (np.shape(x)[0], math.prod(np.shape(x)[1:])))


class Pool2d(Module):
    """A pooling layer: windows of size × size, at steps of the stride, which is the size by default."""

    def __init__(self, size: int, stride: int | None = None):
        check_counts(size=size, stride=size if stride is None else stride)
        self.size, self.stride = size, size if stride is None else stride

    def describe(self) -> str:
        return f"size={self.size}, stride={self.stride}"


class MaxPool2d(Pool2d):
    """The largest number of each window of size × size, at steps of the stride, which is the size by default.

    x (..., H, W, C) → (..., H′, W′, C) with H′ = ⌊(H − size) / stride⌋ + 1; no padding.   Ledger: nn.max_pool
    """

    def forward(self, x: Array) -> Array:
        """The maxima.   x (..., H, W, C) → (..., H′, W′, C)"""
        return max_pool2d(x, self.size, self.stride)


class AvgPool2d(Pool2d):
    """The mean of each window of size × size, at steps of the stride, which is the size by default.

    x (..., H, W, C) → (..., H′, W′, C) with H′ = ⌊(H − size) / stride⌋ + 1; no padding.   Ledger: nn.average_pool
    """

    def forward(self, x: Array) -> Array:
        """The means.   x (..., H, W, C) → (..., H′, W′, C)"""
        return avg_pool2d(x, self.size, self.stride)


class Upsample(Module):
    """Every pixel repeated `scale` times on both axes, the nearest neighbour.   Ledger: nn.upsample

    x (..., H, W, C) → (..., scale H, scale W, C).
    """

    def __init__(self, scale: int):
        check_counts(scale=scale)
        self.scale = scale

    def forward(self, x: Array) -> Array:
        """The enlarged images.   x (..., H, W, C) → (..., scale H, scale W, C)"""
        return upsample(x, self.scale)

    def describe(self) -> str:
        return f"scale={self.scale}"
