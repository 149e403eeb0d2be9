"""Outputs of a frame model over binary frames, such as the notes of a piano roll.

Both give p(x | h) over x in {0, 1}^D, given the state h before the frame. `IndependentNotes` ignores which
notes sound together; `NADE` models a chord note by note.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Bernoulli
from scratchgen.errors import BadInput, check_counts
from scratchgen.functional import bernoulli_cross_entropy, linear, sigmoid
from scratchgen.nn import Module, Parameter
from scratchgen.nn.init import glorot_uniform
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.cells import output


class Notes(Module):
    """The check that all outputs over x in {0, 1}^D share."""

    @staticmethod
    def check(x: np.ndarray) -> None:
        """Raise BadInput for frames with other values than 0 and 1."""
        if not ((x == 0) | (x == 1)).all():
            raise BadInput("a note sounds (1) or not (0), and these frames have other numbers; round them")


class IndependentNotes(Notes):
    """p(x | h) = Π_d Bernoulli(x_d; σ(y_d)),   y = h W_hy + b_y.

        IndependentNotes(100, 88).log_prob(h, x)    # h (T, B, 100), x (T, B, 88) → (T, B) nats

    hidden, data_dim    H and D: W_hy (H, D), b_y (D,)
    rng                 draws the weights; None: the default stream
    Source: Boulanger-Lewandowski et al. (2012), the RNN without a NADE.   Ledger: rnn.independent_notes
    """

    def __init__(self, hidden: int, data_dim: int, rng: Generator | None = None) -> None:
        check_counts(hidden=hidden, data_dim=data_dim)
        self.W_hy = Parameter(glorot_uniform(rng, hidden, data_dim))
        self.b_y = Parameter(np.zeros(data_dim, np.float32))

    def log_prob(self, h: Any, x: Any) -> Tensor:
        """log p(x | h) of each frame: h (..., H), x (..., D) of 0 and 1 → (...) nats.

        Ledger: rnn.independent_notes
        """
        return -bernoulli_cross_entropy(output(h, self.W_hy, self.b_y), x)

    def sample(self, h: Any, rng: Generator) -> np.ndarray:
        """One x for each h: (..., H) → (..., D) of 0 and 1."""
        return Bernoulli(output(h, self.W_hy, self.b_y)).sample(rng)


class NADE(Notes):
    """p(x | h) = Π_d p(x_d | x_1 … x_{d−1}, h), the neural autoregressive distribution estimator.

        p(x_d = 1 | x_<d, h) = σ(b_d + V_d · s_d),     s_d = σ(c + Σ_{j<d} x_j W_j)
        b = h W_hb + b_b,     c = h W_hc + b_c

    The state sets the biases b (D,) of the notes and c (K,) of the K hidden units; W (D, K) and V (D, K) are
    shared by all steps. With V = 0 the notes are independent.

        NADE(100, 88, 32).log_prob(h, x)    # h (T, B, 100), x (T, B, 88) → (T, B) nats

    hidden, data_dim    H and D
    units               K, the number of hidden units of the estimator
    rng                 draws the weights; None: the default stream
    Source: Larochelle & Murray (2011); over a state: Boulanger-Lewandowski et al. (2012), RNN-NADE.
    Ledger: rnn.nade
    """

    def __init__(self, hidden: int, data_dim: int, units: int, rng: Generator | None = None) -> None:
        check_counts(hidden=hidden, data_dim=data_dim, units=units)
        self.W = Parameter(glorot_uniform(rng, data_dim, units))
        self.V = Parameter(glorot_uniform(rng, units, data_dim).T)
        self.W_hb = Parameter(glorot_uniform(rng, hidden, data_dim))
        self.b_b = Parameter(np.zeros(data_dim, np.float32))
        self.W_hc = Parameter(glorot_uniform(rng, hidden, units))
        self.b_c = Parameter(np.zeros(units, np.float32))

    def biases(self, h: Any) -> tuple[Tensor, Tensor]:
        """The biases b (..., D) of the notes and c (..., K) of the hidden units, given h (..., H)."""
        return linear(h, self.W_hb, self.b_b), linear(h, self.W_hc, self.b_c)

    def log_prob(self, h: Any, x: Any) -> Tensor:
        """log p(x | h) of each frame: h (..., H), x (..., D) of 0 and 1 → (...) nats.   Ledger: rnn.nade"""
        return nade_log_prob(x, *self.biases(h), self.W, self.V)

    def sample(self, h: Any, rng: Generator) -> np.ndarray:
        """One x for each h, note by note: (..., H) → (..., D) of 0 and 1."""
        b, a = (to_numpy(bias) for bias in self.biases(h))
        W, V = to_numpy(self.W), to_numpy(self.V)
        x = np.zeros_like(b)
        u = as_generator(rng).random(x.shape, x.dtype)
        for d in range(x.shape[-1]):
            x[..., d] = u[..., d] < sigmoid(b[..., d] + sigmoid(a) @ V[d])
            a = a + x[..., d, None] * W[d]
        return x


def nade_log_prob(x: Any, b: Any, c: Any, W: Any, V: Any) -> Tensor:
    """log p(x) = Σ_d log p(x_d | x_<d) of the neural autoregressive distribution estimator `NADE`.

    x (..., D) of 0 and 1, b (..., D), c (..., K), W (D, K), V (D, K) → (...) nats

    s_d changes only where a note sounds: with at most M notes per frame, M + 1 vectors are computed in place
    of D. The m-th has read the first m notes, and serves every d with m notes below it.

    Source: Larochelle & Murray (2011).   Ledger: rnn.nade
    """
    below = (np.cumsum(x, axis=-1) - x)[..., None, :]  # the number of notes below d
    m = np.arange(int(below.max(initial=0)) + 1)[:, None]
    first = x[..., None, :] * (below < m)  # (..., M + 1, D): the first m notes
    s = sigmoid(c[..., None, :] + first @ W)
    logits = b + np.sum((s @ V.T) * (below == m), axis=-2)
    return -bernoulli_cross_entropy(logits, x)
