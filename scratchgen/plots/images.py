"""Pictures of pictures: sample grids and reconstructions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from scratchgen.plots.figure import new_figure, save

GAP = 2


def tile(images: np.ndarray, image_shape: tuple[int, int], columns: int) -> np.ndarray:
    """Images (N, H·W) side by side in rows of `columns`, GAP pixels apart, ink on paper, as one array."""
    H, W = image_shape
    rows = math.ceil(len(images) / columns)
    sheet = np.ones((rows * (H + GAP) - GAP, columns * (W + GAP) - GAP), np.float32)
    for i, image in enumerate(images):
        top, left = (i // columns) * (H + GAP), (i % columns) * (W + GAP)
        sheet[top : top + H, left : left + W] = 1 - image.reshape(H, W)
    return sheet


def show(axes, images: np.ndarray, image_shape, columns: int, title: str) -> None:
    """Draw a sheet of images on the axes."""
    axes.imshow(tile(images, image_shape, columns), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title, fontsize=11, parse_math=False)
    axes.set_axis_off()


def sample_grid(images: np.ndarray, image_shape, path, title: str, columns: int | None = None) -> Path:
    """A sheet of images (N, D), in rows of so many; by default about square."""
    columns = min(columns or math.ceil(math.sqrt(len(images))), len(images))
    height, width = math.ceil(len(images) / columns) * image_shape[0], columns * image_shape[1]
    figure = new_figure(5, min(max(5 * height / width, 0.5), 20) + 0.3)
    show(figure.add_subplot(), images, image_shape, columns, title)
    return save(figure, path)


def sheets(images: Mapping[str, np.ndarray], image_shape, path, columns: int) -> Path:
    """Sheets of images (N, D) beside one another, each below its title."""
    figure = new_figure(5 * len(images), 5.3)
    for place, (title, sheet) in enumerate(images.items(), 1):
        show(figure.add_subplot(1, len(images), place), sheet, image_shape, columns, title)
    return save(figure, path)


def reconstructions(x: np.ndarray, x_hat: np.ndarray, image_shape, path) -> Path:
    """Each image above what the model makes of it."""
    figure = new_figure(8, 1.5)
    both = np.concatenate([x, x_hat])
    show(figure.add_subplot(), both, image_shape, len(x), "held-out images, and their reconstructions")
    return save(figure, path)
