"""Spectral subtraction: the classical way to remove noise from a sound, as a baseline."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput


def spectral_subtraction(Y: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The transform of a noisy sound with the mean magnitude of the noise subtracted, and its own phases.

        Ŝ_mk = max(0, |Y_mk| − μ_k) Y_mk / |Y_mk|,    μ_k = 1/L Σ_l |N_lk|

    Y        (M, K) complex, `stft` of the noisy sound
    noise    N (L, K) complex, `stft` of noise alone, such as the moments before somebody speaks
    Returns (M, K) complex.   Raises BadInput for other shapes and for no frame of noise.
    Source: Boll (1979), with half-wave rectification.   Ledger: evaluation.spectral_subtraction
    """
    if np.ndim(Y) != 2 or np.ndim(noise) != 2 or not len(noise) or Y.shape[1] != noise.shape[1]:
        raise BadInput(
            f"a transform of shape {np.shape(Y)} and one of noise of {np.shape(noise)}: give (M, K) and (L, K), L ≥ 1"
        )
    size, mu = np.abs(Y), np.abs(noise).mean(axis=0)
    return Y * np.divide(np.maximum(0, size - mu), size, out=np.zeros_like(size), where=size > 0)
