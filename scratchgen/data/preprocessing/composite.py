"""Lay a transparent picture over another."""

from __future__ import annotations

import numpy as np


def alpha_composite(layer: np.ndarray, below: np.ndarray) -> np.ndarray:
    """x = α l + (1 − α) x′: a layer with opacity laid over a picture.

    layer    (..., 4) floats in [0, 1]: colours l and, last, the opacity α;  below: x′ (..., 3)   → (..., 3)

    Source: Porter & Duff (1984), Compositing digital images, "over" on an opaque picture.   Ledger: data.compositing
    """
    alpha = layer[..., 3:]
    return alpha * layer[..., :3] + (1 - alpha) * below
