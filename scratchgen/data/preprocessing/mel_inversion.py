"""From mel bands back to a spectrum and to a sound."""

from __future__ import annotations

import numpy as np

from scratchgen.data.preprocessing.griffin_lim import MOMENTUM, STEPS, griffin_lim
from scratchgen.errors import BadInput, check_counts
from scratchgen.random import Generator

INVERSION_STEPS = 50


def spectrum_of_mel(B: np.ndarray, filters: np.ndarray, steps: int = INVERSION_STEPS) -> np.ndarray:
    """A power spectrum P ≥ 0 with P F ≈ B, by non-negative least squares with multiplicative updates.

        P_mk ← P_mk (B Fᵀ)_mk / (P F Fᵀ)_mk,    from P = B Fᵀ

    There are fewer bands than bins, so that many P give B; the plain pseudo-inverse has negative powers among
    them. The updates keep P ≥ 0, and ‖P F − B‖ never grows. They start with the power of each band distributed over
    its bins, which keeps P smooth. A bin without a filter gets no power.

    B          (M, bands) non-negative: the power of each band
    filters    F (bins, bands), non-negative
    Returns (M, bins).   Raises BadInput for negative or non-finite numbers, other shapes, and fewer than 0 steps.
    Source: Lee & Seung (2001), theorem 1.   Ledger: data.mel_inversion
    """
    check_counts(0, steps=steps)
    B, F = np.asarray(B, np.float64), np.asarray(filters, np.float64)
    if B.ndim != 2 or F.ndim != 2 or B.shape[1] != F.shape[1]:
        raise BadInput(f"bands of shape {B.shape} do not match filters of shape {F.shape}")
    if not all(np.isfinite(x).all() and (x >= 0).all() for x in (B, F)):
        raise BadInput(
            "powers and filters are finite numbers of at least 0; convert decibels to powers first"
        )
    target = B @ F.T
    P = target.copy()
    for _ in range(steps):
        now = P @ F @ F.T
        P *= np.divide(target, now, out=np.zeros_like(P), where=now > 0)
    return P


def sound_of_log_mel(
    log_mel: np.ndarray,
    filters: np.ndarray,
    N: int,
    length: int = 1024,
    hop: int = 256,
    *,
    steps: int = STEPS,
    momentum: float = MOMENTUM,
    rng: Generator | None = None,
) -> np.ndarray:
    """A sound whose mel bands are these: decibels → powers → spectrum (`spectrum_of_mel`) → `griffin_lim`.

    log_mel    (M, bands) decibels, of `mel.log_mel(np.abs(stft(x, length, hop)) ** 2, filters)`
    N          the number of samples → (N,) float64. Samples may be outside [−1, 1].
    steps, momentum, rng, errors    as `griffin_lim`
    """
    P = spectrum_of_mel(10 ** (np.asarray(log_mel, np.float64) / 10), filters)
    return griffin_lim(np.sqrt(P), N, length, hop, steps=steps, momentum=momentum, rng=rng)
