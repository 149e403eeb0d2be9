"""The peak signal-to-noise ratio of an image and its estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput

SMALLEST = 1e-10  # mean squared error, far below a level of 8 bits: equal images have 100 dB


def psnr(x: ArrayLike, x_hat: ArrayLike, counted: ArrayLike | None = None) -> np.ndarray:
    """The peak signal-to-noise ratio of each image with values in [0, 1].   (N, D), (N, D) → (N,) dB, float64

        PSNR = −10 log₁₀ MSE,    MSE = 1/|S| Σ_{d∈S} (x_d − x̂_d)²

    The peak is 1. Estimates are clipped to [0, 1], as in a picture; an error below 10⁻¹⁰ counts as 10⁻¹⁰.
    counted    S: a mask (D,) or (N, D) of True and False; None for all values
    Raises BadInput for other shapes, and for an image without a counted value.
    Source: Gonzalez & Woods, Digital Image Processing (2018), section 8.1, in decibels.   Ledger: evaluation.psnr
    """
    x, x_hat = np.asarray(x, np.float64), np.clip(np.asarray(x_hat, np.float64), 0, 1)
    if x.shape != x_hat.shape or x.ndim != 2:
        raise BadInput(f"images and estimates are (N, D) both, not {x.shape} and {x_hat.shape}")
    S = np.ones(x.shape, bool) if counted is None else np.asarray(counted, bool)
    if S.shape not in (x.shape, x.shape[1:]):
        raise BadInput(f"counted is a mask {x.shape[1:]} or {x.shape}, not {S.shape}")
    S = np.broadcast_to(S, x.shape)
    if not S.any(axis=1).all():
        raise BadInput("an image has no counted value, so that its error is not defined; count at least one")
    error = np.sum(S * (x - x_hat) ** 2, axis=1) / S.sum(axis=1)
    return -10 * np.log10(np.maximum(error, SMALLEST))
