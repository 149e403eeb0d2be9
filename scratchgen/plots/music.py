"""Pictures of music and sound: piano rolls, waveforms and spectrograms."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.data.pitches import pitch_name
from scratchgen.data.preprocessing.stft import stft
from scratchgen.data.rolls import PLAIN, RollFormat
from scratchgen.plots.figure import INK, SECOND, Picture, despine, new_figure, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

RANGE = 70  # decibels from the brightest to the darkest colour of a spectrogram
MAX_STEPS = 160  # steps of a roll that are still legible


def piano_rolls(
    rolls: list[np.ndarray],
    first: int,
    unit: str,
    path: str | os.PathLike,
    title: str,
    form: RollFormat = PLAIN,
) -> Picture:
    """Piano rolls (T, D), one per row, time to the right, high notes at the top.

    first    the MIDI pitch of column 0
    unit     the duration of a step
    form     what the columns mean; where onsets are known, the first step of a note is darker
    """
    figure = new_figure(9, 0.6 + 2.2 * len(rolls))
    rolls = [form.shades(roll) for roll in rolls]
    name = str if form.drums else pitch_name
    keys = np.flatnonzero(np.concatenate(rolls).any(axis=0))
    low, high = (int(keys[0]), int(keys[-1])) if len(keys) else (0, rolls[0].shape[1] - 1)
    octaves = [key for key in range(low, high + 1) if (first + key) % 12 == 0]
    rows = figure.subplots(len(rolls), sharex=True, squeeze=False)[:, 0]
    for axes, roll in zip(rows, rolls, strict=True):
        axes.imshow(
            np.ma.masked_equal(roll[:MAX_STEPS, low : high + 1].T, 0),  # masked, so that octave lines stay visible
            zorder=3, cmap="Greys", aspect="auto", origin="lower", interpolation="nearest", vmin=0, vmax=1,
            extent=(0, min(len(roll), MAX_STEPS), low - 0.5, high + 0.5),
        )  # fmt: skip
        axes.set_yticks(octaves, [name(first + key) for key in octaves])
        axes.grid(axis="y", alpha=0.4)
        despine(axes)
    axes.set_xlim(0, min(max(map(len, rolls)), MAX_STEPS))
    axes.set_xlabel(f"time, in steps of a {unit}", fontsize=9, color=INK)
    figure.suptitle(title, fontsize=11, parse_math=False)
    return save(figure, path)


def sounds(x: list[np.ndarray], names: list[str], rate: int, path: str | os.PathLike, title: str) -> Picture:
    """Each sound (N,) as a waveform and, below it, as a spectrogram in decibels."""
    figure = new_figure(1 + 3 * len(x), 4.4)
    axes = figure.subplots(2, len(x), sharex="col", sharey="row", squeeze=False, height_ratios=(1, 2))
    for i, (sound, name, (above, below)) in enumerate(zip(x, names, axes.T, strict=True)):
        above.plot(np.arange(len(sound)) / rate, sound, color=SECOND, linewidth=0.5)
        above.set_ylim(-1.05, 1.05)
        above.set_title(name, fontsize=10, color=INK, parse_math=False)
        picture = spectrogram(below, sound, rate)
        below.set_xlabel("time, seconds", fontsize=9, color=INK)
        if i == 0:
            above.set_ylabel("amplitude", fontsize=9, color=INK)
            below.set_ylabel("frequency, kHz", fontsize=9, color=INK)
        despine(above)
        despine(below)
    figure.colorbar(picture, ax=axes[1, :], label="power, dB relative to the maximum", pad=0.01)
    figure.suptitle(title, fontsize=11, parse_math=False)
    return save(figure, path)


def spectrogram(axes: Axes, sound: np.ndarray, rate: int) -> AxesImage:
    """Draw |X|² in decibels relative to its maximum, with frames of about 32 ms; returns the image for a colour bar."""
    length = 2 ** round(np.log2(0.032 * rate))
    hop = length // 8
    power = np.abs(stft(sound.astype(np.float64), length, hop)) ** 2
    decibels = 10 * np.log10(np.maximum(power / max(power.max(), 1e-30), 1e-12))
    start = (hop - length / 2) / rate  # the middle of the first frame
    extent = (start, start + len(power) * hop / rate, 0, rate / 2000)
    image = axes.imshow(
        decibels.T, cmap="magma", aspect="auto", origin="lower", extent=extent, vmin=-RANGE, vmax=0
    )
    axes.set_xlim(0, len(sound) / rate)
    return image
