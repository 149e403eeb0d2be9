"""The modified discrete cosine transform (MDCT): sound as frames, orthogonal and so without loss or redundancy."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from scratchgen.errors import BadInput, check_counts


@lru_cache(maxsize=8)
def basis(D: int) -> np.ndarray:
    """φ_{n,k} = w_n √(2/D) cos(π/D (n + ½ + D/2)(k + ½)),  w_n = sin(π (n + ½) / 2D)   (2D, D) float64.

    The columns are orthonormal, also when they are shifted by multiples of D, because w² and its shift by D sum
    to one.   Source: Princen, Johnson & Bradley (1987); the window: Malvar (1990).
    Ledger: data.mdct
    """
    n, k = np.arange(2 * D)[:, None], np.arange(D)
    window = np.sin(np.pi * (n + 0.5) / (2 * D))
    phi = window * np.sqrt(2 / D) * np.cos(np.pi / D * (n + 0.5 + D / 2) * (k + 0.5))
    phi.flags.writeable = False  # the array is cached and shared by all callers
    return phi


def mdct(x: np.ndarray, D: int) -> np.ndarray:
    """X_{t,k} = Σ_n φ_{n,k} x̃_{tD + n},  n = 0 … 2D−1: frames of D numbers, each computed from 2D samples.

    x̃ is x padded with zeros to whole frames and continued periodically. So X has one number per sample, and the
    transform is an orthogonal matrix: ‖X‖ = ‖x‖, and a density of X is a density of x.

    x    (N,) real, N ≥ 1 → (T, D) with T = ⌈N/D⌉, in x's dtype; k belongs to the frequency (k + ½) rate / 2D
    Raises BadInput for any other shape, and for D below 1.   Ledger: data.mdct
    """
    if x.ndim != 1 or not len(x):
        raise BadInput(f"the transform takes the samples of one sound, (N,), not an array of shape {x.shape}")
    check_counts(D=D)
    ring = np.zeros((-(-len(x) // D), D), x.dtype)
    ring.ravel()[: len(x)] = x
    both = np.concatenate([ring, np.roll(ring, -1, axis=0)], axis=1)
    return both @ basis(D).astype(x.dtype)


def inverse_mdct(X: np.ndarray) -> np.ndarray:
    """x̃_{tD + n} = Σ_k φ_{n,k} X_{t,k} + φ_{n+D,k} X_{t−1,k}, by the transposed matrix: (T, D) → (T·D,).

    Ledger: data.mdct
    """
    D = X.shape[1]
    both = X @ basis(D).T.astype(X.dtype)
    return (both[:, :D] + np.roll(both[:, D:], 1, axis=0)).ravel()
