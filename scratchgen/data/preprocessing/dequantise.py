"""Whole numbers made continuous: a density over real numbers has no sharp peaks to find at 0, 1, 2, …"""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput


def dequantise(k: np.ndarray, levels: int, rng, dtype=np.float32) -> np.ndarray:
    """x = (k + u) / levels with u uniform on [0, 1): integers 0 … levels−1 → numbers in [0, 1).

    A density p of x bounds the probability of k, D numbers: log P(k) ≥ E_u[log p(x)] − D log(levels), in
    nats; `evaluation.bits_per_dimension` does that sum.
    rng    anything with `random(size, dtype)`
    Raises BadInput for other integers.   Source: Theis, van den Oord & Bethge (2016), section 3.1.
    Ledger: data.dequantisation
    """
    k = np.asarray(k)
    if not np.issubdtype(k.dtype, np.integer) or (k.size and not 0 <= k.min() <= k.max() < levels):
        raise BadInput(f"only integers 0 … {levels - 1} have {levels} levels; check the data")
    x = ((k + rng.random(k.shape, np.float64)) / levels).astype(dtype)
    # Rounding may have crossed a level: such an x goes back by the smallest steps there are.
    while (low := quantise(x, levels) < k).any():
        x = np.where(low, np.nextafter(x, dtype(1)), x)
    while (high := (quantise(x, levels) > k) | (x >= 1)).any():
        x = np.where(high, np.nextafter(x, dtype(0)), x)
    return x


def quantise(x: np.ndarray, levels: int) -> np.ndarray:
    """k = ⌊x · levels⌋, within 0 … levels−1: the inverse of `dequantise`, whatever the noise was.

    Ledger: data.dequantisation
    """
    return np.clip(np.floor(np.asarray(x, np.float64) * levels), 0, levels - 1).astype(np.int64)
