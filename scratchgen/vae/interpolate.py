"""Interpolation paths from one latent to another."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import check_counts

__all__ = ["PATHS", "spherical", "straight"]


def straight(a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """Linear interpolation (1 − t) a + t b for n values of t from 0 to 1.   a, b (..., Z) → (n, ..., Z)

    In many dimensions the midpoint is closer to the origin than samples of N(0, I): ‖z‖² of a sample is about
    Z, and ‖z‖² of the midpoint of two samples about Z/2.

    Ledger: vae.straight
    """
    check_counts(n=n)
    t = np.linspace(0, 1, n, dtype=a.dtype).reshape(n, *[1] * a.ndim)
    return (1 - t) * a + t * b


def spherical(a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """Spherical interpolation along the great circle; between latents of equal length the length is constant.

    sin((1 − t) ω)/sin ω · a + sin(t ω)/sin ω · b for n values of t from 0 to 1, ω the angle between a and b.
    a, b (..., Z) → (n, ..., Z). For parallel a and b, or opposite ones (where the circle is not unique), the
    interpolation is linear.
    Source: Shoemake (1985), section 3.3.   Ledger: vae.spherical
    """
    check_counts(n=n)
    lengths = np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(b, axis=-1, keepdims=True)
    cosine = np.sum(a * b, axis=-1, keepdims=True) / np.where(lengths > 0, lengths, 1)
    omega = np.arccos(np.clip(cosine, -1, 1))
    sine = np.sin(omega)
    near = sine < 1e-4
    t = np.linspace(0, 1, n, dtype=a.dtype).reshape(n, *[1] * a.ndim)
    weights = [np.where(near, s, np.sin(s * omega) / np.where(near, 1, sine)) for s in (1 - t, t)]
    return (weights[0] * a + weights[1] * b).astype(a.dtype)


PATHS = {"straight": straight, "spherical": spherical}
