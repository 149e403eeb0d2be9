"""How far handwriting leans, and whether a number such as this one is kept from one set of images to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchgen.errors import BadInput, height_width_channels


def slant(images: np.ndarray, image_shape: Sequence[int]) -> np.ndarray:
    """The slant of images, by their moments: the tangent of the angle from the vertical, positive to the right.

        s = −μ₁₁ / μ₀₂,   μ_pq = Σ w (u − ū)^p (v − v̄)^q / Σ w

    u is the column and v the row of a pixel, which counts downwards, w its value (the mean of its colours) and ū, v̄
    the means of u and v weighted by w: s is the shear that makes the image upright. It is 0 for an image without ink
    or of ink in one row alone.

    images    (N, H·W·C) with values ≥ 0, where 1 is ink → (N,) float64
    Raises BadInput for rows of another length.
    Source: Castro et al. (2019), Morpho-MNIST.   Ledger: evaluation.slant
    """
    H, W, C = height_width_channels(image_shape)
    images = np.asarray(images, np.float64)
    if images.ndim != 2 or images.shape[1] != H * W * C:
        raise BadInput(f"images are rows of {H * W * C} numbers, (N, {H * W * C}), not {images.shape}")
    w = images.reshape(-1, H, W, C).mean(axis=3)
    mass = np.maximum(w.sum(axis=(1, 2)), np.finfo(np.float64).tiny)[:, None, None]
    v, u = np.mgrid[:H, :W]
    w = w / mass
    mean = lambda x: (w * x).sum(axis=(1, 2))[:, None, None]
    u, v = u - mean(u), v - mean(v)
    mu_11, mu_02 = mean(u * v).ravel(), mean(v * v).ravel()
    return -np.divide(mu_11, mu_02, out=np.zeros_like(mu_11), where=mu_02 > 0)


def correlation_within(a: Any, b: Any, groups: Any) -> float:
    """The correlation of two numbers within groups: Pearson's, after the mean of its group is subtracted from each.

        r = Σ (a_i − ā_g) (b_i − b̄_g) / √(Σ (a_i − ā_g)² Σ (b_i − b̄_g)²),   g the group of i

    Differences between the groups do not count: digits of one class lean alike, whoever wrote them. Where a or b is
    constant in every group, nothing can be said about one from the other, and r is 0.

    a, b      (N,) the two numbers of each example;  groups    (N,) the group of each
    Raises BadInput for arrays of other shapes.
    Source: the definition.   Ledger: evaluation.correlation_within
    """
    a, b, groups = np.asarray(a, np.float64), np.asarray(b, np.float64), np.asarray(groups)
    if not a.ndim == 1 or not a.shape == b.shape == groups.shape:
        raise BadInput(f"a, b and groups are (N,), not {a.shape}, {b.shape} and {groups.shape}")
    _, place = np.unique(groups, return_inverse=True)
    n = np.bincount(place)
    a, b = (x - (np.bincount(place, x) / n)[place] for x in (a, b))
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale > 0 else 0.0
