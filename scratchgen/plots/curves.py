"""Training curves."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save


def curves(
    series: Mapping[str, Sequence[float]],
    path: str | os.PathLike,
    ylabel: str,
    references: Mapping[str, float] | None = None,
) -> Picture:
    """Scores by epoch, one line per name, with horizontal lines for the references."""
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(6.4, 3.8)
    axes = figure.add_subplot()
    for (name, numbers), colour in zip(series.items(), (ACCENT, SECOND, INK, FAINT), strict=False):
        marker = "o" if len(numbers) == 1 else None  # a single point makes no line
        label = name.replace("_", " ")
        axes.plot(range(1, len(numbers) + 1), numbers, color=colour, marker=marker, label=label)
    levels = sorted((references or {}).items(), key=lambda reference: reference[1])
    for place, (name, level) in enumerate(levels):
        side = (
            "center" if len(levels) == 1 else "bottom" if place else "top"
        )  # so that two close names are apart
        axes.axhline(level, color=FAINT, linestyle="--", linewidth=1)
        axes.annotate(name, (1.01, level), xycoords=("axes fraction", "data"), va=side, fontsize=9)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_ylabel(ylabel)
    axes.legend(frameon=False, fontsize=9)
    despine(axes)
    return save(figure, path)
