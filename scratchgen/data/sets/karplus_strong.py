"""Sound by formula: plucked strings."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput
from scratchgen.random import Generator

RATE = 8000
SECONDS = 0.5
PERIODS = (80, 71, 63, 60, 53, 47, 42, 40)  # samples: about a major scale from 99 Hz, an octave
PLUCKS = (80, 10, 10)  # of every string: train, validation, test
SEED = 1983


def pluck(burst: np.ndarray, n: int) -> np.ndarray:
    """A plucked string: a burst of noise goes round in a delay line that softens it.

    y_t = burst_t for t < p, then y_t = ½ (y_{t−p} + y_{t−p−1}), with y_{−1} = 0

    burst    (..., p), one period; its length is the pitch: the average delays by half a sample, so the
             string sounds at rate / (p + ½) Hz
    n        how many samples → (..., n), of burst's dtype and no louder than it
    Raises BadInput for a period below 2.   Source: Karplus & Strong (1983), eq. 1.
    Ledger: data.plucked_string
    """
    p = burst.shape[-1]
    if p < 2:
        raise BadInput(f"a string with a period of {p} samples does not sound; choose at least 2")
    # A period needs only the one before it, so a whole period is one step.
    periods, before = [burst], np.zeros_like(burst[..., :1])
    for _ in range(math.ceil(n / p) - 1):
        last = periods[-1]
        shifted = np.concatenate([before, last[..., :-1]], axis=-1)
        before = last[..., -1:]
        periods.append((last + shifted) / 2)
    return np.concatenate(periods, axis=-1)[..., :n]


def noise(shape: tuple[int, ...], rng: Generator) -> np.ndarray:
    """Bursts (..., p), uniform, of mean 0 and peak 1: an average never softens a mean that is not 0."""
    burst = 2 * rng.random(shape) - 1
    burst -= burst.mean(axis=-1, keepdims=True)
    return burst / np.abs(burst).max(axis=-1, keepdims=True)


def frequency(period: int, rate: int = RATE) -> float:
    """The pitch of a string of that period, in Hz."""
    return rate / (period + 0.5)


def load() -> SoundData:
    """8 strings of half a second, each plucked 80 + 10 + 10 times, never with the same noise.

    The label is the string.
    """
    rng, parts, labels = Generator(SEED), [], []
    for plucks in PLUCKS:
        sounds = []
        for period in PERIODS:
            sounds += list(pluck(noise((plucks, period), rng), int(SECONDS * RATE)))
        parts.append(sounds)
        labels.append(np.repeat(np.arange(len(PERIODS)), plucks))
    classes = tuple(f"{frequency(period):.1f} Hz" for period in PERIODS)
    return SoundData("plucked-strings", RATE, *parts, classes, *labels)
