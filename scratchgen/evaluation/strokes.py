"""Two measures of drawn strokes: slant, by moments of the image, and width, by its total variation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput, check_each, height_width_channels


def slant(images: ArrayLike, image_shape: Sequence[int]) -> np.ndarray:
    """The slant of each grey image, positive to the right: pixels of shift per pixel of height.   (N, D) → (N,) float64

        s = mu_11 / mu_02,    mu_pq = Σ x(u, v) (u − ū)^p (v − v̄)^q,    ū = Σ x u / Σ x,   v̄ = Σ x v / Σ x

    u is the column from the left, v the row from the bottom, and x the ink. It is the slope of the regression of u on
    v: a shear u ← u + a v adds a to it. NaN for an image whose ink is in one row.
    Raises BadInput for colours, negative ink, and an image without ink.
    Source: Teague (1980), Image analysis via the general theory of moments.   Ledger: evaluation.slant
    """
    x = _ink(images, image_shape)
    H, W = x.shape[1:]
    u, v = np.arange(W), np.arange(H)[::-1, None]
    mean = lambda f: np.sum(x * f, axis=(1, 2), keepdims=True)
    x = x / mean(1.0)
    du, dv = u - mean(u), v - mean(v)
    mu_11, mu_02 = (mean(f)[:, 0, 0] for f in (du * dv, dv**2))
    return np.divide(mu_11, mu_02, out=np.full(len(x), np.nan), where=mu_02 > 1e-12)


def stroke_width(images: ArrayLike, image_shape: Sequence[int]) -> np.ndarray:
    """The mean width of the strokes of each grey image, in pixels.   (N, D) → (N,) float64

        w = 2 Σ x / Σ |∇x|,    |∇x|² = (x(u+1, v) − x(u, v))² + (x(u, v+1) − x(u, v))²

    A stroke of width w and length L has the ink w L and, as each of its two sides is an edge of height 1, the total
    variation 2 L: also if the edges are blurred. The image is continued by 0 beyond its border; the ends of a stroke
    are counted as sides, so that w is a little too small for short strokes.
    Raises BadInput for colours, negative ink, and an image without ink.
    Source: the definition; total variation by Rudin, Osher & Fatemi (1992), eq. 2.2.   Ledger: evaluation.stroke_width
    """
    x = np.pad(_ink(images, image_shape), ((0, 0), (1, 1), (1, 1)))
    across, down = x[:, :-1, 1:] - x[:, :-1, :-1], x[:, 1:, :-1] - x[:, :-1, :-1]
    return 2 * x.sum(axis=(1, 2)) / np.sqrt(across**2 + down**2).sum(axis=(1, 2))


def _ink(images: ArrayLike, image_shape: Sequence[int]) -> np.ndarray:
    """Grey images as (N, H, W) float64, checked."""
    H, W, C = height_width_channels(image_shape)
    x = np.asarray(images, np.float64)
    if C != 1 or x.ndim != 2 or x.shape[1] != H * W:
        raise BadInput(
            f"strokes are measured on grey images, rows of {H * W} numbers, not {x.shape} of {C} channels"
        )
    check_each("[0, ∞)", images=x)
    if not x.any(axis=1).all():
        raise BadInput("an image has no ink, so that it has no stroke; leave it out")
    return x.reshape(-1, H, W)
