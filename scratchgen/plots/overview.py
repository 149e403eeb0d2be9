"""One picture of all three models: what was real, what was drawn, what was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.plots.figure import FAINT, INK, new_figure, save
from scratchgen.plots.images import show

COLUMNS = 7  # and as many rows of images
LINES, WIDTH = 27, 60


def overview(real: np.ndarray, vae: np.ndarray, gan: np.ndarray, image_shape, text: str, path) -> Path:
    """Real images, VAE samples and GAN samples, (N, D) each, and the beginning of a generated text."""
    figure = new_figure(14, 3.7)
    *sheets, page = figure.subplots(1, 4, width_ratios=(1, 1, 1, 1.25), gridspec_kw={"wspace": 0.08})
    titles = ("handwritten (held out)", "drawn by the VAE", "drawn by the GAN")
    for axes, images, title in zip(sheets, (real, vae, gan), titles, strict=True):
        show(axes, images[: COLUMNS**2], image_shape, COLUMNS, title)

    lines = [line[:WIDTH] for line in text.splitlines() if line.strip()][:LINES]
    page.set_title("written by the RNN", fontsize=11)
    style = {"family": "monospace", "fontsize": 6.6, "va": "top", "color": INK, "parse_math": False}
    page.text(0.02, 0.98, "\n".join(lines), **style)
    page.set(xticks=[], yticks=[])
    for side in page.spines.values():
        side.set_color(FAINT)
    return save(figure, path)
