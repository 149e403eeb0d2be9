"""Convolutional networks for images that come as rows of pixels.

Each convolution halves both sides of the image, each transposed one doubles them (see
`scratchgen.nn.convolution`).
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.functional import conv_transpose2d
from scratchgen.nn import Conv2d, ConvTranspose2d, Linear, Module, Parameter, ReLU, Sequential
from scratchgen.nn.convolution import KERNEL, PADDING, STRIDE, coarsest, transposed_kernel
from scratchgen.random import Generator


class ConvEncoder(Module):
    """Images to features: convolutions that halve the image, then a linear layer, a ReLU after each.

    x (..., D) → (..., features), with D = H · W, any number of axes in front

    image_shape    (H, W), what a row of pixels is reshaped to
    channels       of each convolution, from the image inwards: (16, 32) makes of 28×28×1 first 14×14×16, then
                   7×7×32
    features       the width of the output

    Raises BadInput for an image that cannot be halved that often, and for rows of another length.
    """

    def __init__(
        self, image_shape: tuple[int, int], channels: tuple[int, ...], features: int, rng: Generator
    ):
        h, w = coarsest(image_shape, channels)
        self.image_shape = tuple(image_shape)
        self.features = features
        self.convolutions = Sequential(
            *(
                layer
                for c_in, c_out in pairwise((1, *channels))
                for layer in (Conv2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING), ReLU())
            )
        )
        self.to_features = Sequential(Linear(h * w * channels[-1], features, rng), ReLU())

    def forward(self, x):
        """x (..., D) → (..., features)"""
        *front, D = np.shape(x)
        if math.prod(self.image_shape) != D:
            H, W = self.image_shape
            raise BadInput(
                f"images of {H}×{W} are rows of {H * W} pixels, not {D}; make the encoder for yours"
            )
        h = self.convolutions(np.reshape(x, (*front, *self.image_shape, 1)))
        return self.to_features(np.reshape(h, (*front, math.prod(h.shape[-3:]))))


class ConvDecoder(Module):
    """Latents to what the likelihood of each pixel wants: the way of `ConvEncoder` backwards.

    z (..., Z) → (..., D · outputs), with D = H · W: two linear layers make the smallest image, transposed
    convolutions double it, with a ReLU between layers; the numbers of one pixel lie side by side.

    features       the width of the first layer. Without it, z would only be able to add up images
    image_shape    (H, W)
    channels       as of the encoder, from the image inwards
    outputs        how many numbers a pixel has: 1 logit or mean, or V logits of classes

    `b` (D · outputs,) is the bias of the last layer.   Raises BadInput as the encoder does.
    """

    def __init__(
        self,
        latent_dim: int,
        features: int,
        image_shape: tuple[int, int],
        channels: tuple[int, ...],
        outputs: int,
        rng: Generator,
    ):
        self.smallest = (*coarsest(image_shape, channels), channels[-1])
        self.bias_shape = (*image_shape, outputs)
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
        self.W = Parameter(transposed_kernel(channels[0], outputs, KERNEL, rng, STRIDE))
        # one number a pixel, where a convolution has one a channel: begun at the mean image, it spares the
        # training to find out which pixels are always black
        self.b = Parameter(np.zeros(math.prod(self.bias_shape), np.float32))

    def forward(self, z):
        """z (..., Z) → (..., D · outputs)"""
        front = np.shape(z)[:-1]
        h = self.convolutions(np.reshape(self.from_latent(z), (*front, *self.smallest)))
        y = conv_transpose2d(h, self.W, np.reshape(self.b, self.bias_shape), STRIDE, PADDING)
        return np.reshape(y, (*front, self.b.size))
