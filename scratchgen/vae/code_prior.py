"""A learned prior over the codes of an image: a recurrent network that predicts the next code."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.distributions import Array, Categorical
from scratchgen.errors import check_counts
from scratchgen.functional import gru_recurrence
from scratchgen.nn import Embedding, Linear, Module, Parameter
from scratchgen.nn.init import glorot_uniform, orthogonal
from scratchgen.random import Generator, as_generator

__all__ = ["CodePrior"]


class CodePrior(Module):
    """The autoregressive prior of codes p(k_1 … k_N) = Π_n p(k_n | k_1 … k_{n−1}) = Π_n softmax(y_n)[k_n].

        h_n = GRU(x_n, h_{n−1}),     x_n = W[k_{n−1}] + P[n],     y_n = h_n W_hy + b_y

    The codes of an image are read row by row. x_n is the sum of two learned embeddings: of the previous code (a
    begin symbol for n = 1), and of the position n in the image.

    Ledger: vae.code_prior
    """

    def __init__(self, codes: int, length: int, hidden: int, rng: Generator | None = None):
        check_counts(codes=codes, length=length, hidden=hidden)
        rng = as_generator(rng)
        self.codes, self.length = codes, length
        self.embedding = Embedding(codes + 1, hidden, rng)  # the last is the begin symbol
        self.place = Embedding(length, hidden, rng)
        self.W_xh = Parameter(glorot_uniform(rng, hidden, 3 * hidden))
        self.W_hh = Parameter(np.concatenate([orthogonal(rng, hidden) for _ in range(3)], axis=1))
        self.b_x = Parameter(np.zeros(3 * hidden, np.float32))
        self.b_h = Parameter(np.zeros(3 * hidden, np.float32))
        self.output = Linear(hidden, codes, rng)

    def forward(self, before: Array, places: Array, h0: Array) -> tuple[Array, Array]:
        """Logits of the codes at T positions, and the states.

        before (T, B) int, the previous code of each; places (T,) int; h0 (B, H) → y (T, B, K), h (T, B, H)
        """
        x = self.embedding(before) + self.place(places)[:, None]
        h = gru_recurrence(x, h0, self.W_xh, self.W_hh, self.b_x, self.b_h)
        return self.output(h), h

    def _begin(self, batch_size: int) -> tuple[np.ndarray, np.ndarray]:
        before = np.full((1, batch_size), self.codes)
        return before, np.zeros((batch_size, self.W_hh.shape[0]), self.W_hh.dtype)

    def log_prob(self, k: Array) -> Array:
        """The log-probability Σ_n log p(k_n | k_1 … k_{n−1}).   k (B, N) int → (B,) nats   Ledger: vae.code_prior"""
        k = np.asarray(k).T
        begin, h0 = self._begin(k.shape[1])
        y, _ = self.forward(np.concatenate([begin, k[:-1]]), np.arange(self.length), h0)
        return np.sum(Categorical(y).log_prob(k), axis=0)

    def sample(self, n: int, rng: Generator | None = None) -> np.ndarray:
        """n sequences of codes, drawn position by position given the previous codes.   → (n, N) int"""
        rng = as_generator(rng)
        k, h = self._begin(n)
        drawn = []
        with no_grad():
            for place in range(self.length):
                y, h = self.forward(k, [place], h)
                k, h = Categorical(y).sample(rng), h.numpy()[0]
                drawn.append(k[0])
        return np.stack(drawn, axis=1)
