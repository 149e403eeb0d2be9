"""Attention: for each query, the mean of the encoder's states, weighted by their scores.

    a_tj = softmax_j(score(s_t, h_j)),     c_t = Σ_j a_tj h_j

s_t (T′, B, D) are the queries, h_j (T, B, H) the states; a state at a padded position has weight 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts
from scratchgen.functional import softmax
from scratchgen.nn import Module, Parameter
from scratchgen.nn.init import glorot_uniform
from scratchgen.random import Generator


class Attention(Module):
    """c_t = Σ_j softmax_j(score(s_t, h_j)) h_j. A subclass defines `scores`.

    class BilinearAttention(Attention):
        def __init__(self, hidden, rng):
            self.W = Parameter(glorot_uniform(rng, hidden, hidden))

        def scores(self, s, h):
            return s @ self.W @ np.swapaxes(h, 1, 2)

    Source: Bahdanau et al. (2015), eq. 5 and 6.   Ledger: rnn.attention
    """

    def scores(self, s: Any, h: Any) -> Tensor:
        """score(s_t, h_j) for every t and j: s (B, T′, D), h (B, T, H) → (B, T′, T)."""
        raise NotImplementedError(f"{type(self).__name__} has no scores()")

    def forward(self, s: Any, h: Any, mask: np.ndarray | None = None) -> tuple[Tensor, Tensor]:
        """The context of each query, and its attention weights.

        s (T′, B, D), h (T, B, H), mask (T, B) bool or None → c (T′, B, H), a (T′, B, T), Σ_j a_tj = 1
        Raises BadInput for a sequence that is masked everywhere.   Ledger: rnn.attention
        """
        _check_mask(mask)
        s, h = np.swapaxes(s, 0, 1), np.swapaxes(h, 0, 1)
        mask = None if mask is None else mask[:, None]
        a = softmax(_masked(self.scores(s, h), mask))
        return np.swapaxes(a @ h, 0, 1), np.swapaxes(a, 0, 1)


def _check_mask(mask: np.ndarray | None) -> None:
    if mask is not None and not np.all(np.any(mask, axis=0)):
        raise BadInput("a sequence is masked everywhere, so there is nothing to attend to; remove it")


def _masked(scores: Any, mask: np.ndarray | None) -> Any:
    """The scores (B, …, T), −inf at positions that the mask (T, …, B) leaves out."""
    return scores if mask is None else np.where(mask.T, scores, np.array(-np.inf, scores.dtype))


class DotAttention(Attention):
    """score(s, h) = s · h / √H: no parameters; queries and states have one size, H.

    The root keeps the scores of random vectors of the order of 1.

        c, a = DotAttention()(s, h, mask)    # s (T′, B, H), h (T, B, H)

    Source: Luong et al. (2015), eq. 8; the root: Vaswani et al. (2017), eq. 1.   Ledger: rnn.attention
    """

    def scores(self, s: Any, h: Any) -> Tensor:
        return s @ np.swapaxes(h, 1, 2) / math.sqrt(h.shape[-1])


class AdditiveAttention(Attention):
    """score(s, h) = v · tanh(s W + h U), a network with one hidden layer: W (D, K), U (H, K), v (K,).

        c, a = AdditiveAttention(64, 64, 32)(s, h, mask)    # s (T′, B, 64), h (T, B, 64)

    d_query, d_place    D and H, the sizes of queries and states
    hidden              K, the hidden units
    rng                 draws the weights; None: the default stream
    Source: Bahdanau et al. (2015), appendix A.1.2.   Ledger: rnn.attention
    """

    def __init__(self, d_query: int, d_place: int, hidden: int, rng: Generator | None = None) -> None:
        check_counts(d_query=d_query, d_place=d_place, hidden=hidden)
        self.W = Parameter(glorot_uniform(rng, d_query, hidden))
        self.U = Parameter(glorot_uniform(rng, d_place, hidden))
        self.v = Parameter(glorot_uniform(rng, hidden, 1)[:, 0])

    def scores(self, s: Any, h: Any) -> Tensor:
        return np.tanh((s @ self.W)[:, :, None] + (h @ self.U)[:, None]) @ self.v


class CoverageAttention(AdditiveAttention):
    """score(s_t, h_j) = v · tanh(s_t W + h_j U + C_tj w), with the coverage C_tj = Σ_{t′<t} a_t′j.

    The coverage tells the decoder the positions to which it attended before; C_1 = 0. The steps are computed one
    after another. With w = 0 this is `AdditiveAttention`.

        c, a, coverage = CoverageAttention(64, 64, 32)(s, h, mask)    # s (T′, B, 64), h (T, B, 64)

    The arguments are those of `AdditiveAttention`; w (K,).
    Source: See, Liu & Manning (2017), eq. 10 and 11.   Ledger: rnn.coverage_attention
    """

    def __init__(self, d_query: int, d_place: int, hidden: int, rng: Generator | None = None) -> None:
        super().__init__(d_query, d_place, hidden, rng)
        self.w = Parameter(glorot_uniform(rng, 1, hidden)[0])

    def forward(  # type: ignore[override]  # the coverage is one result more
        self, s: Any, h: Any, mask: np.ndarray | None = None, coverage: Any = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The context of each query, its attention weights, and the coverage after the last query.

        s (T′, B, D), h (T, B, H), mask (T, B) bool or None, coverage (B, T) before the first query, None: 0
        → c (T′, B, H), a (T′, B, T), coverage (B, T)
        Raises BadInput for a sequence that is masked everywhere.   Ledger: rnn.coverage_attention
        """
        _check_mask(mask)
        h = np.swapaxes(h, 0, 1)
        queries, places = s @ self.W, h @ self.U
        C: Any = np.zeros(h.shape[:2], h.dtype) if coverage is None else coverage
        weights = []
        for t in range(len(s)):
            scores: Any = np.tanh(queries[t][:, None] + places + C[..., None] * self.w) @ self.v
            weights.append(softmax(_masked(scores, mask)))
            C = C + weights[-1]
        a: Any = np.stack(weights)
        return np.swapaxes(np.swapaxes(a, 0, 1) @ h, 0, 1), a, C
