"""Norms of gradients back through time, which grow or vanish with the number of steps."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping

import numpy as np

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save

COLOURS = (SECOND, INK, ACCENT, "#e9a23b", "#5b8c5a", "#8e6c8a")


def gradient_norms(
    panels: Mapping[str, Mapping[str, np.ndarray]], path: str | os.PathLike, dashed: Container[str] = ()
) -> Picture:
    """The results of `rnn.gradient_norms` for k from 0 to T steps back in time, on a logarithmic scale.

    panels    {title: {name: norms (T + 1,)}}; lines with the same name have the same colour in every panel
    dashed    names of the lines that are dashed, for references
    Values of 0 or infinity are left out.
    """
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(1.4 + 4.6 * len(panels), 4)
    colours: dict[str, str] = {}
    for name in (name for lines in panels.values() for name in lines):
        colours.setdefault(name, COLOURS[len(colours) % len(COLOURS)])
    all_axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, lines) in zip(all_axes, panels.items(), strict=True):
        axes.axhline(1, color=FAINT, linewidth=1)
        for name, norms in lines.items():
            style = "--" if name in dashed else "-"
            axes.semilogy(np.where(norms > 0, norms, np.nan), style, color=colours[name], label=name)
        axes.set_title(title, fontsize=11, color=INK)
        axes.set_xlabel("$k$, steps back in time", color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=(1, 2, 5, 10)))
        despine(axes)
    all_axes[0].set_ylabel("$\\|\\partial h_T / \\partial h_{T-k}\\|$", fontsize=12, color=INK)
    all_axes[0].legend(frameon=False, fontsize=9)
    return save(figure, path)
