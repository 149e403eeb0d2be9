"""Pictures of points in the plane."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.plots.figure import INK, new_figure, plain, save

MOST = 4000  # points: more would only blacken the picture


def scatter(x: np.ndarray, labels: np.ndarray | None, path, title: str) -> Path:
    """Points (N, 2), both axes on one scale, coloured by label (N,) where there are any."""
    figure = new_figure(5, 5.2)
    axes = figure.add_subplot()
    colour = (
        {"color": INK}
        if labels is None
        else {"c": labels[:MOST] % 20, "cmap": "tab20", "vmin": 0, "vmax": 19}
    )
    axes.scatter(*x[:MOST].T, s=2, linewidths=0, **colour)
    axes.set_aspect("equal")
    axes.set_title(title, fontsize=11, color=INK, parse_math=False)
    plain(axes)
    return save(figure, path)
