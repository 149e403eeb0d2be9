"""Pictures of mel spectrograms."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from scratchgen.data.preprocessing.mel import hz_to_mel, mel_to_hz
from scratchgen.plots.figure import INK, Picture, despine, new_figure, save

RANGE = 70  # decibels from the brightest to the darkest colour
TICKS = (250, 500, 1000, 2000, 4000, 8000, 16_000)  # Hz


def mel_spectrograms(
    pictures: Sequence[np.ndarray],
    names: Sequence[str],
    seconds_per_frame: float,
    highest: float,
    path: str | os.PathLike,
    title: str,
    columns: int = 3,
) -> Picture:
    """Mel spectrograms, several per row: time in seconds to the right, frequency in Hz upwards, levels as colours.

    pictures    (M, bands) decibels each; all have one range of colours, down from the loudest of all
    names       one per picture
    seconds_per_frame    the hop divided by the rate
    highest     the upper end of the mel bands in Hz; the lower end is 0
    """
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    figure = new_figure(1.2 + 2.7 * columns, 0.6 + 2.1 * rows)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    loudest = max(float(picture.max()) for picture in pictures)
    for axes in grid.flat[len(pictures) :]:
        axes.set_axis_off()
    for place, (picture, axes) in enumerate(zip(pictures, grid.flat[: len(pictures)], strict=True)):
        M, bands = picture.shape
        image = axes.imshow(
            picture.T, cmap="magma", aspect="auto", origin="lower", interpolation="nearest",
            extent=(0, M * seconds_per_frame, 0.5, bands + 0.5), vmin=loudest - RANGE, vmax=loudest,
        )  # fmt: skip
        # band j = 1 … bands is centred at j/(bands + 1) of the mel scale
        shown = [f for f in TICKS if mel_to_hz(hz_to_mel(highest) * bands / (bands + 1)) >= f]
        axes.set_yticks([float(hz_to_mel(f) / hz_to_mel(highest) * (bands + 1)) for f in shown], shown)
        axes.set_title(names[place], fontsize=9, color=INK, parse_math=False)
        axes.set_xlabel("time, s", fontsize=9, color=INK)
        if place % columns == 0:
            axes.set_ylabel("frequency, Hz", fontsize=9, color=INK)
        despine(axes)
    figure.colorbar(image, ax=grid, label="level, dB", pad=0.01)
    figure.suptitle(title, fontsize=11, parse_math=False)
    return save(figure, path)
