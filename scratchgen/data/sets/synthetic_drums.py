"""Drums by formula: a falling sine for the kick and the tom, noise in a band for the snare and the hi-hat."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.random import Generator

RATE = 22_050
SAMPLES = 8192  # per stroke, 0.37 s: a power of two, whose Fourier transform is fast
DRUMS = ("hi-hat", "kick", "snare", "tom")
SIZES = (1200, 200, 200)  # sounds: train, validation, test
FADE_SECONDS = 0.01  # at the end, so that a slow decay does not end in a click
SEED = 808


def falling_sine(
    low: float, high: float, fall: float, decay: float, n: int, rate: int, phase: float = 0.0
) -> np.ndarray:
    """A decaying sine whose frequency falls from `high` to `low`, as that of a struck membrane: (n,) float64.

        x_t = exp(−s / decay) sin(2π (low s + (high − low) fall (1 − exp(−s / fall))) + phase),   s = t / rate

    The derivative of the phase is the frequency: low + (high − low) exp(−s / fall), in Hz.

    low, high      frequencies in Hz, 0 < low ≤ high < rate/2
    fall, decay    seconds in which the distance from `low`, and the amplitude, fall to 1/e
    Raises BadInput for other frequencies and times.   Source: Chowning (1973), for a tone of varying frequency.
    Ledger: data.falling_sine
    """
    check_counts(n=n)
    check_numbers("(0, ∞)", low=low, high=high, fall=fall, decay=decay, rate=rate)
    check_numbers(phase=phase)
    if not low <= high < rate / 2:
        raise BadInput(
            f"the frequency falls from {high:g} Hz to {low:g} Hz; choose low ≤ high below {rate / 2:g} Hz, half the "
            "rate"
        )
    s = np.arange(n) / rate
    cycles = low * s + (high - low) * fall * (1 - np.exp(-s / fall))
    return np.exp(-s / decay) * np.sin(2 * np.pi * cycles + phase)


def band_noise(noise: ArrayLike, low: float, high: float, rate: int) -> np.ndarray:
    """Noise without the frequencies outside [low, high] Hz, scaled to a peak of 1: (n,) → (n,) float64.

        y = F⁻¹(1[low ≤ f_k ≤ high] F(ε)_k),   x = y / max_t |y_t|

    F is the discrete Fourier transform of all n samples, f_k = k rate/n.
    Raises BadInput for a band that contains no frequency f_k, and for noise without energy in it.
    Source: Oppenheim & Schafer (2010), section 8.   Ledger: data.band_noise
    """
    check_numbers(low=low, high=high)
    check_numbers("(0, ∞)", rate=rate)
    noise = np.asarray(noise, np.float64)
    f = np.fft.rfftfreq(len(noise), 1 / rate)
    y = np.fft.irfft(np.where((low <= f) & (f <= high), np.fft.rfft(noise), 0), len(noise))
    peak = np.abs(y).max(initial=0)
    if peak <= 1e-9 * np.abs(noise).max(initial=0):
        raise BadInput(f"the noise has no energy between {low:g} and {high:g} Hz; choose a wider band")
    return y / peak


def drum(kind: str, rng: Generator) -> np.ndarray:
    """One stroke with parameters from `rng`, in [−1, 1]: (SAMPLES,) float32 at RATE samples per second.

    hi-hat    noise above 5 to 9 kHz; it decays in 10 to 120 ms
    kick      a sine that falls from 120 to 300 Hz to 40 to 65 Hz, in 10 to 40 ms
    snare     a sine of 150 to 250 Hz, and 50 to 90 % of noise between 1 and 5 to 9 kHz
    tom       a sine that falls by 10 to 60 % to 80 to 200 Hz, and a little noise

    Raises BadInput for another kind.
    """
    n = SAMPLES
    uniform = lambda low, high: float(low + (high - low) * rng.random())
    decay = lambda seconds: np.exp(-np.arange(n) / RATE / seconds)
    white = rng.standard_normal(n, np.float64)
    if kind == "hi-hat":
        x = band_noise(white * decay(uniform(0.01, 0.12)), uniform(5000, 9000), RATE / 2, RATE)
    elif kind == "kick":
        x = falling_sine(
            uniform(40, 65), uniform(120, 300), uniform(0.01, 0.04), uniform(0.06, 0.15), n, RATE
        )
    elif kind == "snare":
        pitch, share = uniform(150, 250), uniform(0.5, 0.9)
        body = falling_sine(pitch, 1.3 * pitch, 0.02, uniform(0.03, 0.08), n, RATE)
        x = (1 - share) * body
        x += share * band_noise(white * decay(uniform(0.04, 0.12)), 1000, uniform(5000, 9000), RATE)
    elif kind == "tom":
        pitch = uniform(80, 200)
        x = falling_sine(pitch, uniform(1.1, 1.6) * pitch, 0.05, uniform(0.1, 0.25), n, RATE)
        x += 0.05 * band_noise(white * decay(0.02), 200, 4000, RATE)
    else:
        raise BadInput(f"there is no drum {kind!r}; choose one of {', '.join(DRUMS)}")
    x *= np.clip((n - 1 - np.arange(n)) / (FADE_SECONDS * RATE), 0, 1)
    loudness = uniform(0.3, 0.95)
    return (loudness * x / np.abs(x).max()).astype(np.float32)


def load() -> SoundData:
    """1,600 strokes of four drums, with random parameters and loudness; the label is the drum."""
    rng, parts, labels = Generator(SEED), [], []
    for size in SIZES:
        kinds = np.arange(size) % len(DRUMS)
        parts.append([drum(DRUMS[kind], rng) for kind in kinds])
        labels.append(kinds)
    train, validation, test = parts
    return SoundData("synthetic-drums", RATE, train, validation, test, DRUMS, *labels)
