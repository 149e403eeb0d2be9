"""Ways from one latent to another."""

from __future__ import annotations

import numpy as np


def straight(a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """(1 − t) a + t b for n values of t from 0 to 1.   a, b (..., Z) → (n, ..., Z)

    In many dimensions the middle is nearer to the origin than draws of N(0, I) ever are: their ‖z‖² is about
    Z, and that of the middle of two of them half as much.

    Ledger: vae.straight
    """
    t = np.linspace(0, 1, n, dtype=a.dtype).reshape(n, *[1] * a.ndim)
    return (1 - t) * a + t * b


def spherical(a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """sin((1 − t) ω)/sin ω · a + sin(t ω)/sin ω · b for n values of t, ω the angle between a and b.

    a, b (..., Z) → (n, ..., Z), t from 0 to 1. It is the way along the great circle: between two of the same
    length, the length stays. Where a and b point the same way, or opposite ways (where no circle is the one
    between them), it is the straight one.
    Source: Shoemake (1985), section 3.3.   Ledger: vae.spherical
    """
    lengths = np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(b, axis=-1, keepdims=True)
    cosine = np.sum(a * b, axis=-1, keepdims=True) / np.where(lengths > 0, lengths, 1)
    omega = np.arccos(np.clip(cosine, -1, 1))
    sine = np.sin(omega)
    near = sine < 1e-4
    t = np.linspace(0, 1, n, dtype=a.dtype).reshape(n, *[1] * a.ndim)
    weights = [np.where(near, s, np.sin(s * omega) / np.where(near, 1, sine)) for s in (1 - t, t)]
    return (weights[0] * a + weights[1] * b).astype(a.dtype)


WAYS = {"straight": straight, "spherical": spherical}
