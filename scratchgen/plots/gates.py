"""Activations of the gates of a recurrent network: saturation, histograms, and a map over a text."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save
from scratchgen.plots.glyphs import MONOSPACED, families, visible
from scratchgen.rnn.analysis.states import CLOSED_BELOW, OPEN_ABOVE, saturation

NAMES = {"i": "input gate $i$", "f": "forget gate $f$", "o": "output gate $o$",
         "r": "reset gate $r$", "z": "update gate $z$"}  # fmt: skip
MAX_TOKENS = 60  # tokens that are still legible
COLOURS = (SECOND, ACCENT, INK, "#e9a23b")  # one per layer


def gates(found: Mapping[str, np.ndarray], tokens: Sequence[str], path: str | os.PathLike) -> Picture:
    """One row per gate. Left: for each unit, the shares of steps in which its gate is open and closed. Middle: the
    histogram of all activations. Right: the activations of the last layer over a text.

    found      the result of `rnn.gates`: by name (L, T, H) in [0, 1]
    tokens     T tokens; the last layer is shown at the first 60, with the units ordered by their mean
    A gate that is always closed is a dot at (0, 1), and one that is always open a dot at (1, 0).
    Source: Karpathy, Johnson & Fei-Fei (2015), figure 3.
    """
    from matplotlib.colors import LinearSegmentedColormap

    figure = new_figure(11.5, 0.6 + 2.3 * len(found))
    shades = LinearSegmentedColormap.from_list("gate", ("white", SECOND, INK))
    rows = figure.subplots(len(found), 3, squeeze=False, width_ratios=(1, 1, 3.4), sharex="col")
    for (left, middle, right), (name, gate) in zip(rows, found.items(), strict=True):
        for k, (closed, opened) in enumerate(zip(*saturation(gate), strict=True)):
            colour = COLOURS[k % len(COLOURS)]
            left.scatter(opened, closed, s=10, color=colour, alpha=0.6, linewidths=0, label=f"layer {k + 1}")
            middle.hist(gate[k].ravel(), bins=40, range=(0, 1), density=True, histtype="step", color=colour)
        left.plot((0, 1), (1, 0), color=FAINT, linewidth=1, zorder=0)
        left.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), ylabel=f"share of steps < {CLOSED_BELOW}")
        middle.set(ylabel="density", xlim=(0, 1))
        left.set_title(NAMES[name], fontsize=11, color=INK, loc="left")
        shown = gate[-1, :MAX_TOKENS]
        signs = [visible(token) for token in tokens[: len(shown)]]
        order = np.argsort(gate[-1].mean(axis=0))
        picture = right.imshow(shown[:, order].T, cmap=shades, vmin=0, vmax=1, aspect="auto", origin="lower")
        right.set(ylabel="units")
        right.set_yticks([])
        rotation = (
            90 if max(map(len, signs), default=0) > 1 else 0
        )  # tokens of several characters need the room
        style: dict[str, Any] = {"family": families(MONOSPACED), "parse_math": False, "rotation": rotation}
        right.set_xticks(range(len(shown)), signs, **style)
        right.tick_params(length=0, labelsize=8, labelbottom=True)
        bar = figure.colorbar(picture, ax=right, pad=0.01, aspect=18, ticks=(0, 0.5, 1))
        bar.set_ticks((0, 0.5, 1), labels=("closed", "½", "open"), color=INK)
        bar.outline.set_visible(False)
        right.spines[:].set_color(FAINT)
        despine(left)
        despine(middle)
    rows[0, 2].set_title("activations of the last layer over the text", fontsize=11, color=INK, loc="left")
    rows[-1, 0].set_xlabel(f"share of steps > {OPEN_ABOVE}")
    rows[-1, 1].set_xlabel("value")
    if gate.shape[0] > 1:
        rows[0, 0].legend(frameon=False, fontsize=8)
    return save(figure, path)
