"""Independent binary pixels."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import Distribution, Shape, stream_and_shape
from scratchgen.errors import BadInput
from scratchgen.functional import bernoulli_cross_entropy, sigmoid, softplus
from scratchgen.random import Generator

__all__ = ["Bernoulli"]


class Bernoulli(Distribution):
    """Independent binary pixels with probabilities σ(logits).   logits: (B, D)   Ledger: vae.likelihood"""

    def __init__(self, logits: Array):
        self.logits = logits

    @property
    def mean(self) -> Array:
        """σ(logits), the probability of a one.   Ledger: vae.likelihood"""
        return sigmoid(self.logits)

    @property
    def variance(self) -> Array:
        """p (1 − p), the variance of each pixel."""
        return self.mean * (1 - self.mean)

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

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples: zeros and ones, (*shape, B, D), in the dtype of the logits."""
        p = to_numpy(self.mean)
        rng, full = stream_and_shape(rng, shape, p.shape)
        return (rng.random(full, p.dtype) < p).astype(p.dtype)

    def entropy(self) -> Array:
        """Σ_d softplus(a_d) − p_d a_d   → (B,) nats.   Ledger: distributions.bernoulli_entropy"""
        return np.sum(softplus(self.logits) - self.mean * self.logits, axis=-1)
