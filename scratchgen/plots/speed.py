"""Speed-ups of the kernels' backends over NumPy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save

COLOURS = {
    **{"numba": SECOND, "cython": ACCENT},
    **{"PyTorch": "#e9a23b", "JAX": "#6a994e", "NumPy expression": FAINT},
}
MARKS = {"numba": "o", "cython": "D", "PyTorch": "s", "JAX": "^", "NumPy expression": "x"}


def speed(rows: Sequence[Any], path: str | os.PathLike) -> Picture:
    """One line per computation and size, one marker per backend, at its speed-up over NumPy (logarithmic scale).

    rows    the results of `scratchgen.benchmarks.kernels.measure`; those on one thread are shown
    Returns the path of the PNG.
    """
    cases = list(dict.fromkeys((row.name, row.size) for row in rows if row.threads == 1))
    figure = new_figure(8.4, 1.1 + 0.27 * len(cases))
    axes = figure.add_subplot()
    axes.set_xscale("log")
    axes.axvline(1, color=INK, linewidth=1.5)
    for backend, colour in COLOURS.items():
        marked = [r for r in rows if r.backend == backend and r.threads == 1 and r.over_numpy]
        if marked:
            y = [cases.index((row.name, row.size)) for row in marked]
            x = [row.over_numpy for row in marked]
            axes.scatter(x, y, color=colour, marker=MARKS[backend], s=34, label=backend, zorder=2)
    axes.hlines(range(len(cases)), *axes.get_xlim(), color=FAINT, linewidth=0.5, zorder=1)
    axes.set_yticks(range(len(cases)), [f"{name}   {size}" for name, size in cases])
    axes.set_ylim(len(cases) - 0.4, -0.6)
    axes.set_xlabel("speed-up over the NumPy backend (line at 1), one thread")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")
    if axes.get_legend_handles_labels()[0]:  # none where NumPy is the only backend that is not a loop
        figure.legend(loc="outside upper center", ncols=len(COLOURS), frameon=False, fontsize=9)
    despine(axes)
    return save(figure, path)
