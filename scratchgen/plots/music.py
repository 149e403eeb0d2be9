"""Pictures of what is heard: piano rolls, waveforms and spectrograms."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.preprocessing.stft import stft
from scratchgen.data.statistics import pitch_name
from scratchgen.plots.figure import INK, SECOND, new_figure, plain, save

RANGE = 70  # decibels that a spectrogram shows: quieter is paper
LONGEST = 160  # steps of a roll that can be told apart


def piano_rolls(rolls: list[np.ndarray], first: int, unit: str, path, title: str) -> Path:
    """Piano rolls (T, D) below one another, time to the right, high notes on top.

    first    the MIDI pitch of column 0; unit: what a step lasts
    """
    figure = new_figure(9, 0.6 + 2.2 * len(rolls))
    used = np.flatnonzero(np.concatenate(rolls).any(axis=0))
    low, high = (int(used[0]), int(used[-1])) if len(used) else (0, rolls[0].shape[1] - 1)
    octaves = [key for key in range(low, high + 1) if (first + key) % 12 == 0]
    for axes, roll in zip(np.atleast_1d(figure.subplots(len(rolls))), rolls, strict=True):
        axes.imshow(
            np.ma.masked_equal(roll[:LONGEST, low : high + 1].T, 0),  # the lines of the octaves shine through
            zorder=3, cmap="Greys", aspect="auto", origin="lower", interpolation="nearest", vmin=0, vmax=1,
            extent=(0, min(len(roll), LONGEST), low - 0.5, high + 0.5),
        )  # fmt: skip
        axes.set_yticks(octaves, [pitch_name(first + key) for key in octaves])
        axes.grid(axis="y", alpha=0.4)
        plain(axes)
    axes.set_xlabel(f"time, in steps of a {unit}", fontsize=9, color=INK)
    figure.suptitle(title, fontsize=11, parse_math=False)
    return save(figure, path)


def sounds(x: list[np.ndarray], names: list[str], rate: int, path, title: str) -> Path:
    """Each sound (N,) as a waveform and, below, as a spectrogram on a scale of decibels."""
    figure = new_figure(1 + 3 * len(x), 4.4)
    axes = figure.subplots(2, len(x), sharex="col", squeeze=False, height_ratios=(1, 2))
    for i, (sound, name, (above, below)) in enumerate(zip(x, names, axes.T, strict=True)):
        above.plot(np.arange(len(sound)) / rate, sound, color=SECOND, linewidth=0.5)
        above.set_ylim(-1.05, 1.05)
        above.set_title(name, fontsize=10, color=INK, parse_math=False)
        picture = spectrogram(below, sound, rate)
        below.set_xlabel("seconds", fontsize=9, color=INK)
        if i == 0:
            above.set_ylabel("sample", fontsize=9, color=INK)
            below.set_ylabel("kHz", fontsize=9, color=INK)
        plain(above)
        plain(below)
    figure.colorbar(picture, ax=axes[1, :], label="dB below the loudest", pad=0.01)
    figure.suptitle(title, fontsize=11, parse_math=False)
    return save(figure, path)


def spectrogram(axes, sound: np.ndarray, rate: int):
    """|X|² in decibels below its largest, frames of about 32 ms; returns the image for a colour bar."""
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
