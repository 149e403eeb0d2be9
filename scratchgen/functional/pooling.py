"""Pooling and enlargement of images (..., H, W, C), channels last."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import check_counts
from scratchgen.functional.convolution import patches

__all__ = ["avg_pool2d", "max_pool2d", "upsample"]

Array = TypeVar("Array", Tensor, np.ndarray)


def max_pool2d(x: Array, size: int, stride: int | None = None) -> Array:
    """The largest number of each window: y[h, w] = max_ij x[s h + i, s w + j], 0 ≤ i, j < size, for each channel.

    x (..., H, W, C) → (..., H′, W′, C) with H′ = ⌊(H − size) / s⌋ + 1; the stride s is the size by default.
    Among equal largest numbers the gradient is shared. Raises ValueError for a window that is larger than the image.
    Source: Goodfellow et al., Deep Learning (2016), section 9.3.   Ledger: nn.max_pool
    """
    return np.max(windows(x, size, stride), axis=(-3, -2))


def avg_pool2d(x: Array, size: int, stride: int | None = None) -> Array:
    """The mean of each window: y[h, w] = 1/size² Σ_ij x[s h + i, s w + j], 0 ≤ i, j < size, for each channel.

    x (..., H, W, C) → (..., H′, W′, C) with H′ = ⌊(H − size) / s⌋ + 1; the stride s is the size by default.
    Raises ValueError for a window that is larger than the image.
    Source: LeCun et al. (1998), section II.A.   Ledger: nn.average_pool
    """
    return np.mean(windows(x, size, stride), axis=(-3, -2))


def windows(x: Array, size: int, stride: int | None) -> Any:
    """The windows of images: (..., H, W, C) → (..., H′, W′, size, size, C).

    There is no padding: a 0 is not neutral for a maximum, and counts in a mean.
    """
    stride = size if stride is None else stride
    check_counts(size=size, stride=stride)
    check_images(x)
    return patches(x, (size, size), stride, 0)


def upsample(x: Array, scale: int) -> Array:
    """Every pixel repeated on both axes (nearest neighbour): y[h, w] = x[⌊h / scale⌋, ⌊w / scale⌋].

    x (..., H, W, C) → (..., scale H, scale W, C). Followed by a convolution it enlarges without a chequerboard.
    Source: Odena, Dumoulin & Olah (2016), Deconvolution and checkerboard artifacts.   Ledger: nn.upsample
    """
    check_counts(scale=scale)
    check_images(x)
    taller: Any = np.repeat(x, scale, axis=-3)
    return np.repeat(taller, scale, axis=-2)  # type: ignore[return-value]  # NumPy's stubs do not know Tensor


def check_images(x: Any) -> None:
    """Raise ValueError unless x has the axes (..., H, W, C)."""
    if np.ndim(x) < 3:
        raise ValueError(f"expected images (..., H, W, C), not {np.shape(x)}")
