"""Independent binary pixels."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.errors import BadInput
from scratchgen.functional import bernoulli_cross_entropy, sigmoid, softplus
from scratchgen.random import Generator, as_generator

__all__ = ["Bernoulli"]


class Bernoulli:
    """Independent binary pixels with probabilities σ(logits).   logits: (B, D)   Ledger: vae.likelihood"""

    def __init__(self, logits: Array):
        self.logits = logits

    def __repr__(self) -> str:
        return f"Bernoulli(logits={brief(self.logits)})"

    @property
    def mean(self) -> Array:
        """σ(logits), the probability of a one.   Ledger: vae.likelihood"""
        return sigmoid(self.logits)

    def log_prob(self, x: Array) -> Array:
        """Σ_d x_d log p_d + (1 − x_d) log(1 − p_d)   → (B,) nats.   Ledger: vae.likelihood

        x in [0, 1]; a grey value counts as the pixel's mean, and log_prob is then minus a cross entropy.
        Raises BadInput outside [0, 1] and for NaN.
        """
        self.check(x)
        return -bernoulli_cross_entropy(self.logits, x)

    @staticmethod
    def check(x: Array) -> None:
        """Raise BadInput unless x is in [0, 1]."""
        pixels = np.asarray(to_numpy(x))
        if pixels.size and not (pixels.min() >= 0 and pixels.max() <= 1):
            raise BadInput(
                f"a Bernoulli likelihood needs pixels in [0, 1], these are in [{pixels.min():.4g}, "
                f"{pixels.max():.4g}]; scale them (bytes: divide by 255) and remove NaN"
            )

    def sample(self, rng: Generator | None = None) -> np.ndarray:
        """One sample: zeros and ones of the logits' shape, in their dtype."""
        p, rng = to_numpy(self.mean), as_generator(rng)
        return (rng.random(p.shape, p.dtype) < p).astype(p.dtype)

    def entropy(self) -> Array:
        """Σ_d softplus(a_d) − p_d a_d   → (B,) nats.   Ledger: distributions.bernoulli_entropy"""
        return np.sum(softplus(self.logits) - self.mean * self.logits, axis=-1)
