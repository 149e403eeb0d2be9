"""Eigenvalues in the complex plane, while a network learns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, despine, new_figure, save


def spectrum(moments: Sequence[np.ndarray], names: Sequence[str], path) -> Path:
    """Eigenvalues from the first moment (blue) to the last (red), a panel a name, and the unit circle.

    moments    each (G, H) complex: as `rnn.spectrum` gives for one layer, before training and after epochs
    names      G of them, what each matrix is called
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    G, n = len(names), len(moments)
    across = 2 if G == 4 else G
    down = G // across
    figure = new_figure(1.1 + 3.7 * across, 0.4 + 3.7 * down)
    shades = LinearSegmentedColormap.from_list("time", (SECOND, "#c9b8c9", ACCENT), N=n)
    figure.set_layout_engine("compressed")
    reach = 1.08 * max(1.0, *(np.abs(moment).max() for moment in moments))
    turn = np.exp(1j * np.linspace(0, 2 * np.pi, 200))
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for g, (axes, name) in enumerate(zip(panels.flat, names, strict=True)):
        axes.plot(turn.real, turn.imag, color=INK, linewidth=1)
        axes.axhline(0, color=FAINT, linewidth=0.7, zorder=0)
        axes.axvline(0, color=FAINT, linewidth=0.7, zorder=0)
        for k, moment in enumerate(moments):
            ends = k in (0, n - 1)
            axes.scatter(
                moment[g].real, moment[g].imag, s=13 if ends else 6, color=shades(k), linewidths=0,
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
