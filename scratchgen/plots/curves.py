"""Training curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, new_figure, plain, save


def curves(
    series: Mapping[str, Sequence[float]], path, ylabel: str, references: Mapping[str, float] | None = None
) -> Path:
    """Numbers by epoch, one line a name, with horizontal lines for what they are compared with."""
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(6.4, 3.8)
    axes = figure.add_subplot()
    for (name, numbers), colour in zip(series.items(), (ACCENT, SECOND, INK, FAINT), strict=False):
        marker = "o" if len(numbers) == 1 else None  # a line needs two points
        label = name.replace("_", " ")
        axes.plot(range(1, len(numbers) + 1), numbers, color=colour, marker=marker, label=label)
    for name, level in (references or {}).items():
        axes.axhline(level, color=FAINT, linestyle="--", linewidth=1)
        axes.annotate(
            name, (1, level), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=9
        )
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_ylabel(ylabel)
    axes.legend(frameon=False, fontsize=9)
    plain(axes)
    return save(figure, path)
