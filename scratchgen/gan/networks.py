"""What the players are made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from scratchgen.nn import BatchNorm, LayerNorm, LeakyReLU, Linear, Module, ReLU, SpectralNorm
from scratchgen.nn.init import glorot_uniform, he_normal
from scratchgen.random import Generator

NORMS = ("none", "batch", "layer", "spectral")
ACTIVATIONS = {"relu": ReLU, "leaky": LeakyReLU}


def normed(layer: Module, norm: str, shape: tuple[int, ...], rng: Generator) -> list[Module]:
    """The layer, and how its outputs are kept in bounds.   norm: one of `NORMS`

    shape    of an output: (D,), or (H, W, C) of an image
    """
    if norm == "spectral":
        return [SpectralNorm(layer, rng)]
    if norm == "batch":
        return [layer, BatchNorm(shape[-1])]
    if norm == "layer":
        return [layer, LayerNorm(shape)]
    if norm == "none":
        return [layer]
    raise ValueError(f"a norm is one of {', '.join(NORMS)}, not {norm!r}")


def dense(
    widths: Sequence[int], rng: Generator, norm: str = "none", activation: str = "relu"
) -> list[Module]:
    """Fully connected layers of these widths, an activation after each but the last."""
    *hidden, last = pairwise(widths)
    layers = []
    for a, b in hidden:
        layers += [*normed(Linear(a, b, rng, he_normal), norm, (b,), rng), ACTIVATIONS[activation]()]
    layers += normed(Linear(*last, rng, glorot_uniform), norm if norm == "spectral" else "none", (), rng)
    return layers
