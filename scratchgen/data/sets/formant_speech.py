"""Speech by formula: phones as two formants, bands of noise and bursts."""

from __future__ import annotations

import numpy as np

from scratchgen.data.phones import PAUSE, Alignment
from scratchgen.data.sets import spelling_rules
from scratchgen.data.types import SoundData
from scratchgen.random import Generator

RATE = 22_050
SIZES = (50, 3, 3)
# F1 and F2 in Hz at the beginning and at the end: men's means of Peterson & Barney (1952), table II, and
# diphthongs between two of them
FORMANTS: dict[str, tuple[float, ...]] = {
    "AA": (730, 1090, 730, 1090), "AE": (660, 1720, 660, 1720), "AH": (640, 1190, 640, 1190),
    "AO": (570, 840, 570, 840), "AW": (730, 1090, 440, 1020), "AY": (730, 1090, 390, 1990),
    "EH": (530, 1840, 530, 1840), "ER": (490, 1350, 490, 1350), "EY": (530, 1840, 390, 1990),
    "IH": (390, 1990, 390, 1990), "IY": (270, 2290, 270, 2290), "OW": (570, 840, 440, 1020),
    "OY": (570, 840, 390, 1990), "UH": (440, 1020, 440, 1020), "UW": (300, 870, 300, 870),
    # voiced consonants, softer
    "L": (360, 1300, 360, 1300), "R": (310, 1060, 310, 1060), "W": (290, 610, 290, 610), "Y": (260, 2070, 260, 2070),
    "M": (250, 1000, 250, 1000), "N": (250, 1500, 250, 1500), "NG": (250, 2000, 250, 2000),
}  # fmt: skip
NOISE = {  # the centre of the band of a fricative, Hz
    "S": 6500, "Z": 6500, "SH": 3500, "ZH": 3500, "CH": 3500, "JH": 3500, "F": 8000, "V": 8000, "TH": 7500, "DH": 7500,
    "HH": 1500, "P": 900, "B": 900, "T": 4500, "D": 4500, "K": 2200, "G": 2200,
}  # fmt: skip
BURSTS = ("P", "B", "T", "D", "K", "G", "CH", "JH")  # silence, and then noise
VOWEL_SECONDS, CONSONANT_SECONDS, PAUSE_SECONDS = 0.13, 0.07, 0.05
VARIATION = 0.15  # of the logarithm of a duration
PITCH, FALL = 130.0, 0.75  # Hz at the beginning, and the ratio at the end of an utterance
BANDWIDTH, HIGHEST = 120.0, 4000.0  # of a formant, and of its harmonics, in Hz
SEED = 45


def load() -> SoundData:
    """50 train, 3 validation and 3 test words of "spelling-rules", with their phones.

    A voiced phone is Σ_k a_k sin(2π k φ) with a_k of two resonances, a fricative a band of noise, and a stop silence
    and a burst. Durations vary by 15 %, and are longer for vowels.
    """
    rng, parts, aligned = Generator(SEED), [], []
    words = spelling_rules.load()
    for size, part in zip(SIZES, (words.train, words.validation, words.test), strict=True):
        spoken = [speak(phones.split(), rng) for _, phones in part[:size]]
        parts.append([sound for sound, _ in spoken])
        aligned.append([alignment for _, alignment in spoken])
    train, validation, test = aligned
    return SoundData(
        "formant-speech", RATE, parts[0], parts[1], parts[2], alignments=(train, validation, test)
    )


def speak(phones: list[str], rng: Generator) -> tuple[np.ndarray, Alignment]:
    """The sound (N,) float32 of phones with a pause at the end, and its alignment."""
    phones = [*phones, PAUSE]
    seconds = np.array([_seconds(phone) for phone in phones])
    seconds *= np.exp(VARIATION * rng.standard_normal(len(phones), np.float64))
    ends = np.cumsum(np.round(seconds * RATE).astype(np.int64))
    f0 = PITCH * FALL ** (np.arange(ends[-1]) / ends[-1])
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    pieces = [
        _sound(phone, phase[start:end], rng)
        for phone, start, end in zip(phones, [0, *ends], ends, strict=False)
    ]
    return np.concatenate(pieces).astype(np.float32), Alignment(tuple(phones), ends)


def _seconds(phone: str) -> float:
    if phone == PAUSE:
        return PAUSE_SECONDS
    if phone[-1].isdigit():
        return VOWEL_SECONDS * (1.3 if phone[-1] == "1" else 1)
    return CONSONANT_SECONDS


def _sound(phone: str, phase: np.ndarray, rng: Generator) -> np.ndarray:
    n, bare = len(phase), phone.rstrip("012")
    if bare in FORMANTS:
        loudness = 0.3 if bare != phone else 0.1  # a vowel has a digit of stress
        return loudness * _fade(n) * voiced(phase, FORMANTS[bare])
    if bare in NOISE:
        noise = _band(rng.standard_normal(n, np.float64), NOISE[bare])
        return noise * _fade(n) * (np.arange(n) > 0.6 * n if bare in BURSTS else 1)
    return np.zeros(n)


def voiced(phase: np.ndarray, formants: tuple[float, ...]) -> np.ndarray:
    """Σ_k a_k sin(k φ): harmonics of the phase φ (n,) below 4 kHz, with resonances that glide from begin to end."""
    n = len(phase)
    at = np.linspace(0, 1, n)[:, None]
    k = np.arange(1, int(HIGHEST / PITCH) + 1)
    f = k * PITCH
    f1, f2 = (a + (b - a) * at for a, b in zip(formants[:2], formants[2:], strict=True))
    a = sum(g / (1 + ((f - centre) / BANDWIDTH) ** 2) for g, centre in ((1.0, f1), (0.6, f2)))
    return (a * np.sin(k * phase[:, None])).sum(axis=1) / 2


def _band(noise: np.ndarray, centre: float) -> np.ndarray:
    f = np.fft.rfftfreq(len(noise), 1 / RATE)
    return 0.1 * np.fft.irfft(
        np.fft.rfft(noise) * np.exp(-(((f - centre) / (0.25 * centre)) ** 2)), len(noise)
    )


def _fade(n: int) -> np.ndarray:
    edge = np.minimum(np.arange(n), np.arange(n)[::-1]) / (0.005 * RATE)
    return np.clip(edge, 0, 1)
