"""Layers and networks of the players."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from scratchgen.distributions import Array
from scratchgen.nn import BatchNorm, Conv2d, LayerNorm, LeakyReLU, Linear, Module, ReLU, SpectralNorm
from scratchgen.nn.init import glorot_uniform, he_normal
from scratchgen.random import Generator

__all__ = ["ACTIVATIONS", "NORMS", "Scale", "Units", "dense", "in_columns", "normed"]

Units = Any  # a number, or an array of one number per column

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
    """A change of units: factor · (x − before) + after.

    factor, before, after    a number, or one per column of x (..., D)
    """

    def __init__(self, factor: Units, before: Units = 0.0, after: Units = 0.0):
        self.factor, self.before, self.after = factor, before, after

    def forward(self, x: Array) -> Array:
        """x in the other units."""
        x = x - self.before if np.any(self.before) else x
        x = self.factor * x
        return x + self.after if np.any(self.after) else x

    def describe(self) -> str:
        return f"{self.factor:g}" if np.ndim(self.factor) == 0 else f"{np.size(self.factor)} columns"


def in_columns(value: Units, size: int, width: int, rest: float, copies: int) -> Units:
    """A number or one per data column, for rows of `copies` times (`size` data columns and others, which get `rest`).

    A number stays a number where there are no other columns.
    """
    if np.ndim(value) == 0 and size == width:
        return value
    row = np.full(width, rest, np.float32)
    row[:size] = value
    return np.tile(row, copies)
