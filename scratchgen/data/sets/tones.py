"""Sound by formula: tones of three timbres at any pitch."""

from __future__ import annotations

import numpy as np

from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput
from scratchgen.random import Generator

RATE = 8000
SECONDS = 0.25
TIMBRES = ("sine", "square", "sawtooth")
TONES = (600, 75, 75)  # train, validation, test
LOWEST, OCTAVES = 110.0, 3  # Hz: pitches are uniform on a logarithmic scale
SEED = 440


def tone(timbre: str, frequency: float, n: int, rate: int, phase: float = 0.0) -> np.ndarray:
    """Σ_k a_k sin(2π k f t / rate + k phase), (n,) float32, scaled so that Σ_k a_k = 1.

    sine: a_1 alone; square: a_k = 1/k for odd k; sawtooth: a_k = 1/k for all k. Only the overtones below half
    the rate are summed, so that none folds back to a wrong pitch.
    frequency in Hz, rate in samples a second, phase in radians.
    Raises BadInput for another timbre, and for a frequency that is not between 0 and half the rate.
    Ledger: data.tone
    """
    if timbre not in TIMBRES:
        raise BadInput(f"there is no timbre {timbre!r}; choose one of {', '.join(TIMBRES)}")
    if not 0 < frequency < rate / 2:
        raise BadInput(
            f"{frequency} Hz cannot be heard at {rate} samples a second; choose between 0 and half"
        )
    highest = 1 if timbre == "sine" else int(np.ceil(rate / 2 / frequency)) - 1
    k = np.arange(1, highest + 1, 2 if timbre == "square" else 1)
    angle = 2 * np.pi * frequency * np.arange(n) / rate + phase
    return ((np.sin(k * angle[:, None]) / k).sum(axis=1) / (1 / k).sum()).astype(np.float32)


def load() -> SoundData:
    """750 tones of a quarter of a second, 110 to 880 Hz, of any loudness and phase.

    The label is the timbre.
    """
    rng, parts, labels = Generator(SEED), [], []
    for count in TONES:
        timbre = np.arange(count) % len(TIMBRES)
        pitch = LOWEST * 2 ** (OCTAVES * rng.random(count, np.float64))
        loudness = 0.2 + 0.8 * rng.random(count)
        phase = 2 * np.pi * rng.random(count, np.float64)
        drawn = zip(timbre, pitch, loudness, phase, strict=True)
        n = int(SECONDS * RATE)
        parts.append([a * tone(TIMBRES[kind], f, n, RATE, phi) for kind, f, a, phi in drawn])
        labels.append(timbre)
    return SoundData("tones", RATE, *parts, TIMBRES, *labels)
