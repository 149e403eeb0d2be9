"""How the efficiency of a training falls with the number of its ranks."""

from __future__ import annotations

import os
from collections.abc import Mapping

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save

LINES = ("-", "--", ":")


def scaling(
    panels: Mapping[str, Mapping[str, Mapping[str, Mapping[int, float]]]],
    path: str | os.PathLike,
    measured: Mapping[str, float],
) -> Picture:
    """A panel per title, with a colour per training and a kind of line per network.

    panels      title → training → network → number of ranks → efficiency
    measured    training → its efficiency on two ranks, shown as a point in the first panel
    """
    figure = new_figure(8.4, 3.6)
    row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for place, (axes, (title, trainings)) in enumerate(zip(row, panels.items(), strict=True)):
        axes.set_xscale("log", base=2)
        axes.axhline(0.5, color=FAINT, linewidth=1)
        for (training, networks), colour in zip(trainings.items(), (ACCENT, SECOND, INK), strict=False):
            for (network, numbers), line in zip(networks.items(), LINES, strict=False):
                label = f"{training}, {network}" if place == 0 else None
                axes.plot([*numbers], [*numbers.values()], line, color=colour, label=label, linewidth=1.4)
            if place == 0:
                axes.plot([2], [measured[training]], "o", color=colour, markersize=6)
        axes.set_title(title, fontsize=10, color=INK)
        axes.set_xlabel("ranks")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_ylim(0, 1.05)
        despine(axes)
    row[0].set_ylabel("efficiency")
    figure.legend(loc="outside lower center", ncols=len(panels), frameon=False, fontsize=8)
    return save(figure, path)
