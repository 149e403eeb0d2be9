"""Convolutional networks for images given as rows of pixels.

Each convolution halves both sides of the image, each transposed convolution doubles them (see
`scratchgen.nn.convolution`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from scratchgen.distributions import Array
from scratchgen.errors import BadInput, check_counts, height_width_channels
from scratchgen.functional import conv_transpose2d
from scratchgen.nn import Conv2d, ConvTranspose2d, Linear, Module, Parameter, ReLU, Sequential
from scratchgen.nn.convolution import (
    KERNEL,
    PADDING,
    STRIDE,
    coarsest,
    margins_for,
    padding_for,
    transposed_kernel,
    zero_pad2d,
)
from scratchgen.random import Generator, as_generator

__all__ = ["ConvDecoder", "ConvEncoder", "PixelBias"]


class ConvEncoder(Module):
    """From images to features: convolutions that halve the image, then a linear layer, with a ReLU after each.

    x (..., D) → (..., features), with D = H · W · C and any number of leading axes

    image_shape    (H, W) or (H, W, C), the shape of an image; sides that cannot be halved so often are padded with 0
    channels       of each convolution, from the image inwards: (16, 32) maps 28×28×1 to 14×14×16 and 7×7×32
    features       the width of the output
    rng            draws the weights (None: the default stream)

    Raises BadInput for rows of another length.
    """

    def __init__(
        self,
        image_shape: Sequence[int],
        channels: Sequence[int],
        features: int,
        rng: Generator | None = None,
    ):
        check_counts(features=features)
        rng = as_generator(rng)
        h, w = coarsest(image_shape, channels)
        self.image_shape = height_width_channels(image_shape)
        self.features = features
        self.convolutions = Sequential(
            *padding_for(image_shape, channels),
            *(
                layer
                for c_in, c_out in pairwise((self.image_shape[2], *channels))
                for layer in (Conv2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING), ReLU())
            ),
        )
        self.to_features = Sequential(Linear(h * w * channels[-1], features, rng), ReLU())

    def forward(self, x: Array) -> Array:
        """The features of images.   x (..., D) → (..., features)"""
        *front, D = np.shape(x)
        if math.prod(self.image_shape) != D:
            H, W, C = self.image_shape
            raise BadInput(
                f"images of {H}×{W}×{C} are rows of {H * W * C} numbers, not {D}; build an encoder for your images"
            )
        h = self.convolutions(np.reshape(x, (*front, *self.image_shape)))
        return self.to_features(np.reshape(h, (*front, math.prod(h.shape[-3:]))))


class ConvDecoder(Module):
    """From latents to the parameters of each pixel's likelihood: the mirror image of `ConvEncoder`.

    z (..., Z) → (..., D · outputs), with D = H · W · C: two linear layers produce the smallest image, transposed
    convolutions double it, with a ReLU between layers; the outputs of one number are adjacent. An output larger than
    the image is cropped.

    features       the width of the first layer; without this layer images would be sums, linear in z
    image_shape    (H, W) or (H, W, C)
    channels       those of the encoder, from the image inwards
    outputs        numbers per number of x: 1 logit or mean, or V logits of classes
    rng            draws the weights (None: the default stream)

    `b` (D · outputs,) is the bias of the last layer.
    """

    def __init__(
        self,
        latent_dim: int,
        features: int,
        image_shape: Sequence[int],
        channels: Sequence[int],
        outputs: int,
        rng: Generator | None = None,
    ):
        check_counts(latent_dim=latent_dim, features=features, outputs=outputs)
        rng = as_generator(rng)
        self.smallest = (*coarsest(image_shape, channels), channels[-1])
        H, W, C = height_width_channels(image_shape)
        self.bias_shape = (H, W, C * outputs)
        self.margins = margins_for(image_shape, channels)
        self.from_latent = Sequential(
            Linear(latent_dim, features, rng), ReLU(), Linear(features, math.prod(self.smallest), rng), ReLU()
        )
        self.convolutions = Sequential(
            *(
                layer
                for c_in, c_out in pairwise(reversed(channels))
                for layer in (ConvTranspose2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING), ReLU())
            )
        )
        self.W = Parameter(transposed_kernel(channels[0], C * outputs, KERNEL, rng, STRIDE))
        # one bias per pixel, where a convolution has one per channel: initialised to the mean image, it spares
        # training to learn which pixels are always black
        self.b = Parameter(np.zeros(math.prod(self.bias_shape), np.float32))

    def forward(self, z: Array) -> Array:
        """The outputs for latents.   z (..., Z) → (..., D · outputs)"""
        front = np.shape(z)[:-1]
        h = self.convolutions(np.reshape(self.from_latent(z), (*front, *self.smallest)))
        b = zero_pad2d(np.reshape(self.b, self.bias_shape), self.margins)
        y = conv_transpose2d(h, self.W, b, STRIDE, PADDING)
        y = zero_pad2d(y, [-margin for margin in self.margins])
        return np.reshape(y, (*front, self.b.size))


class PixelBias(Module):
    """A learned bias per pixel and output, after the last layer of a decoder.   x (..., H, W, outputs) → x + b

    A convolution has one bias per channel and computes the same for every pixel, so that without this bias the codes
    would have to encode where the pixels are always of one colour.

    image_shape    (H, W) or (H, W, C)
    outputs        numbers per number of x

    `b` (D · outputs,) is 0 at first.
    """

    def __init__(self, image_shape: Sequence[int], outputs: int):
        check_counts(outputs=outputs)
        H, W, C = height_width_channels(image_shape)
        self.bias_shape = (H, W, C * outputs)
        self.b = Parameter(np.zeros(math.prod(self.bias_shape), np.float32))

    def forward(self, x: Array) -> Array:
        """The outputs with their bias."""
        return x + np.reshape(self.b, self.bias_shape)
