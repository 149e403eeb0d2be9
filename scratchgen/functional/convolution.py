"""Convolution and its adjoint, the transposed convolution, as matrix products of patches.

    conv1d              y[t]     = Σ_i x[s t + i − p] W[i] + b
    conv2d              y[h, w]  = Σ_ij x[s h + i − p, s w + j − p] W[i, j] + b
    conv_transpose2d    y[s h + i − p, s w + j − p]  +=  x[h, w] W[i, j]ᵀ,   then + b

with stride s and padding p. Images are (..., H, W, C), channels last (in PyTorch they are first): then a pixel
is a row vector, `x @ W` multiplies it, and a patch is a row of adjacent numbers.

Both are made of two linear maps that only move numbers: `patches` cuts an image into overlapping patches
(im2col), `overlap_add` sums patches where they overlap (col2im). Each is the adjoint of the other,
⟨patches(x), p⟩ = ⟨x, overlap_add(p)⟩, so each is the other's derivative, to any order.

Source: Dumoulin & Visin (2016), A guide to convolution arithmetic for deep learning, sections 2 and 4.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from scratchgen.autograd import Tensor, defvjp, primitive
from scratchgen.errors import check_counts
from scratchgen.functional.fused import linear, matmul

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["conv1d", "conv2d", "conv_transpose2d", "overlap_add", "patches"]

Array = TypeVar("Array", Tensor, np.ndarray)


def conv2d(x: Array, W: ArrayLike, b: ArrayLike, stride: int = 1, padding: int = 0) -> Array:
    """y[h, w] = Σ_ij x[s h + i − p, s w + j − p] W[i, j] + b, where x is 0 outside of the image.

    x (..., H, W, C), W (k_h, k_w, C, F), b (F,) → (..., H′, W′, F) with H′ = ⌊(H + 2p − k_h) / s⌋ + 1, and W′
    likewise. Strictly this is a correlation: the kernel is not flipped.

    Raises ValueError for shapes that do not match, and for a kernel that is larger than the padded image.
    Ledger: nn.convolution
    """
    check_channels(x, W, "C")
    k_h, k_w, C, F = np.shape(W)
    p: Any = patches(x, (k_h, k_w), stride, padding)
    rows = np.reshape(p, (*p.shape[:-3], k_h * k_w * C))
    return linear(rows, np.reshape(W, (k_h * k_w * C, F)), b)


def conv1d(x: Array, W: ArrayLike, b: ArrayLike, stride: int = 1, padding: int = 0) -> Array:
    """y[t] = Σ_i x[s t + i − p] W[i] + b, where x is 0 outside of the sequence.

    x (..., T, C), W (k, C, F), b (F,) → (..., T′, F) with T′ = ⌊(T + 2p − k) / s⌋ + 1: `conv2d` of images of one row.
    Raises ValueError for shapes that do not match, and for a kernel that is longer than the padded sequence.
    Ledger: nn.convolution_1d
    """
    if np.ndim(W) != 3 or np.ndim(x) < 2 or np.shape(x)[-1] != np.shape(W)[1]:
        raise ValueError(
            f"expected x (..., T, C) and a kernel (k, C, F), not {np.shape(x)} and {np.shape(W)}"
        )
    patches_along(np.shape(x)[-2], np.shape(W)[0], stride, padding)
    padded: Any = np.pad(x, [(0, 0)] * (np.ndim(x) - 2) + [(padding, padding), (0, 0)]) if padding else x
    kernel: Any = W
    return conv2d(padded[..., None, :, :], kernel[None], b, stride)[..., 0, :, :]


def conv_transpose2d(
    x: Array,
    W: ArrayLike,
    b: ArrayLike,
    stride: int = 1,
    padding: int = 0,
    size: tuple[int, int] | None = None,
) -> Array:
    """The adjoint of `conv2d`, ⟨conv2d(y, W), x⟩ = ⟨y, conv_transpose2d(x, W)⟩ without biases.

    Every x[h, w] adds its patch x[h, w] W[i, j]ᵀ at (s h − p, s w − p); overlapping patches are summed.

    x (..., H, W, F), W (k_h, k_w, C, F) as for `conv2d`, b (C,), or (H′, W′, C) for one bias per pixel
    → (..., H′, W′, C).
    size    (H′, W′); needed because `conv2d` maps images of s different heights to the same height. By default
            the smallest, H′ = s (H − 1) + k_h − 2p

    Raises ValueError for shapes that do not match.   Ledger: nn.transposed_convolution
    """
    check_channels(x, W, "F")
    k_h, k_w, C, F = np.shape(W)
    *front, h, w, _ = np.shape(x)
    check_counts(stride=stride)
    check_counts(0, padding=padding)
    if size is None:
        size = tuple(stride * (n - 1) + k - 2 * padding for n, k in ((h, k_h), (w, k_w)))
    rows = np.reshape(x, (math.prod(front) * h * w, F))
    p = matmul(rows, np.reshape(W, (k_h * k_w * C, F)).T)
    return overlap_add(np.reshape(p, (*front, h, w, k_h, k_w, C)), size, stride, padding) + b


def check_channels(x: ArrayLike, W: ArrayLike, axis: str) -> None:
    """Raise ValueError unless the images have as many channels as the kernel has along its axis "C" or "F"."""
    images, kernel = np.shape(x), np.shape(W)
    if len(kernel) != 4 or len(images) < 3 or images[-1] != kernel[{"C": 2, "F": 3}[axis]]:
        raise ValueError(
            f"expected images (..., H, W, {axis}) and a kernel (k_h, k_w, C, F), not {images} and {kernel}"
        )


def patches_along(n: int, k: int, stride: int, padding: int) -> int:
    """Return the number of patches of size k on an axis of size n: ⌊(n + 2p − k) / s⌋ + 1.

    Raises ValueError for sizes that allow no patch.   Ledger: nn.convolution
    """
    check_counts(kernel=k, stride=stride)
    check_counts(0, padding=padding)
    if n < 0 or n + 2 * padding < k:
        raise ValueError(f"a kernel of {k} does not fit on {n} pixels with a padding of {padding}")
    return (n + 2 * padding - k) // stride + 1


@primitive
def patches(x, kernel, stride, padding):
    """Return every patch of the size of the kernel, at steps of the stride, of images padded with zeros.

    p[h, w, i, j] = x[s h + i − p, s w + j − p]        x (..., H, W, C) → (..., H′, W′, k_h, k_w, C)
    Ledger: nn.convolution
    """
    *front, H, W, _ = x.shape
    for n, k in zip((H, W), kernel, strict=True):
        patches_along(n, k, stride, padding)
    around = (padding, padding)
    padded = np.pad(x, [(0, 0)] * len(front) + [around, around, (0, 0)])
    windows = sliding_window_view(padded, kernel, axis=(-3, -2))[..., ::stride, ::stride, :, :, :]
    return np.ascontiguousarray(np.moveaxis(windows, -3, -1))


@primitive
def overlap_add(p, size, stride, padding):
    """The adjoint of `patches`: each pixel is the sum of its values in all patches.

    x[s h + i − p, s w + j − p] += p[h, w, i, j]       p (..., H′, W′, k_h, k_w, C) → (..., *size, C)
    Ledger: nn.transposed_convolution
    """
    *front, h, w, k_h, k_w, C = p.shape
    H, W = size
    made = tuple(patches_along(n, k, stride, padding) for n, k in ((H, k_h), (W, k_w)))
    if made != (h, w):
        raise ValueError(f"an image of {H}×{W} has {made[0]}×{made[1]} patches, not {h}×{w}")
    padded = np.zeros((*front, H + 2 * padding, W + 2 * padding, C), p.dtype)
    for i in range(k_h):
        for j in range(k_w):
            rows, columns = slice(i, i + stride * h, stride), slice(j, j + stride * w, stride)
            padded[..., rows, columns, :] += p[..., i, j, :]
    return padded[..., padding : padding + H, padding : padding + W, :]


defvjp(patches, lambda g, p, x, kernel, stride, padding: overlap_add(g, x.shape[-3:-1], stride, padding))
defvjp(
    overlap_add,
    lambda g, x, p, size, stride, padding: patches(g, p.shape[-3:-1], stride, padding),
)
