"""How good a model of sound is: its nats per frame, beside linear prediction and frames without a past."""

from __future__ import annotations

import numpy as np

from scratchgen import rnn
from scratchgen.data.sound_frames import SoundFrames, as_sound
from scratchgen.distributions import Normal
from scratchgen.evaluation import LinearPrediction
from scratchgen.runs.score import Score, mean_score
from scratchgen.tasks.scores.music import per_step

ORDER = 32  # samples that the linear prediction is from
LINEAR = f"linear prediction from {ORDER} samples"
MARGINAL = "each number Gaussian by itself"


def sound_scores(model: rnn.FrameModel, sounds: SoundFrames, part: str) -> list[Score]:
    """Held-out nats per frame, −Σ log p / Σ T over all sounds, beside those of both baselines.

    Ledger: rnn.per_step
    """
    frames = getattr(sounds, part)
    nats = rnn.nats_by_sequence(model, frames)
    linear, marginal = linear_nats(sounds, part), marginal_nats(frames)
    score = mean_score("held-out nats per frame", per_step(nats, [len(z) for z in frames]))
    return [
        Score(
            score.measure,
            score.ours,
            f"{linear:.2f} ({LINEAR})",
            f"below {linear:.2f}",
            score.value < linear,
            value=score.value,
            standard_error=score.standard_error,
            baseline_value=linear,
        ),
        Score("without a past", "", f"{marginal:.2f} ({MARGINAL})", baseline_value=marginal),
    ]


def marginal_nats(frames: list[np.ndarray]) -> float:
    """Nats per frame of N(0, I), which frames by their scale have as mean and deviations in training."""
    z = np.concatenate(frames).astype(np.float64)
    return -float(np.mean(Normal(np.zeros_like(z), np.zeros_like(z)).log_prob(z)))


def linear_nats(sounds: SoundFrames, part: str) -> float:
    """Nats per frame of the samples by linear prediction, learned from the training part.

    The samples are those that the frames stand for, with the zeros that fill the last one, and a frame of
    them has density Π_d 1/s_d times that of its numbers.   Ledger: rnn.linear_prediction
    """
    train, held_out = (
        [as_sound(z, sounds.scale) for z in frames] for frames in (sounds.train, getattr(sounds, part))
    )
    known = LinearPrediction(ORDER).fit(train)
    total = sum(float(known.log_prob(x).sum()) for x in held_out)
    return -total * sounds.D / sum(map(len, held_out)) - float(np.log(sounds.scale).sum())
