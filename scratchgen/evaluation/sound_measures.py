"""Measures of a sound: level, peak, clipping, duration, flatness of its spectrum, signal-to-noise ratio."""

from __future__ import annotations

import numpy as np

from scratchgen.data.preprocessing.silence import SILENCE, sounding
from scratchgen.errors import BadInput

QUIETEST = -120.0  # dB: the level that is given for digital silence, below one step of 16 bits


def level(x: np.ndarray) -> float:
    """10 log₁₀ (1/N Σ_n x_n²), the mean power in decibels relative to full scale, dB FS.

    A square wave of amplitude 1 has 0 dB FS, a sine −3.01. Silence has −120.
    x    (N,) samples, full scale is ±1.   Raises BadInput for no samples, NaN and infinity.
    Source: the definition; AES17 adds 3.01 dB, so that a sine has 0.   Ledger: evaluation.level
    """
    x = _checked(x)
    return float(10 * np.log10(max(np.mean(np.square(x)), 10 ** (QUIETEST / 10))))


def clipped_share(x: np.ndarray) -> float:
    """The share of samples (N,) at or beyond full scale, |x_n| ≥ 1.   Errors: as `level`."""
    return float(np.mean(np.abs(_checked(x)) >= 1))


def sounding_seconds(x: np.ndarray, rate: int, below: float = SILENCE) -> float:
    """The duration from the first to the last moment that is not silent, in seconds; 0 for a silent sound.

    rate, below, errors    as `data.preprocessing.silence.sounding`
    """
    inner = sounding(x, rate, below)
    return (inner.stop - inner.start) / rate


def spectral_flatness(P: np.ndarray) -> float:
    """exp(1/K Σ_k log P_k) / (1/K Σ_k P_k), in [0, 1]: 1 for a flat spectrum such as a click, near 0 for a tone.

    P    (K,) powers of one spectrum. A power of 0 gives 0.
    Raises BadInput for negative or non-finite powers, and for powers that are all 0.
    Source: Gray & Markel (1974).   Ledger: evaluation.flatness
    """
    P = np.asarray(P, np.float64)
    if P.ndim != 1 or not P.size or not np.isfinite(P).all() or (P < 0).any() or not P.any():
        raise BadInput("a spectrum is (K,) finite powers of at least 0 that are not all 0; give one spectrum")
    if not P.all():
        return 0.0
    return float(np.exp(np.mean(np.log(P))) / np.mean(P))


def snr(x: np.ndarray, y: np.ndarray) -> float:
    """10 log₁₀ (Σ_n x_n² / Σ_n (y_n − x_n)²), the signal-to-noise ratio of y in decibels; ∞ for y = x.

    x    (N,) the clean sound;  y (N,) the noisy or restored one
    Raises BadInput for two shapes, for a silent x, and as `level`.
    Source: Loizou (2013), chapter 11.   Ledger: evaluation.snr
    """
    x, y = _checked(x), _checked(y)
    if x.shape != y.shape or not x.any():
        raise BadInput(
            f"a clean sound of shape {x.shape} and a noisy one of {y.shape}: give two sounds of one length, the clean "
            "one not silent"
        )
    noise = np.sum(np.square(y - x))
    return float(10 * np.log10(np.sum(np.square(x)) / noise)) if noise > 0 else float("inf")


def _checked(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, np.float64)
    if x.ndim != 1 or not x.size or not np.isfinite(x).all():
        raise BadInput(f"a sound is (N,) finite samples, N ≥ 1, not an array of shape {x.shape} or with NaN")
    return x
