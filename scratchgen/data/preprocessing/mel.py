"""Frequencies as the ear spaces them: the mel scale, and the filters that sum a spectrum into it."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput


def hz_to_mel(f):
    """m = 2595 log₁₀(1 + f / 700): 1000 Hz are 1000 mel.   Source: O'Shaughnessy (1987), p. 150.

    Ledger: data.mel
    """
    return 2595 * np.log10(1 + np.asarray(f, np.float64) / 700)


def mel_to_hz(m):
    """f = 700 (10^(m / 2595) − 1), the inverse.   Ledger: data.mel"""
    return 700 * (10 ** (np.asarray(m, np.float64) / 2595) - 1)


def mel_filters(
    rate: int, length: int, bands: int, lowest: float = 0.0, highest: float | None = None
) -> np.ndarray:
    """Triangles over the bins of a spectrum, (length//2 + 1, bands): `np.abs(stft(x)) ** 2 @ filters`.

    The centres c_1 … c_bands lie equally far apart on the mel scale between lowest and highest (in Hz, by
    default half the rate). Triangle j rises from 0 at c_{j−1} to 1 at c_j and falls to 0 at c_{j+1}, linear
    in Hz, so that between the first and the last centre the triangles sum to 1.

    rate in samples a second; length: samples in a frame.
    Raises BadInput for frequencies out of order or beyond half the rate, and for so many bands that one lies
    between two bins and would always be silent.
    """
    highest = rate / 2 if highest is None else highest
    if not 0 <= lowest < highest <= rate / 2:
        raise BadInput(f"{lowest} … {highest} Hz are no band below half the rate of {rate} Hz")
    if bands < 1:
        raise BadInput(f"{bands} bands are none; choose at least 1")
    corners = mel_to_hz(np.linspace(hz_to_mel(lowest), hz_to_mel(highest), bands + 2))
    f = np.arange(length // 2 + 1)[:, None] * rate / length
    below, centre, above = corners[:-2], corners[1:-1], corners[2:]
    rising, falling = (f - below) / (centre - below), (above - f) / (above - centre)
    filters = np.maximum(0, np.minimum(rising, falling))
    silent = np.flatnonzero(~filters.any(axis=0))
    if silent.size:
        raise BadInput(
            f"band {silent[0]} of {bands} lies between two bins of {rate / length:g} Hz; choose fewer bands, "
            "or longer frames"
        )
    return filters


def log_mel(power: np.ndarray, filters: np.ndarray, floor: float = 1e-10) -> np.ndarray:
    """10 log₁₀ max(power @ filters, floor), in decibels: (M, bins) → (M, bands).   Ledger: data.decibels"""
    return 10 * np.log10(np.maximum(power @ filters, floor))
