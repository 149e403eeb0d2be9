"""The convolutional pair, for images given as rows of pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from scratchgen.distributions import Array
from scratchgen.errors import check_counts, height_width_channels
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
from scratchgen.nn.convolution import KERNEL, PADDING, STRIDE, coarsest, cropping_for, padding_for
from scratchgen.nn.init import glorot_uniform, he_normal
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator


@saveable
class ConvGAN(AdversarialPair):
    """A convolutional GAN. G: linear layers, then transposed convolutions that double the image; D mirrors G.

    The architecture of DCGAN with fewer layers and channels: in G batch normalisation and a ReLU after every
    layer but the last, which has a sigmoid; in D a leaky ReLU after every layer but the last, and `norm` after
    all but the first and the last. A convolution over few pixels covers no more of an image than a stroke; the
    `hidden` units between the convolutions and z in G, and between the convolutions and the logit in D, combine
    the strokes into a digit. DCGAN has no such layer.

    image_shape    (H, W) or (H, W, C), the shape of an image; its row has D = H·W·C numbers. Sides that cannot be
                   halved so often are padded with 0 in D, and cropped in G
    channels       of the convolutions, from the image inwards: (32, 64) maps 28×28×1 to 14×14×32 and 7×7×64
    rng            draws the weights (None: the default stream)
    hidden         units of the linear layer between z and the smallest image, and of the layer before the logit
    norm           of D: none, batch, layer or spectral

    Source: Radford, Metz & Chintala (2016), section 3; with the linear layers Chen et al. (2016), InfoGAN,
    appendix C.1.   Raises ValueError for sizes below 1 and an unknown norm.
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
        check_counts(latent_dim=latent_dim, hidden=hidden)
        rng = as_generator(rng)
        self.latent_dim = latent_dim
        smallest = (*coarsest(image_shape, channels), channels[-1])
        shape, channels = height_width_channels(image_shape), tuple(channels)
        self.G = Sequential(*_growing(latent_dim, hidden, shape, smallest, channels, rng))
        self.D = Sequential(*_shrinking(shape, smallest, channels, hidden, norm, rng))


def _growing(
    latent_dim: int, hidden: int, shape: tuple, smallest: tuple, channels: tuple, rng: Generator
) -> list[Module]:
    layers: list[Module] = [Linear(latent_dim, hidden, rng, he_normal), BatchNorm(hidden), ReLU()]
    layers += [Linear(hidden, math.prod(smallest), rng, he_normal), Reshape(smallest)]
    wider = (*channels[::-1], shape[2])
    for i, (c_in, c_out) in enumerate(pairwise(wider), 2):
        init = glorot_uniform if i == len(wider) else he_normal
        layers += [BatchNorm(c_in), ReLU(), ConvTranspose2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING, init)]
    return [*layers, *cropping_for(shape, channels), Reshape((-1,)), Sigmoid()]


def _shrinking(
    shape: tuple[int, int, int], smallest: tuple, channels: tuple, hidden: int, norm: str, rng: Generator
) -> list[Module]:
    outer_norm = norm if norm == "spectral" else "none"
    h, w = (n * STRIDE ** len(channels) for n in smallest[:2])
    layers: list[Module] = [Reshape(shape), *padding_for(shape, channels)]
    for i, (c_in, c_out) in enumerate(pairwise((shape[2], *channels))):
        h, w = h // STRIDE, w // STRIDE
        layer = Conv2d(c_in, c_out, KERNEL, rng, STRIDE, PADDING, he_normal)
        layers += [*normed(layer, norm if i else outer_norm, (h, w, c_out), rng), LeakyReLU()]
    dense = Linear(math.prod(smallest), hidden, rng, he_normal)
    layers += [Reshape((-1,)), *normed(dense, norm, (hidden,), rng), LeakyReLU()]
    return [*layers, *normed(Linear(hidden, 1, rng, glorot_uniform), outer_norm, (1,), rng)]


class Reshape(Module):
    """A layer that reshapes every example.   (B, …) → (B, *shape)"""

    def __init__(self, shape: tuple[int, ...]):
        self.shape = shape

    def forward(self, x: Array) -> Array:
        """The examples in this layer's shape."""
        return np.reshape(x, (len(x), *self.shape))

    def describe(self) -> str:
        return f"{self.shape}"
