"""The curves of several runs in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scratchgen.plots.figure import new_figure, plain, save

STYLES = ("-", "--", ":", "-.")  # each for ten runs


def overlaid(series: Mapping[str, Sequence[float]], path, ylabel: str) -> Path:
    """One number by epoch, a line for each run; runs may differ in length."""
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator

    colours = colormaps["tab10"].colors
    figure = new_figure(6.4, 3.8 + 0.18 * max(0, len(series) - 6))
    axes = figure.add_subplot()
    for i, numbers in enumerate(series.values()):
        marker = "o" if len(numbers) == 1 else None  # a line needs two points
        style = {
            "color": colours[i % 10],
            "linestyle": STYLES[i // 10 % 4],
            "linewidth": 1.4,
            "marker": marker,
        }
        axes.plot(range(1, len(numbers) + 1), numbers, **style, label=str(i))
    axes.set_xlabel("epoch")
    axes.set_ylabel(ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    legend = figure.legend(frameon=False, fontsize=9, loc="outside lower center", ncols=2)
    for text, name in zip(legend.get_texts(), series, strict=True):
        text.set(text=name, parse_math=False)  # as it is: a label that began with _ would be left out
    plain(axes)
    return save(figure, path)
