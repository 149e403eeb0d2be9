"""Rows of images with a title each: originals, edits and references below one another."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np

from scratchgen.errors import height_width_channels
from scratchgen.plots.figure import INK, Picture, new_figure, save
from scratchgen.plots.images import GAP, tile

INCHES = 0.75  # width of an image


def image_rows(
    rows: Mapping[str, np.ndarray],
    image_shape: Sequence[int],
    path: str | os.PathLike,
    columns: Sequence[str] = (),
    ink: bool = True,
    measure: str = "",
) -> Picture:
    """Rows of the same number of images (n, D), one below the other: {title: images}.

    columns    titles above the columns, n of them or none
    ink        as in `tile`
    measure    what the titles of the columns are, with the unit, if they are numbers
    """
    H, W, _ = height_width_channels(image_shape)
    n = len(next(iter(rows.values())))
    sheet = tile(np.concatenate(list(rows.values())), image_shape, n, ink)
    height, width = sheet.shape[:2]
    figure = new_figure(
        INCHES * n + 0.11 * max(map(len, rows)) + 0.6, INCHES * n * height / width + (0.7 if measure else 0.5)
    )
    figure.set_layout_engine(
        "compressed"
    )  # the axes, of square pixels, are narrower than the room next to the titles
    axes = figure.add_subplot()
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_yticks([(H - 1) / 2 + i * (H + GAP) for i in range(len(rows))], list(rows))
    axes.set_xticks([(W - 1) / 2 + i * (W + GAP) for i in range(len(columns))], columns)
    axes.tick_params(length=0, colors=INK, labelsize=9, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(measure, fontsize=9, color=INK)
    return save(figure, path)
