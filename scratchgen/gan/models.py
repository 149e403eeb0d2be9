"""The dense pair: a generator z ↦ x and a discriminator x ↦ the logit of being real."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.nn import Linear, Module, ReLU, Sequential, Sigmoid
from scratchgen.nn.init import glorot_uniform, he_normal
from scratchgen.random import Generator


class GAN(Module):
    """G: z (B, Z) → 256 → 512 → x (B, D) in (0, 1),     D: x (B, D) → 256 → 512 → logit (B,).

    D(x) of the papers is σ(logit): the game is played on logits, which cannot saturate to NaN.
    """

    def __init__(self, data_dim: int, latent_dim: int = 100, rng: Generator | None = None):
        if min(data_dim, latent_dim) < 1:
            raise ValueError(f"sizes are at least 1, not {latent_dim} → {data_dim}")
        rng = rng or Generator(0)
        self.latent_dim = latent_dim
        self.G = Sequential(
            *(Linear(latent_dim, 256, rng, he_normal), ReLU()),
            *(Linear(256, 512, rng, he_normal), ReLU()),
            *(Linear(512, data_dim, rng, glorot_uniform), Sigmoid()),
        )
        self.D = Sequential(
            *(Linear(data_dim, 256, rng, he_normal), ReLU()),
            *(Linear(256, 512, rng, he_normal), ReLU()),
            Linear(512, 1, rng, glorot_uniform),
        )

    def generate(self, n: int, rng: Generator):
        """x = G(z) for z ~ N(0, I): (n, D), differentiable in G's parameters."""
        return self.G(rng.standard_normal((n, self.latent_dim)))

    def logits(self, x):
        """The logit a of D(x) = σ(a).   (B, D) → (B,)"""
        return self.D(x)[:, 0]

    def sample(self, n: int, rng: Generator) -> np.ndarray:
        """n generated images as a plain array (n, D) in (0, 1)."""
        with no_grad():
            return self.generate(n, rng).numpy()
