"""Normalisation layers: activations get a learned mean and scale, independent of the layers before."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.autograd.primitives import to_numpy
from scratchgen.errors import BadInput, check_counts
from scratchgen.nn.module import Array, Buffer, Parameter, TensorModule

__all__ = ["BatchNorm", "GroupNorm", "LayerNorm"]


class BatchNorm(TensorModule):
    """Batch normalisation: y = gamma (x − m) / √(s² + ε) + beta, by the mean m and variance s² of each feature.

    x (B, D) or images (B, H, W, C): all axes but the last are the batch. gamma, beta (D,).
    In training m and s² are those of the batch, so the rows of a batch depend on one another. In evaluation
    mode they are the moving averages in the buffers `mean` and `variance`, which training updates:

        mean ← 0.9 mean + 0.1 m,     variance ← 0.9 variance + 0.1 s² n / (n − 1)     for a batch of n values.

    A batch that mixes real and generated examples has the statistics of neither: pass them in two calls. Within
    `frozen()` (while `update_buffers` is False) the buffers stay unchanged; whether gamma requires a gradient
    does not matter.

    Source: Ioffe & Szegedy (2015), algorithms 1 and 2.   Raises ValueError in training for a single value.
    Ledger: nn.batch_norm
    """

    momentum, eps = 0.1, 1e-5

    def __init__(self, size: int):
        check_counts(size=size)
        self.gamma = Parameter(np.ones(size, np.float32))
        self.beta = Parameter(np.zeros(size, np.float32))
        self.mean = Buffer(np.zeros(size, np.float32))
        self.variance = Buffer(np.ones(size, np.float32))

    def forward(self, x: Array) -> Tensor:
        """y, of the shape of x; in training the averages are updated.   Raises ValueError for a single value."""
        if not self.training:
            return _scaled(x, self.mean.data.copy(), self.variance.data.copy(), self)
        batch, n = tuple(range(np.ndim(x) - 1)), math.prod(np.shape(x)[:-1])
        if n < 2:
            raise ValueError(f"a batch of {np.shape(x)} has no variance; give two rows, or call eval()")
        m = np.mean(x, axis=batch, keepdims=True)
        s2 = np.mean((x - m) ** 2, axis=batch, keepdims=True)
        if self.update_buffers:
            for buffer, found in ((self.mean, m), (self.variance, s2 * (n / (n - 1)))):
                buffer.data += self.momentum * (to_numpy(found).reshape(-1) - buffer.data)
        return _scaled(x, m, s2, self)


class LayerNorm(TensorModule):
    """Layer normalisation: y = gamma (x − m) / √(s² + ε) + beta, by the mean m and variance s² of each example.

    shape    of one example, the last axes of x: D for x (..., D), or (H, W, C) for images; also of gamma and
             beta

    Examples do not depend on one another, so a gradient penalty and a batch of one example are possible.
    Source: Ba, Kiros & Hinton (2016), section 3.   Ledger: nn.layer_norm
    """

    eps = 1e-5

    def __init__(self, shape: int | tuple[int, ...]):
        shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
        for length in shape:
            check_counts(shape=length)
        self.gamma = Parameter(np.ones(shape, np.float32))
        self.beta = Parameter(np.zeros(shape, np.float32))

    def forward(self, x: Array) -> Tensor:
        """y, of the shape of x: each example normalised by its own mean and variance."""
        example = tuple(range(-self.gamma.ndim, 0))
        m = np.mean(x, axis=example, keepdims=True)
        s2 = np.mean((x - m) ** 2, axis=example, keepdims=True)
        return _scaled(x, m, s2, self)


class GroupNorm(TensorModule):
    """Group normalisation: y = gamma (x − m) / √(s² + ε) + beta, by the mean m and variance s² of a group of channels.

    x (B, C) or images (B, H, W, C), gamma and beta (C,). The statistics are those of one example, over the C/G
    channels of a group and all pixels, so that examples do not depend on one another and small batches are no worse.

    groups    G; 1 normalises a whole example, C each channel alone (instance normalisation)
    size      C, the channels; a multiple of groups

    Raises BadInput unless groups divides size.
    Source: Wu & He (2018), eq. 1 and 7.   Ledger: nn.group_norm
    """

    eps = 1e-5

    def __init__(self, groups: int, size: int):
        check_counts(groups=groups, size=size)
        if size % groups:
            raise BadInput(
                f"size must be a multiple of groups, and {size} channels make no {groups} equal groups"
            )
        self.groups = groups
        self.gamma = Parameter(np.ones(size, np.float32))
        self.beta = Parameter(np.zeros(size, np.float32))

    def forward(self, x: Array) -> Tensor:
        """y, of the shape of x: each group of channels of an example normalised by its own mean and variance."""
        shape, C = np.shape(x), self.gamma.size
        if len(shape) < 2 or shape[-1] != C:
            raise ValueError(f"GroupNorm of {C} channels takes x (B, ..., {C}), not {shape}")
        grouped = np.reshape(x, (shape[0], math.prod(shape[1:-1]), self.groups, C // self.groups))
        m = np.mean(grouped, axis=(1, 3), keepdims=True)
        s2 = np.mean((grouped - m) ** 2, axis=(1, 3), keepdims=True)
        return self.gamma * np.reshape((grouped - m) / np.sqrt(s2 + self.eps), shape) + self.beta

    def describe(self) -> str:
        return f"groups={self.groups}"


def _scaled(x: Array, m: Array, s2: Array, layer: BatchNorm | LayerNorm) -> Tensor:
    """gamma (x − m) / √(s² + ε) + beta"""
    return layer.gamma * ((x - m) / np.sqrt(s2 + layer.eps)) + layer.beta
