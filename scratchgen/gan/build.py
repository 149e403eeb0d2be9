"""From the sizes in a configuration to a pair of players."""

from __future__ import annotations

from scratchgen.gan.convolutional import ConvGAN
from scratchgen.gan.models import GAN, AdversarialPair, ConditionalGAN
from scratchgen.random import Generator

ARCHITECTURES = {"dense": GAN, "packed": GAN, "conv": ConvGAN, "conditional": ConditionalGAN}


def build(sizes: dict, rng: Generator | None = None) -> AdversarialPair:
    """The pair of `sizes["architecture"]` ("dense" if there is none); the rest are arguments of its class.

    Raises KeyError, TypeError or ValueError for sizes that are none.
    """
    given = dict(sizes)
    return ARCHITECTURES[given.pop("architecture", "dense")](**given, rng=rng)
