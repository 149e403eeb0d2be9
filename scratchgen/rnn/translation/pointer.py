"""The pointer-generator: each symbol is either generated from the vocabulary or copied from the source.

Source: See, Liu & Manning (2017), sections 2.2 and 2.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import check_counts
from scratchgen.functional import softplus
from scratchgen.nn import Linear, Module
from scratchgen.random import Generator


class GenerationProbability(Module):
    """p_gen = σ(w · [c_t, s_t, x_t] + b): the probability that symbol t is generated and not copied.

        log_gen, log_copy = GenerationProbability(64, 32)(c, s, x)    # c, s (T′, B, 64), x (T′, B, 32)

    hidden       size of the context c_t and of the decoder's state s_t
    embedding    size of x_t, the embedding of the decoder's input
    rng          draws the weights; None: the default stream
    Source: See, Liu & Manning (2017), eq. 8.   Ledger: rnn.generation_probability
    """

    def __init__(self, hidden: int, embedding: int, rng: Generator | None = None) -> None:
        check_counts(hidden=hidden, embedding=embedding)
        self.linear = Linear(2 * hidden + embedding, 1, rng)

    def forward(self, c: Any, s: Any, x: Any) -> tuple[Tensor, Tensor]:
        """log p_gen and log(1 − p_gen), each (T′, B).   Ledger: rnn.generation_probability"""
        y = self.linear(np.concatenate([c, s, x], axis=-1))[..., 0]
        return -softplus(-y), -softplus(y)


def pointer_log_prob(log_p_vocab: Any, log_gen: Any, log_copy: Any, a: Any, x_is_w: np.ndarray) -> Tensor:
    """log P(w) = log(p_gen P_vocab(w) + (1 − p_gen) Σ_{j: x_j = w} a_j), for W words w at every step.

    log_p_vocab          log P_vocab(w), (T′, B, W); −inf for a word outside the vocabulary
    log_gen, log_copy    log p_gen and log(1 − p_gen), (T′, B)
    a                    attention weights, (T′, B, T)
    x_is_w               whether position j of the source holds w, bool (T′ or 1, B or 1, W, T)
    → (T′, B, W) nats; −inf for a word that is neither in the vocabulary nor in the source

    The sum is computed from logarithms: with p_gen = 1, log P is log P_vocab, bit by bit.
    Source: See, Liu & Manning (2017), eq. 9.   Ledger: rnn.pointer
    """
    positions = x_is_w.astype(a.dtype)
    copied = np.matmul(positions, a[..., None])[..., 0]
    in_source = (
        positions @ np.ones(positions.shape[-1], positions.dtype) > 0
    )  # faster than x_is_w.any(axis=-1)
    written, attended = log_p_vocab > -np.inf, copied > 0
    # a branch of np.where that is not chosen must be finite too: its gradient is multiplied by 0
    generate = log_gen[..., None] + np.where(written, log_p_vocab, 0)
    copy = log_copy[..., None] + np.log(np.where(attended, copied, np.finfo(copied.dtype).tiny))
    known = np.where(attended, np.logaddexp(generate, copy), generate)
    outside = np.where(in_source, copy, -np.inf)
    log_p: Any = np.where(written, known, outside)  # NumPy's stubs call the result of np.where an array
    return log_p


def coverage_loss(a: Any) -> Tensor:
    """Σ_j min(a_tj, C_tj) with the coverage C_tj = Σ_{t′<t} a_t′j: attention to positions attended to before.

    a (T′, B, T) attention weights → (T′, B), each in [0, 1]
    Source: See, Liu & Manning (2017), eq. 10 and 12.   Ledger: rnn.coverage_loss
    """
    C = np.concatenate([0 * a[:1], np.cumsum(a, axis=0)[:-1]])
    return np.sum(np.minimum(a, C), axis=-1)
