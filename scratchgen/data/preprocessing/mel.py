"""The mel scale of perceived pitch, and the filters that sum a spectrum into mel bands."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput, check_counts, check_numbers


def hz_to_mel(f: ArrayLike) -> np.ndarray:
    """m = 2595 log₁₀(1 + f / 700): 1000 Hz are 1000 mel.   Source: O'Shaughnessy (1987), p. 150.

    Ledger: data.mel
    """
    return 2595 * np.log10(1 + np.asarray(f, np.float64) / 700)


def mel_to_hz(m: ArrayLike) -> np.ndarray:
    """f = 700 (10^(m / 2595) − 1), the inverse of `hz_to_mel`.   Ledger: data.mel"""
    return 700 * (10 ** (np.asarray(m, np.float64) / 2595) - 1)


def mel_filters(
    rate: int, length: int, bands: int, lowest: float = 0.0, highest: float | None = None
) -> np.ndarray:
    """Triangular filters over the bins of a spectrum, (length//2 + 1, bands): `np.abs(stft(x)) ** 2 @ filters`.

    The centres c_1 … c_bands are equally spaced on the mel scale between lowest and highest (in Hz; default: half
    the rate). Filter j rises from 0 at c_{j−1} to 1 at c_j and falls to 0 at c_{j+1}, linearly in Hz, so that the
    filters sum to 1 between the first and the last centre.

    rate      samples per second
    length    samples per frame
    Raises BadInput for frequencies out of order or above half the rate, and if there are so many bands that one
    of them contains no bin and would always be silent.
    """
    check_numbers("(0, ∞)", rate=rate)
    check_counts(length=length, bands=bands)
    highest = rate / 2 if highest is None else highest
    check_numbers(lowest=lowest, highest=highest)
    if not 0 <= lowest < highest <= rate / 2:
        raise BadInput(f"{lowest} … {highest} Hz is not a range within 0 … {rate / 2:g} Hz, half the rate")
    corners = mel_to_hz(np.linspace(hz_to_mel(lowest), hz_to_mel(highest), bands + 2))
    f = np.arange(length // 2 + 1)[:, None] * rate / length
    below, centre, above = corners[:-2], corners[1:-1], corners[2:]
    rising, falling = (f - below) / (centre - below), (above - f) / (above - centre)
    filters = np.maximum(0, np.minimum(rising, falling))
    silent = np.flatnonzero(~filters.any(axis=0))
    if silent.size:
        raise BadInput(
            f"band {silent[0]} of {bands} contains no bin (bins are {rate / length:g} Hz wide); choose fewer bands, "
            "or longer frames"
        )
    return filters


def log_mel(power: np.ndarray, filters: np.ndarray, floor: float = 1e-10) -> np.ndarray:
    """10 log₁₀ max(power @ filters, floor), in decibels: (M, bins) → (M, bands).   Ledger: data.decibels

    Raises BadInput unless floor > 0.
    """
    check_numbers("(0, ∞)", floor=floor)
    return 10 * np.log10(np.maximum(power @ filters, floor))
