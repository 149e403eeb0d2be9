"""How good a model of music is: its nats per step, beside notes that know neither time nor each other."""

from __future__ import annotations

import math

import numpy as np

from scratchgen import rnn
from scratchgen.data import SequenceData
from scratchgen.evaluation import Mean
from scratchgen.runs.score import Score, mean_score

MARGINALS = "each note by its frequency"


def music_scores(model: rnn.FrameModel, rolls: SequenceData, part: str) -> list[Score]:
    """Held-out nats per step, −Σ log p / Σ T over all pieces, beside those of the marginals.

    Ledger: rnn.per_step
    """
    pieces = getattr(rolls, part)
    nats = rnn.nats_by_sequence(model, pieces)
    baseline = marginal_nats(rolls.train, pieces)
    score = mean_score("held-out nats per step", per_step(nats, [len(x) for x in pieces]))
    return [
        Score(
            score.measure,
            score.ours,
            f"{baseline:.2f} ({MARGINALS})",
            f"below {baseline:.2f}",
            score.value < baseline,
            value=score.value,
            standard_error=score.standard_error,
            baseline_value=baseline,
        )
    ]


def per_step(nats: np.ndarray, steps) -> Mean:
    """r = Σ nats / Σ steps, and its standard error where pieces are drawn, not steps.

    s² = N/(N−1) Σ_i (nats_i − r steps_i)² / (Σ steps)².   Source: Cochran (1977), chapter 6.
    Ledger: rnn.per_step
    """
    steps = np.asarray(steps)
    N, ratio = len(nats), float(nats.sum() / steps.sum())
    if N == 1:
        return Mean(ratio, math.nan)
    squares = float(((nats - ratio * steps) ** 2).sum())
    return Mean(ratio, math.sqrt(N / (N - 1) * squares) / float(steps.sum()))


def marginal_nats(train: list[np.ndarray], held_out: list[np.ndarray]) -> float:
    """Nats per step of independent notes, p_d = (n_d + ½) / (n + 1): d sounds in n_d of n training steps.

    The halves are those of Krichevsky & Trofimov (1981): a note that is never heard there stays possible.

    Ledger: rnn.marginals
    """
    known, x = np.concatenate(train), np.concatenate(held_out)
    p = (known.sum(axis=0, dtype=np.float64) + 0.5) / (len(known) + 1)
    return -float(np.mean(x @ np.log(p) + (1 - x) @ np.log1p(-p)))
