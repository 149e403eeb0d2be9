"""Eigenvalues in the complex plane over the epochs of training."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save


def eigenvalues(epochs: Sequence[np.ndarray], names: Sequence[str], path: str | os.PathLike) -> Picture:
    """Draw eigenvalues from the first epoch (blue) to the last (red), one panel per name, with the unit circle.

    epochs    each (G, H) complex: `rnn.eigenvalues` of one layer, before training and after each epoch
    names     of the G matrices
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    G, n = len(names), len(epochs)
    across = 2 if G == 4 else G
    down = G // across
    figure = new_figure(1.1 + 3.7 * across, 0.4 + 3.7 * down)
    shades = LinearSegmentedColormap.from_list("time", (SECOND, "#c9b8c9", ACCENT), N=n)
    figure.set_layout_engine("compressed")
    reach = 1.08 * max(1.0, *(np.abs(values).max() for values in epochs))
    turn = np.exp(1j * np.linspace(0, 2 * np.pi, 200))
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for g, (axes, name) in enumerate(zip(panels.flat, names, strict=True)):
        axes.plot(turn.real, turn.imag, color=INK, linewidth=1)
        axes.axhline(0, color=FAINT, linewidth=0.7, zorder=0)
        axes.axvline(0, color=FAINT, linewidth=0.7, zorder=0)
        for k, values in enumerate(epochs):
            ends = k in (0, n - 1)
            axes.scatter(
                values[g].real, values[g].imag, s=13 if ends else 6, color=shades(k), linewidths=0,
                alpha=0.9 if ends else 0.55, zorder=3 if k == n - 1 else 2,
            )  # fmt: skip
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axes.set_title(name, fontsize=11, color=INK)
        despine(axes)
    for axes in panels[-1]:
        axes.set_xlabel("real part", color=INK)
    for axes in panels[:, 0]:
        axes.set_ylabel("imaginary part", color=INK)
    steps = ScalarMappable(BoundaryNorm(np.arange(n + 1) - 0.5, n), shades)
    bar = figure.colorbar(
        steps, ax=panels, pad=0.02, aspect=8 * figure.get_figheight(), ticks=sorted({0, n - 1})
    )
    bar.set_label("epochs of training", color=INK)
    bar.minorticks_off()
    bar.outline.set_visible(False)
    return save(figure, path)
