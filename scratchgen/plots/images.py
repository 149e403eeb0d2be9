"""Grids of images: samples and reconstructions."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.plots.figure import Picture, new_figure, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP = 2


def tile(images: np.ndarray, image_shape: tuple[int, int], columns: int) -> np.ndarray:
    """A grid of images (N, H·W) with `columns` columns, GAP pixels apart, dark on white, as one array."""
    H, W = image_shape
    rows = math.ceil(len(images) / columns)
    sheet = np.ones((rows * (H + GAP) - GAP, columns * (W + GAP) - GAP), np.float32)
    for i, image in enumerate(images):
        top, left = (i // columns) * (H + GAP), (i % columns) * (W + GAP)
        sheet[top : top + H, left : left + W] = 1 - image.reshape(H, W)
    return sheet


def show(axes: Axes, images: np.ndarray, image_shape: tuple[int, int], columns: int, title: str) -> None:
    """Draw a grid of images (N, H·W) on the axes."""
    axes.imshow(tile(images, image_shape, columns), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title, fontsize=11, parse_math=False)
    axes.set_axis_off()


def sample_grid(
    images: np.ndarray,
    image_shape: tuple[int, int],
    path: str | os.PathLike,
    title: str,
    columns: int | None = None,
) -> Picture:
    """A grid of images (N, D) with `columns` columns (default: about square)."""
    columns = min(columns or math.ceil(math.sqrt(len(images))), len(images))
    height, width = math.ceil(len(images) / columns) * image_shape[0], columns * image_shape[1]
    figure = new_figure(5, min(max(5 * height / width, 0.5), 20) + 0.3)
    show(figure.add_subplot(), images, image_shape, columns, title)
    return save(figure, path)


def sample_grids(
    images: Mapping[str, np.ndarray], image_shape: tuple[int, int], path: str | os.PathLike, columns: int
) -> Picture:
    """Several grids of images (N, D) next to each other, each with its title: {title: images}."""
    figure = new_figure(5 * len(images), 5.3)
    for place, (title, grid) in enumerate(images.items(), 1):
        show(figure.add_subplot(1, len(images), place), grid, image_shape, columns, title)
    return save(figure, path)


def reconstructions(
    x: np.ndarray, x_hat: np.ndarray, image_shape: tuple[int, int], path: str | os.PathLike
) -> Picture:
    """Images (N, D) in the top row, and their reconstructions by the model in the bottom row."""
    figure = new_figure(8, 1.5)
    both = np.concatenate([x, x_hat])
    show(
        figure.add_subplot(), both, image_shape, len(x), "held-out images (top) and reconstructions (bottom)"
    )
    return save(figure, path)
