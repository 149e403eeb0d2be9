"""Pictures of frames, spectra of sound or chords, as columns."""

from __future__ import annotations

import os

import numpy as np

from scratchgen.plots.figure import Picture, new_figure, save


def frames(x: np.ndarray, path: str | os.PathLike, title: str) -> Picture:
    """Frames (N, D), one per column, low frequencies at the bottom, the largest value darkest."""
    figure = new_figure(6.4, 3.2)
    axes = figure.add_subplot()
    axes.imshow(x.T, cmap="gray_r", aspect="auto", origin="lower", interpolation="nearest")
    axes.set_title(title, fontsize=11, parse_math=False)
    axes.set_xlabel("sample")
    axes.set_ylabel("dimension")
    return save(figure, path)
