"""The latent plane: where a VAE puts its data, and what it draws there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from scratchgen.plots.figure import SECOND, new_figure, plain, save
from scratchgen.plots.images import show

POINTS = 15  # of the drawn plane, each way
REACH = 2.5  # standard deviations


def latent_plane(mu: np.ndarray, labels: np.ndarray | None, decode_mean: Callable, image_shape, path) -> Path:
    """Posterior means (N, Z) along their two main directions, and the images decoded on that plane.

    decode_mean    z (n, Z) → images (n, D)
    The plane is spanned by the first two principal axes of the means, through their centre.
    """
    centre = mu.mean(axis=0)
    _, scale, axes = np.linalg.svd(mu - centre, full_matrices=False)
    axes, scale = axes[:2], scale[:2] / np.sqrt(len(mu))
    figure = new_figure(10, 5)
    left, right = figure.subplots(1, 2)

    places = (mu - centre) @ axes.T
    if labels is None:
        left.scatter(*places.T, color=SECOND, s=10)
    else:
        dots = left.scatter(*places.T, c=labels, cmap="tab10", vmin=-0.5, vmax=9.5, s=10)
        figure.colorbar(dots, ax=left, ticks=range(10), label="class", shrink=0.8)
    left.set_title("posterior means mu(x)", fontsize=11)
    left.set_xlabel("first direction")
    left.set_ylabel("second direction")
    plain(left)

    steps = np.linspace(-REACH, REACH, POINTS)
    grid = np.array([(u, v) for v in steps[::-1] for u in steps]) * scale
    images = decode_mean((centre + grid @ axes).astype(np.float32))
    show(right, images, image_shape, POINTS, "decoded across that plane")
    return save(figure, path)
