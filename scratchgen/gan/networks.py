"""Layers and networks of the players."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from scratchgen.distributions import Array
from scratchgen.nn import BatchNorm, Conv2d, LayerNorm, LeakyReLU, Linear, Module, ReLU, SpectralNorm
from scratchgen.nn.init import glorot_uniform, he_normal
from scratchgen.random import Generator

__all__ = ["ACTIVATIONS", "NORMS", "Scale", "dense", "normed"]

NORMS = ("none", "batch", "layer", "spectral")
ACTIVATIONS: dict[str, type[Module]] = {"relu": ReLU, "leaky": LeakyReLU}


def normed(layer: Linear | Conv2d, norm: str, shape: tuple[int, ...], rng: Generator | None) -> list[Module]:
    """The layer with the normalisation of its outputs.   norm: one of `NORMS`

    shape    of one output: (D,), or (H, W, C) of an image

    Raises ValueError for an unknown norm.
    """
    if norm == "spectral":
        return [SpectralNorm(layer, rng)]
    if norm == "batch":
        return [layer, BatchNorm(shape[-1])]
    if norm == "layer":
        return [layer, LayerNorm(shape)]
    if norm == "none":
        return [layer]
    raise _unknown_norm(norm)


def _unknown_norm(norm: str) -> ValueError:
    return ValueError(f"a norm is one of {', '.join(NORMS)}, not {norm!r}")


def dense(
    widths: Sequence[int], rng: Generator | None, norm: str = "none", activation: str = "relu"
) -> list[Module]:
    """Fully connected layers of these widths, with an activation after each but the last.

    Raises ValueError for an unknown norm or activation.
    """
    if norm not in NORMS:
        raise _unknown_norm(norm)
    if activation not in ACTIVATIONS:
        raise ValueError(f"an activation is one of {', '.join(ACTIVATIONS)}, not {activation!r}")
    *hidden, last = pairwise(widths)
    layers: list[Module] = []
    for a, b in hidden:
        layers += [*normed(Linear(a, b, rng, he_normal), norm, (b,), rng), ACTIVATIONS[activation]()]
    layers += normed(Linear(*last, rng, glorot_uniform), norm if norm == "spectral" else "none", (), rng)
    return layers


class Scale(Module):
    """A change of units: factor · x."""

    def __init__(self, factor: float):
        self.factor = factor

    def forward(self, x: Array) -> Array:
        """x times the factor."""
        return self.factor * x

    def describe(self) -> str:
        return f"{self.factor:g}"
