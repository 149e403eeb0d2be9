"""Silence before and after a sound."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput, check_numbers

SILENCE = -40.0  # dB relative to the loudest moment: what is below counts as silence
MOMENT_SECONDS = 0.01


def sounding(x: np.ndarray, rate: int, below: float = SILENCE) -> slice:
    """The samples from the first to the last moment that is not silent; none of a silent sound.

    Moments last 10 ms. One is silent if its mean power is `below` decibels, or more, under the loudest moment.
    x    (N,) samples at `rate` Hz
    Raises BadInput for a rate that is not positive, a `below` that is not negative, no samples, NaN and infinity.
    """
    check_numbers("(0, ∞)", rate=rate)
    check_numbers("(-∞, 0)", below=below)
    x = np.asarray(x, np.float64)
    if x.ndim != 1 or not x.size or not np.isfinite(x).all():
        raise BadInput(f"a sound is (N,) finite samples, N ≥ 1, not an array of shape {x.shape} or with NaN")
    n = max(1, round(MOMENT_SECONDS * rate))
    power = np.square(np.concatenate([x, np.zeros(-len(x) % n)])).reshape(-1, n).mean(axis=1)
    moments = np.flatnonzero(power > power.max() * 10 ** (below / 10))
    if not moments.size:
        return slice(0, 0)
    return slice(int(moments[0]) * n, min(int(moments[-1] + 1) * n, len(x)))


def trimmed(x: np.ndarray, rate: int, peak: float = 0.9) -> np.ndarray:
    """A sound without the silence around it (`sounding`), scaled so that its largest sample is `peak`.

    Levels differ with the microphone, and beginnings with the hand at the switch; neither is a part of the sound.
    x    (N,) → (n,), n ≤ N; a silent sound becomes one sample of 0, because a sound has one at least
    """
    check_numbers("(0, ∞)", peak=peak)
    inner = np.asarray(x)[sounding(x, rate)]
    if not len(inner):
        return np.zeros(1, np.float32)
    return (peak * inner / np.abs(inner).max()).astype(np.float32)
