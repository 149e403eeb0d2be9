"""Dequantisation: integers become real numbers by uniform noise, so that a density has no peaks at 0, 1, 2, …"""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput, check_counts
from scratchgen.random import Generator, check_draws


def dequantise(
    k: np.ndarray, levels: int, rng: Generator, dtype: type[np.floating] = np.float32
) -> np.ndarray:
    """x = (k + u) / levels with u uniform on [0, 1): integers 0 … levels−1 → real numbers in [0, 1).

    For D numbers, a density p of x bounds the probability of k: log P(k) ≥ E_u[log p(x)] − D log(levels), in
    nats; `evaluation.bits_per_dimension` computes this.
    rng    anything with `random(size, dtype)`
    Raises BadInput for integers outside the levels.   Source: Theis, van den Oord & Bethge (2016), section 3.1.
    Ledger: data.dequantisation
    """
    check_counts(levels=levels)
    check_draws(rng, "random")
    k = np.asarray(k)
    if not np.issubdtype(k.dtype, np.integer) or (k.size and not 0 <= k.min() <= k.max() < levels):
        raise BadInput(f"with {levels} levels, the data must be integers 0 … {levels - 1}; check the data")
    x = ((k + rng.random(k.shape, np.float64)) / levels).astype(dtype)
    # Rounding may have moved x into a neighbouring level: move it back by the smallest representable steps.
    while (low := quantise(x, levels) < k).any():
        x = np.where(low, np.nextafter(x, dtype(1)), x)
    while (high := (quantise(x, levels) > k) | (x >= 1)).any():
        x = np.where(high, np.nextafter(x, dtype(0)), x)
    return x


def quantise(x: np.ndarray, levels: int) -> np.ndarray:
    """k = ⌊x · levels⌋, clipped to 0 … levels−1: the inverse of `dequantise` for any noise.

    Raises BadInput for fewer than one level.   Ledger: data.dequantisation
    """
    check_counts(levels=levels)
    return np.clip(np.floor(np.asarray(x, np.float64) * levels), 0, levels - 1).astype(np.int64)
