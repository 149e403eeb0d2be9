"""Grids of images: samples and reconstructions."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.errors import height_width_channels
from scratchgen.plots.figure import Picture, new_figure, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP = 2


def tile(images: np.ndarray, image_shape: Sequence[int], columns: int, ink: bool = True) -> np.ndarray:
    """A grid of images (N, D) with `columns` columns, GAP white pixels apart, as one array (height, width, C).

    image_shape    (H, W) or (H, W, C)
    ink            whether grey images are drawn with 1 as ink, dark on white; colours are drawn as they are
    """
    H, W, C = height_width_channels(image_shape)
    rows = math.ceil(len(images) / columns)
    sheet = np.ones((rows * (H + GAP) - GAP, columns * (W + GAP) - GAP, C), np.float32)
    for i, image in enumerate(np.clip(images, 0, 1)):
        top, left = (i // columns) * (H + GAP), (i % columns) * (W + GAP)
        shown = image.reshape(H, W, C)
        sheet[top : top + H, left : left + W] = 1 - shown if ink and C == 1 else shown
    return sheet


def show(
    axes: Axes, images: np.ndarray, image_shape: Sequence[int], columns: int, title: str, ink: bool = True
) -> None:
    """Draw a grid of images (N, D) on the axes (see `tile`)."""
    sheet = tile(images, image_shape, columns, ink)
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title, fontsize=11, parse_math=False)
    axes.set_axis_off()


def sample_grid(
    images: np.ndarray,
    image_shape: Sequence[int],
    path: str | os.PathLike,
    title: str,
    columns: int | None = None,
    ink: bool = True,
) -> Picture:
    """A grid of images (N, D) with `columns` columns (default: about square; see `tile`)."""
    columns = min(columns or math.ceil(math.sqrt(len(images))), len(images))
    height, width = math.ceil(len(images) / columns) * image_shape[0], columns * image_shape[1]
    figure = new_figure(5, min(max(5 * height / width, 0.5), 20) + 0.3)
    show(figure.add_subplot(), images, image_shape, columns, title, ink)
    return save(figure, path)


def sample_grids(
    images: Mapping[str, np.ndarray],
    image_shape: Sequence[int],
    path: str | os.PathLike,
    columns: int,
    ink: bool = True,
) -> Picture:
    """Several grids of images (N, D) next to each other, each with its title: {title: images}."""
    H, W, _ = height_width_channels(image_shape)
    tallest = max(math.ceil(len(grid) / columns) * H / (columns * W) for grid in images.values())
    figure = new_figure(5 * len(images), 5 * tallest + 0.3)
    for place, (title, grid) in enumerate(images.items(), 1):
        show(figure.add_subplot(1, len(images), place), grid, image_shape, columns, title, ink)
    return save(figure, path)


def reconstructions(
    x: np.ndarray, x_hat: np.ndarray, image_shape: Sequence[int], path: str | os.PathLike, ink: bool = True
) -> Picture:
    """Images (N, D) in the top row, and their reconstructions by the model in the bottom row."""
    figure = new_figure(8, 1.5)
    both = np.concatenate([x, x_hat])
    title = "held-out images (top) and reconstructions (bottom)"
    show(figure.add_subplot(), both, image_shape, len(x), title, ink)
    return save(figure, path)
