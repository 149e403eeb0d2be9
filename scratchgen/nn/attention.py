"""Attention with several heads."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts
from scratchgen.functional import scaled_dot_product_attention
from scratchgen.nn.init import glorot_uniform
from scratchgen.nn.layers import Linear
from scratchgen.nn.module import Array, Module
from scratchgen.random import Generator, as_generator

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    """Scaled dot-product attention in several heads: Y = [Y_1 … Y_n] W_o + b_o, with in head i

        Y_i = softmax(Q_i K_iᵀ / √d) V_i,   Q = x W_q + b_q,  K = m W_k + b_k,  V = m W_v + b_v

    Q_i are columns (i − 1) d … i d − 1 of Q, d = H/n, and likewise K_i and V_i. Positions have no order here: add an
    encoding of the position to x where the order matters.

        attention = MultiheadAttention(64, heads=4)
        y, a = attention(x)                                       # x (T, B, 64): self-attention
        y, a = attention(x, mask=np.tril(np.ones((T, T), bool)))  # causal
        y, a = attention(x, memory, mask=present.T[:, None])      # memory (S, B, 64), present (S, B) bool

    hidden    H, the size of queries, of memory and of the output
    heads     n, which divides H
    rng       draws the weights; None: the default stream

    Raises BadInput unless heads divides hidden.
    Source: Vaswani et al. (2017), section 3.2.2.   Ledger: nn.multihead_attention
    """

    def __init__(self, hidden: int, heads: int, rng: Generator | None = None):
        check_counts(hidden=hidden, heads=heads)
        if hidden % heads:
            raise BadInput(
                f"hidden must be a multiple of heads, and {hidden} numbers make no {heads} equal heads"
            )
        rng = as_generator(rng)
        self.heads = heads
        self.query, self.key, self.value, self.output = (
            Linear(hidden, hidden, rng, init=glorot_uniform) for _ in range(4)
        )

    def forward(self, x: Array, memory: Array | None = None, mask: Any = None) -> tuple[Tensor, Tensor]:
        """The output of each query, and the attention weights of each head.

        x         queries (T′, B, H)
        memory    what the queries look at, (T, B, H); x itself by default
        mask      bool, broadcasts to (B, T′, T): True where a query may look (in PyTorch's layer, False)

        → y (T′, B, H), weights (B, n, T′, T), whose sums over T are 1
        Raises BadInput for a query that may look nowhere, ValueError for sizes that do not match.
        """
        memory = x if memory is None else memory
        q, k, v = self._split(self.query(x)), self._split(self.key(memory)), self._split(self.value(memory))
        if mask is not None:
            mask = np.asarray(mask)
            mask = mask[:, None] if mask.ndim == 3 else mask
        y, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.output(np.reshape(np.moveaxis(y, 2, 0), np.shape(x))), weights  # the heads side by side

    def _split(self, x: Any) -> Any:
        """(T, B, H) → (B, n, T, d)"""
        T, B, H = x.shape
        return np.moveaxis(np.reshape(x, (T, B, self.heads, H // self.heads)), 0, 2)

    def describe(self) -> str:
        return f"heads={self.heads}"
