"""From the sizes in a configuration to a model."""

from __future__ import annotations

from scratchgen.nn import Module
from scratchgen.random import Generator
from scratchgen.vae.linear import LinearVAE
from scratchgen.vae.models import VAE, ConditionalVAE, ConvVAE
from scratchgen.vae.vq import VQVAE

ARCHITECTURES = {
    "mlp": VAE,
    "conv": ConvVAE,
    "conditional": ConditionalVAE,
    "linear": LinearVAE,
    "vq": VQVAE,
}


def build(sizes: dict, rng: Generator | None = None) -> Module:
    """The model of `sizes["architecture"]` ("mlp" if there is none); the rest are the arguments of its class.

    Raises KeyError, TypeError or ValueError for sizes that are none.
    """
    given = dict(sizes)
    return ARCHITECTURES[given.pop("architecture", "mlp")](**given, rng=rng)
