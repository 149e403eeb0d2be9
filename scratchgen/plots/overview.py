"""One picture of all three models of the demo: real images, samples of the VAE and the GAN, text of the RNN."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from scratchgen.plots.figure import FAINT, INK, Picture, new_figure, save
from scratchgen.plots.images import show

GRID = 7  # rows and columns of images
LINES, WIDTH = 27, 60  # of the text


def overview(
    real: np.ndarray,
    vae: np.ndarray,
    gan: np.ndarray,
    image_shape: Sequence[int],
    text: str,
    path: str | os.PathLike,
) -> Picture:
    """Real images, VAE samples and GAN samples, (N, D) each, and the beginning of a generated text."""
    figure = new_figure(14, 3.7)
    *grids, page = figure.subplots(1, 4, width_ratios=(1, 1, 1, 1.25), gridspec_kw={"wspace": 0.08})
    titles = ("held-out images", "samples of the VAE: means of p(x|z)", "samples of the GAN")
    for axes, images, title in zip(grids, (real, vae, gan), titles, strict=True):
        show(axes, images[: GRID**2], image_shape, GRID, title)

    lines = [line[:WIDTH] for line in text.splitlines() if line.strip()][:LINES]
    page.set_title("text of the RNN", fontsize=11)
    style = {"family": "monospace", "fontsize": 6.6, "va": "top", "color": INK, "parse_math": False}
    page.text(0.02, 0.98, "\n".join(lines), **style)
    page.set(xticks=[], yticks=[])
    for side in page.spines.values():
        side.set_color(FAINT)
    return save(figure, path)
