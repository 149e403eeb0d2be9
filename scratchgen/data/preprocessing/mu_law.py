"""μ-law: samples of sound as 256 classes, spaced more finely near silence."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput

MU = 255


def compress(x: np.ndarray) -> np.ndarray:
    """F(x) = sign(x) ln(1 + μ|x|) / ln(1 + μ), μ = 255: [−1, 1] → [−1, 1].   Source: ITU-T G.711 (1988).

    Ledger: data.mu_law
    """
    return np.sign(x) * np.log1p(MU * np.abs(x)) / np.log1p(MU)


def expand(y: np.ndarray) -> np.ndarray:
    """F⁻¹(y) = sign(y) ((1 + μ)^|y| − 1) / μ.   Ledger: data.mu_law"""
    return np.sign(y) * np.expm1(np.abs(y) * np.log1p(MU)) / MU


def encode(x: np.ndarray) -> np.ndarray:
    """Samples in [−1, 1] → codes 0 … 255, uint8: F(x) rounded to 256 equally spaced values.

    Raises BadInput for NaN and for samples outside [−1, 1].
    Source: van den Oord et al. (2016), "WaveNet", section 2.2.   Ledger: data.mu_law
    """
    x = np.asarray(x)
    if not np.all(np.abs(x) <= 1):
        raise BadInput("μ-law needs samples in [−1, 1]; scale the sound, and remove NaN")
    return np.rint((compress(x.astype(np.float64)) + 1) / 2 * MU).astype(np.uint8)


def decode(codes: np.ndarray, dtype: type[np.floating] = np.float32) -> np.ndarray:
    """Codes 0 … 255 → samples in [−1, 1]. encode(decode(c)) = c for every code; no code is exactly 0.

    Raises BadInput for other numbers.   Ledger: data.mu_law
    """
    codes = np.asarray(codes)
    if codes.size and not 0 <= codes.min() <= codes.max() <= MU:
        raise BadInput(f"μ-law codes are 0 … {MU}, not {codes.min()} … {codes.max()}; encode the sound again")
    return expand(2 * codes.astype(np.float64) / MU - 1).astype(dtype)
