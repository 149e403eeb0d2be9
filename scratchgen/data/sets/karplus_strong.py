"""Synthesised sound: plucked strings by the algorithm of Karplus and Strong."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput
from scratchgen.random import Generator

RATE = 8000
SECONDS = 0.5
PERIODS = (80, 71, 63, 60, 53, 47, 42, 40)  # samples: about one octave of a major scale from 99 Hz
PLUCKS = (80, 10, 10)  # per string: train, validation, test
SEED = 1983


def pluck(burst: np.ndarray, n: int) -> np.ndarray:
    """A plucked string: a burst of noise circulates in a delay line that averages neighbouring samples.

    y_t = burst_t for t < p, then y_t = ½ (y_{t−p} + y_{t−p−1}), with y_{−1} = 0

    burst    (..., p), one period, which sets the pitch: the average delays by half a sample, so the frequency is
             rate / (p + ½) Hz
    n        number of samples → (..., n), in burst's dtype and not louder than burst
    Raises BadInput for a period below 2.   Source: Karplus & Strong (1983), eq. 1.
    Ledger: data.plucked_string
    """
    p = burst.shape[-1]
    if p < 2:
        raise BadInput(f"the period of a string must be at least 2 samples, not {p}")
    # Each period depends only on the previous period, so a whole period is computed at once.
    periods, before = [burst], np.zeros_like(burst[..., :1])
    for _ in range(math.ceil(n / p) - 1):
        last = periods[-1]
        shifted = np.concatenate([before, last[..., :-1]], axis=-1)
        before = last[..., -1:]
        periods.append((last + shifted) / 2)
    return np.concatenate(periods, axis=-1)[..., :n]


def noise(shape: tuple[int, ...], rng: Generator) -> np.ndarray:
    """Uniform bursts (..., p) with mean 0 and peak 1. (The string would never damp a mean other than 0.)"""
    burst = 2 * rng.random(shape) - 1
    burst -= burst.mean(axis=-1, keepdims=True)
    return burst / np.abs(burst).max(axis=-1, keepdims=True)


def frequency(period: int, rate: int = RATE) -> float:
    """The frequency in Hz of a string with this period."""
    return rate / (period + 0.5)


def load() -> SoundData:
    """Half a second of 8 strings, each plucked 80 + 10 + 10 times with different noise; the label is the string."""
    rng, parts, labels = Generator(SEED), [], []
    for plucks in PLUCKS:
        sounds = []
        for period in PERIODS:
            sounds += list(pluck(noise((plucks, period), rng), int(SECONDS * RATE)))
        parts.append(sounds)
        labels.append(np.repeat(np.arange(len(PERIODS)), plucks))
    classes = tuple(f"{frequency(period):.1f} Hz" for period in PERIODS)
    train, validation, test = parts
    return SoundData("plucked-strings", RATE, train, validation, test, classes, *labels)
