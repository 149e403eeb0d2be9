"""Synthesised sound: tones of three timbres at random pitches."""

from __future__ import annotations

import numpy as np

from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput
from scratchgen.random import Generator

RATE = 8000
SECONDS = 0.25
TIMBRES = ("sine", "square", "sawtooth")
SIZES = (600, 75, 75)  # tones: train, validation, test
LOWEST_PITCH, OCTAVES = 110.0, 3  # Hz; pitches are uniform on a logarithmic scale
SEED = 440


def tone(timbre: str, frequency: float, n: int, rate: int, phase: float = 0.0) -> np.ndarray:
    """Σ_k a_k sin(2π k f t / rate + k phase), (n,) float32, scaled so that Σ_k a_k = 1.

    sine: a_1 alone; square: a_k = 1/k for odd k; sawtooth: a_k = 1/k for all k. Only the harmonics below half the
    rate are summed, so that there is no aliasing.
    frequency in Hz, rate in samples per second, phase in radians.
    Raises BadInput for an unknown timbre, and for a frequency that is not between 0 and half the rate.
    Ledger: data.tone
    """
    if timbre not in TIMBRES:
        raise BadInput(f"there is no timbre {timbre!r}; choose one of {', '.join(TIMBRES)}")
    if not 0 < frequency < rate / 2:
        raise BadInput(
            f"{frequency} Hz is not between 0 and the Nyquist limit of {rate / 2:g} Hz at {rate} samples per second"
        )
    highest = 1 if timbre == "sine" else int(np.ceil(rate / 2 / frequency)) - 1
    k = np.arange(1, highest + 1, 2 if timbre == "square" else 1)
    angle = 2 * np.pi * frequency * np.arange(n) / rate + phase
    return ((np.sin(k * angle[:, None]) / k).sum(axis=1) / (1 / k).sum()).astype(np.float32)


def load() -> SoundData:
    """750 tones of a quarter of a second, 110 to 880 Hz, with random loudness and phase; the label is the timbre."""
    rng, parts, labels = Generator(SEED), [], []
    for count in SIZES:
        timbre = np.arange(count) % len(TIMBRES)
        pitch = LOWEST_PITCH * 2 ** (OCTAVES * rng.random(count, np.float64))
        loudness = 0.2 + 0.8 * rng.random(count)
        phase = 2 * np.pi * rng.random(count, np.float64)
        settings = zip(timbre, pitch, loudness, phase, strict=True)
        n = int(SECONDS * RATE)
        parts.append([a * tone(TIMBRES[kind], f, n, RATE, phi) for kind, f, a, phi in settings])
        labels.append(timbre)
    train, validation, test = parts
    return SoundData("tones", RATE, train, validation, test, TIMBRES, *labels)
