"""Attention: a mean of what was read, weighted by how well each place fits what is asked for.

    a_tj = softmax_j(score(s_t, h_j)),     c_t = Σ_j a_tj h_j

s_t (T′, B, D) are the queries, h_j (T, B, H) the places; a place that the mask calls padding has weight 0.
"""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.functional import softmax
from scratchgen.nn import Module, Parameter
from scratchgen.nn.init import glorot_uniform
from scratchgen.random import Generator


class Attention(Module):
    """What both kinds share: from scores to weights to the mean."""

    def scores(self, s, h):
        """score(s_t, h_j) for every t and j: (B, T′, D), (B, T, H) → (B, T′, T)."""
        raise NotImplementedError(f"{type(self).__name__} has no scores()")

    def forward(self, s, h, mask=None):
        """The mean for each query, and its weights.

        s (T′, B, D), h (T, B, H), mask (T, B) bool or None → c (T′, B, H), a (T′, B, T)
        Raises BadInput for a sequence without a real place: there is nothing to take the mean of.
        """
        if mask is not None and not np.all(np.any(mask, axis=0)):
            raise BadInput("a sequence is masked everywhere, so there is nothing to attend to; remove it")
        s, h = np.swapaxes(s, 0, 1), np.swapaxes(h, 0, 1)
        scores = self.scores(s, h)
        if mask is not None:
            scores = np.where(mask.T[:, None], scores, np.array(-np.inf, scores.dtype))
        a = softmax(scores)
        return np.swapaxes(a @ h, 0, 1), np.swapaxes(a, 0, 1)


class DotAttention(Attention):
    """score(s, h) = s · h / √H: no weights of its own, and queries as wide as places.

    The root keeps the scores of random vectors of the order of 1.
    Source: Luong et al. (2015), eq. 8; the root: Vaswani et al. (2017), eq. 1.   Ledger: rnn.attention
    """

    def scores(self, s, h):
        return s @ np.swapaxes(h, 1, 2) / math.sqrt(h.shape[-1])


class AdditiveAttention(Attention):
    """score(s, h) = v · tanh(s W + h U): a network with one hidden layer of `hidden` units.

    W (D, K), U (H, K), v (K,).   Source: Bahdanau et al. (2015), appendix A.1.2.   Ledger: rnn.attention
    """

    def __init__(self, d_query: int, d_place: int, hidden: int, rng: Generator):
        self.W = Parameter(glorot_uniform(rng, d_query, hidden))
        self.U = Parameter(glorot_uniform(rng, d_place, hidden))
        self.v = Parameter(glorot_uniform(rng, hidden, 1)[:, 0])

    def scores(self, s, h):
        return np.tanh((s @ self.W)[:, :, None] + (h @ self.U)[:, None]) @ self.v
