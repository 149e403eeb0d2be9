"""How gradients grow and fade on their way back through time."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path

import numpy as np

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, new_figure, plain, save

COLOURS = (SECOND, INK, ACCENT, "#e9a23b", "#5b8c5a", "#8e6c8a")


def gradient_norms(panels: Mapping[str, Mapping[str, np.ndarray]], path, dashed: Container[str] = ()) -> Path:
    """What `rnn.gradient_norms` gives, for all k from 0 to T steps back, on a logarithmic scale.

    A line of the same name has the same colour in every panel. What is 0 or infinite is not on the scale.
    dashed    names of lines that are drawn so: what others are compared with
    """
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(1.4 + 4.6 * len(panels), 4)
    colours = {}
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
        plain(axes)
    all_axes[0].set_ylabel("$\\|\\partial h_T / \\partial h_{T-k}\\|$", fontsize=12, color=INK)
    all_axes[0].legend(frameon=False, fontsize=9)
    return save(figure, path)
