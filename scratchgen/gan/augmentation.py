"""Differentiable augmentation: the discriminator sees every image, real or generated, shifted and recoloured at random.

A discriminator that sees the same few hundred images again and again memorises them: it tells them from generated
ones by accidental details, and the generator learns little from it. Augmented real images alone would be no
remedy, as the generator would learn to draw shifted and recoloured images. Here D sees T(x) and T(G(z)), with a new T
for every image, so that the two look alike only if x and G(z) do; and as T is differentiable, G learns through it.

Source: Zhao et al. (2020), Differentiable augmentation for data-efficient GAN training, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scratchgen.autograd import defvjp, primitive
from scratchgen.distributions import Array
from scratchgen.errors import BadInput, height_width_channels
from scratchgen.random import Generator, as_generator

__all__ = ["ImageAugmentation", "shift_images"]

LARGEST_SHIFT = 1 / 8  # of the side of an image


@dataclass(frozen=True)
class ImageAugmentation:
    """A random map T of images within [0, 1], each with its own brightness, saturation, contrast and shift.

        brightness    x ← x + b                     b ~ U(−¼, ¼)
        saturation    x ← m + s (x − m)             s ~ U(0, 2),  m the mean over the channels of each pixel
        contrast      x ← M + c (x − M)             c ~ U(½, 1½), M the mean over the image
        shift         x[h, w] ← x[h − d, w − e]     d, e whole numbers, at most an eighth of the side, either way

    The ranges are those of the source, whose images are within [−1, 1]. The source fills the border of a shifted image
    with grey; here what leaves at one side enters at the other, so that an image on one colour stays whole.

    image_shape    (H, W) or (H, W, C), to which a row of x is reshaped

    Raises ValueError for another shape.
    Source: Zhao et al. (2020), section 3.2, and its code for the ranges: color and translation.
    """

    image_shape: Sequence[int]

    def __post_init__(self) -> None:
        height_width_channels(self.image_shape)

    def __call__(self, x: Array, rng: Generator | None = None) -> Array:
        """T(x), with a new T for every row.   (B, D) → (B, D), differentiable; values may leave [0, 1]

        Raises BadInput for rows that are no images of this shape.
        """
        H, W, C = height_width_channels(self.image_shape)
        if np.ndim(x) != 2 or x.shape[1] != H * W * C:
            raise BadInput(f"images of {H}×{W}×{C} are rows of {H * W * C} numbers, not {np.shape(x)}")
        rng, n = as_generator(rng), len(x)
        b, s, c = (rng.random((n, 1, 1, 1)) for _ in range(3))
        x = np.reshape(x, (n, H, W, C)) + (b - 0.5) / 2
        pixel = np.mean(x, axis=3, keepdims=True)
        x = pixel + 2 * s * (x - pixel)
        image = np.mean(x, axis=(1, 2, 3), keepdims=True)
        x = image + (c + 0.5) * (x - image)
        shifts = [rng.integers(2 * most + 1, size=n) - most for most in (_largest(H), _largest(W))]
        return np.reshape(shift_images(x, np.stack(shifts, axis=1)), (n, H * W * C))


def _largest(side: int) -> int:
    return int(side * LARGEST_SHIFT + 0.5)


@primitive
def shift_images(x: Array, shifts: np.ndarray) -> Array:
    """y_i[h, w] = x_i[h − d_i, w − e_i], the indices modulo the sides.   x (B, H, W, C), shifts (d, e) (B, 2)

    A permutation of the pixels: its adjoint is its inverse, the shift by (−d_i, −e_i).
    """
    y = np.empty_like(x)
    for i, (d, e) in enumerate(shifts):
        y[i] = np.roll(x[i], (d, e), axis=(0, 1))
    return y


defvjp(shift_images, lambda g, y, x, shifts: shift_images(g, -shifts))
