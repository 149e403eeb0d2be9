"""Training curves of several runs in one picture."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from scratchgen.plots.figure import Picture, despine, new_figure, save

STYLES = ("-", "--", ":", "-.")  # each for ten runs


def compared_curves(series: Mapping[str, Sequence[float]], path: str | os.PathLike, ylabel: str) -> Picture:
    """One score by epoch, one line per run; runs may differ in length."""
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator

    colours = [colormaps["tab10"](k) for k in range(10)]
    figure = new_figure(6.4, 3.8 + 0.18 * max(0, len(series) - 6))
    axes = figure.add_subplot()
    for i, numbers in enumerate(series.values()):
        axes.plot(
            range(1, len(numbers) + 1),
            numbers,
            color=colours[i % 10],
            linestyle=STYLES[i // 10 % 4],
            linewidth=1.4,
            marker="o" if len(numbers) == 1 else None,  # a single point makes no line
            label=str(i),
        )
    axes.set_xlabel("epoch")
    axes.set_ylabel(ylabel, parse_math=False)  # a name in a log, which may hold any character
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    legend = figure.legend(frameon=False, fontsize=9, loc="outside lower center", ncols=2)
    for text, name in zip(legend.get_texts(), series, strict=True):
        text.set(text=name, parse_math=False)  # set here, because the legend omits labels that begin with _
    despine(axes)
    return save(figure, path)
