"""The projection discriminator of a conditional GAN."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.distributions import Array
from scratchgen.gan.networks import normed
from scratchgen.nn import Linear, Module
from scratchgen.nn.module import TensorModule
from scratchgen.random import Generator, as_generator

__all__ = ["Projection"]


class Projection(TensorModule):
    """A discriminator whose logit is linear in the class: a(x, y) = ψ(φ(x)) + φ(x) · (y V).

    x and y next to each other, (B, D + K) → (B, 1)

    That is the form of the optimal logit log p(x, y)/q(x, y) = log p(x)/q(x) + log p(y|x)/q(y|x), if p(y|x) and q(y|x)
    are softmax functions of φ(x): ψ judges the example, and the product whether the class fits it. A network that reads
    y as further numbers next to those of x must first learn to multiply the two. If y is several attributes, their
    products add up: log p(y|x) is a sum where the attributes of an x are independent.

    phi       x (B, D) → φ (B, H)
    psi       φ → (B, 1)
    width     H;   classes_width: K, the length of y
    norm      spectral normalises V as well

    Source: Miyato & Koyama (2018), cGANs with projection discriminator.
    """

    def __init__(
        self,
        phi: Module,
        psi: Module,
        width: int,
        classes_width: int,
        rng: Generator | None,
        norm: str = "none",
    ):
        self.phi, self.psi, self.classes_width = phi, psi, classes_width
        [self.V] = normed(
            Linear(classes_width, width, rng, _small), norm if norm == "spectral" else "none", (width,), rng
        )

    def forward(self, xy: Array) -> Array:
        """The logit of each row of x being real and of its class."""
        x, y = xy[:, : -self.classes_width], xy[:, -self.classes_width :]
        phi = self.phi(x)
        return self.psi(phi) + np.sum(phi * self.V(y), axis=1, keepdims=True)


def _small(rng: Generator | None, d_in: int, d_out: int) -> np.ndarray:
    """N(0, 1 / (d_in · d_out)): a product of φ and y V, both of mean square 1 per number, begins at the size of 1."""
    return as_generator(rng).standard_normal((d_in, d_out)) / math.sqrt(d_in * d_out)
