"""Scatter plots of points in the plane."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from scratchgen.plots.figure import INK, Picture, despine, new_figure, save

MAX_POINTS = 4000  # more points would cover one another


def scatter(x: np.ndarray, labels: np.ndarray | None, path: str | os.PathLike, title: str) -> Picture:
    """A scatter plot of points (N, 2), with equal scales on both axes, coloured by label (N,) if there are labels."""
    figure = new_figure(5, 5.2)
    axes = figure.add_subplot()
    colour: dict[str, Any] = {"color": INK}
    if labels is not None:
        colour = {"c": labels[:MAX_POINTS] % 20, "cmap": "tab20", "vmin": 0, "vmax": 19}
    axes.scatter(x[:MAX_POINTS, 0], x[:MAX_POINTS, 1], s=2, linewidths=0, **colour)
    axes.set_aspect("equal")
    axes.set_title(title, fontsize=11, color=INK, parse_math=False)
    axes.set_xlabel("$x_1$", color=INK)
    axes.set_ylabel("$x_2$", color=INK)
    despine(axes)
    return save(figure, path)
