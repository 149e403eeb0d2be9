"""Scores of sequences per step: the mean with its error, and independent notes to compare it with."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.evaluation.examples import Mean


def per_step(nats: np.ndarray, steps: ArrayLike) -> Mean:
    """r = Σ nats / Σ steps, with its standard error for pieces drawn at random.

    s² = N/(N−1) Σ_i (nats_i − r steps_i)² / (Σ steps)².   Source: Cochran (1977), chapter 6.
    Ledger: rnn.per_step
    """
    T = np.asarray(steps)
    N, ratio = len(nats), float(nats.sum() / T.sum())
    if N == 1:
        return Mean(ratio, math.nan)
    squares = float(((nats - ratio * T) ** 2).sum())
    return Mean(ratio, math.sqrt(N / (N - 1) * squares) / float(T.sum()))


def marginal_nats(train: list[np.ndarray], held_out: list[np.ndarray]) -> float:
    """Nats per step of independent notes, p_d = (n_d + ½) / (n + 1): note d sounds in n_d of n training steps.

    The halves are those of Krichevsky & Trofimov (1981): a note that is never heard there stays possible.

    Ledger: rnn.marginals
    """
    known, x = np.concatenate(train), np.concatenate(held_out)
    p = (known.sum(axis=0, dtype=np.float64) + 0.5) / (len(known) + 1)
    return -float(np.mean(x @ np.log(p) + (1 - x) @ np.log1p(-p)))
