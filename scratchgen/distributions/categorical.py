"""One of several classes."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import Distribution, Shape, stream_and_shape
from scratchgen.functional import log_softmax, softmax, softmax_cross_entropy
from scratchgen.random import Generator

__all__ = ["Categorical"]


class Categorical(Distribution):
    """One of V classes with probabilities softmax(logits).   logits: (..., V)   Ledger: nn.softmax"""

    event_ndim = 0  # a value is a single class

    def __init__(self, logits: Array):
        self.logits = logits

    @property
    def probabilities(self) -> Array:
        """softmax(logits)   (..., V).   Ledger: nn.softmax"""
        return softmax(self.logits)

    def log_prob(self, k: Array) -> Array:
        """log softmax(logits)[k]   k: (...) int, or with more axes in front → (...) nats.   Ledger: nn.cross_entropy"""
        k, classes = np.asarray(k), np.shape(self.logits)[-1:]
        full = np.broadcast_shapes(k.shape, np.shape(self.logits)[:-1])
        if k.shape == full == np.shape(self.logits)[:-1]:
            return -softmax_cross_entropy(self.logits, k)
        logits = np.broadcast_to(self.logits, full + classes)
        return -softmax_cross_entropy(logits, np.broadcast_to(k, full))

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent classes per row of logits: (*shape, ...) int."""
        p = to_numpy(self.probabilities)
        rng, full = stream_and_shape(rng, shape, p.shape)
        return rng.categorical(np.broadcast_to(p, full))

    def entropy(self) -> Array:
        """−Σ_k p_k log p_k   → (...) nats.   Ledger: distributions.entropy"""
        log_p = log_softmax(self.logits)
        return -np.sum(np.exp(log_p) * log_p, axis=-1)
