"""One of several classes."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions.contracts import Array
from scratchgen.functional import log_softmax, softmax, softmax_cross_entropy
from scratchgen.random import Generator, as_generator

__all__ = ["Categorical"]


class Categorical:
    """One of V classes with probabilities softmax(logits).   logits: (..., V)   Ledger: nn.softmax"""

    def __init__(self, logits: Array):
        self.logits = logits

    def __repr__(self) -> str:
        return f"Categorical(logits={brief(self.logits)})"

    @property
    def probabilities(self) -> Array:
        """softmax(logits)   (..., V).   Ledger: nn.softmax"""
        return softmax(self.logits)

    def log_prob(self, k: Array) -> Array:
        """log softmax(logits)[k]   k: (...) int → (...) nats.   Ledger: nn.cross_entropy"""
        return -softmax_cross_entropy(self.logits, np.asarray(k))

    def sample(self, rng: Generator | None = None) -> np.ndarray:
        """One class per row of logits: (...) int."""
        return as_generator(rng).categorical(to_numpy(self.probabilities))

    def entropy(self) -> Array:
        """−Σ_k p_k log p_k   → (...) nats.   Ledger: distributions.entropy"""
        log_p = log_softmax(self.logits)
        return -np.sum(np.exp(log_p) * log_p, axis=-1)
