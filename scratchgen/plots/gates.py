"""How open the gates of a recurrent network are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from scratchgen.plots.characters import MONOSPACED, families, seen
from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, new_figure, plain, save
from scratchgen.rnn.analysis.states import CLOSED_BELOW, OPEN_ABOVE, saturation

NAMES = {"i": "input gate $i$", "f": "forget gate $f$", "o": "output gate $o$",
         "r": "reset gate $r$", "z": "update gate $z$"}  # fmt: skip
LONGEST = 60  # symbols that can be told apart
COLOURS = (SECOND, ACCENT, INK, "#e9a23b")  # of layers


def gates(found: Mapping[str, np.ndarray], symbols: Sequence[str], path) -> Path:
    """A row a gate: in what share of the steps each unit's is closed and open, all values, and a text's.

    found      what `rnn.gates` gives: by name (L, T, H) in [0, 1]
    symbols    T of them; the gates of the last layer are shown at the first 60, units in order of their mean
    A gate that is always closed is the dot at (0, 1), and one that is always open at (1, 0).
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
        shown = gate[-1, :LONGEST]
        signs = [seen(symbol) for symbol in symbols[: len(shown)]]
        order = np.argsort(gate[-1].mean(axis=0))
        picture = right.imshow(shown[:, order].T, cmap=shades, vmin=0, vmax=1, aspect="auto", origin="lower")
        right.set(ylabel="units")
        right.set_yticks([])
        rotation = 90 if max(map(len, signs), default=0) > 1 else 0  # pieces of words need the room
        style = {"family": families(MONOSPACED), "parse_math": False, "rotation": rotation}
        right.set_xticks(range(len(shown)), signs, **style)
        right.tick_params(length=0, labelsize=8, labelbottom=True)
        bar = figure.colorbar(picture, ax=right, pad=0.01, aspect=18, ticks=(0, 0.5, 1))
        bar.set_ticks((0, 0.5, 1), labels=("closed", "½", "open"), color=INK)
        bar.outline.set_visible(False)
        right.spines[:].set_color(FAINT)
        plain(left)
        plain(middle)
    rows[0, 2].set_title("the last layer as it reads", fontsize=11, color=INK, loc="left")
    rows[-1, 0].set_xlabel(f"share of steps > {OPEN_ABOVE}")
    rows[-1, 1].set_xlabel("value")
    if gate.shape[0] > 1:
        rows[0, 0].legend(frameon=False, fontsize=8)
    return save(figure, path)
