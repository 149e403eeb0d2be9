"""The convolutional pair, for images that come as rows of pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from scratchgen.gan.models import AdversarialPair
from scratchgen.gan.networks import normed
from scratchgen.nn import (
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    LeakyReLU,
    Linear,
    Module,
    ReLU,
    Sequential,
    Sigmoid,
)
from scratchgen.nn.convolution import KERNEL, PADDING, STRIDE, coarsest
from scratchgen.nn.init import glorot_uniform, he_normal
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator


@saveable
class ConvGAN(AdversarialPair):
    """G: linear layers, then transposed convolutions that double the image;  D: the way back.

    The shape of DCGAN with fewer layers and channels: in G batch normalisation and a ReLU after every layer
    but the last, which has a sigmoid; in D a leaky ReLU after every layer but the last, and `norm` after all
    but the first and the last. Convolutions of few pixels see no more of an image than a stroke: what makes
    the strokes a digit is up to the `hidden` units that stand, unlike in DCGAN, between them and z in G, and
    between them and the logit in D.

    image_shape    (H, W), what a row of D = H·W pixels is reshaped to
    channels       of the convolutions, from the image inwards: (32, 64) makes of 28×28×1 first 14×14×32,
                   then 7×7×64
    hidden         units of the linear layer between z and the smallest image, and of that before the logit
    norm           of D: none, batch, layer or spectral

    Source: Radford, Metz & Chintala (2016), section 3; with the linear layers Chen et al. (2016), InfoGAN,
    appendix C.1.   Raises BadInput for an image that cannot be halved that often.
    """

    def __init__(
        self,
        image_shape: Sequence[int],
        latent_dim: int = 100,
        channels: Sequence[int] = (32, 64),
        rng: Generator | None = None,
        *,
        hidden: int = 256,
        norm: str = "batch",
    ):
        if min(latent_dim, hidden, *channels) < 1:
            raise ValueError(f"sizes are at least 1, not {latent_dim} → {hidden} → {tuple(channels)}")
        rng = rng or Generator(0)
        image_shape, channels = tuple(image_shape), tuple(channels)
        self.latent_dim = latent_dim
        smallest = (*coarsest(image_shape, channels), channels[-1])
        self.G = Sequential(*_growing(latent_dim, hidden, smallest, channels, rng))
        self.D = Sequential(*_shrinking(image_shape, smallest, channels, hidden, norm, rng))


def _growing(latent_dim: int, hidden: int, smallest: tuple, channels: tuple, rng: Generator) -> list[Module]:
    layers = [Linear(latent_dim, hidden, rng, he_normal), BatchNorm(hidden), ReLU()]
    layers += [Linear(hidden, math.prod(smallest), rng, he_normal), Reshape(smallest)]
    for c_in, c_out in pairwise((*channels[::-1], 1)):
        init = glorot_uniform if c_out == 1 else he_normal
        layers += [BatchNorm(c_in), ReLU(), ConvTranspose2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING, init)]
    return [*layers, Reshape((-1,)), Sigmoid()]


def _shrinking(
    shape: tuple, smallest: tuple, channels: tuple, hidden: int, norm: str, rng: Generator
) -> list[Module]:
    at_the_ends = norm if norm == "spectral" else "none"
    (h, w), layers = shape, [Reshape((*shape, 1))]
    for i, (c_in, c_out) in enumerate(pairwise((1, *channels))):
        h, w = h // STRIDE, w // STRIDE
        layer = Conv2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING, he_normal)
        layers += [*normed(layer, norm if i else at_the_ends, (h, w, c_out), rng), LeakyReLU()]
    layer = Linear(math.prod(smallest), hidden, rng, he_normal)
    layers += [Reshape((-1,)), *normed(layer, norm, (hidden,), rng), LeakyReLU()]
    return [*layers, *normed(Linear(hidden, 1, rng, glorot_uniform), at_the_ends, (1,), rng)]


class Reshape(Module):
    """Every example in another shape.   (B, …) → (B, *shape)"""

    def __init__(self, shape: tuple[int, ...]):
        self.shape = shape

    def forward(self, x):
        return np.reshape(x, (len(x), *self.shape))

    def describe(self):
        return f"{self.shape}"
