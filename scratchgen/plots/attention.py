"""Where a decoder looks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scratchgen.plots.characters import LETTERS, families, seen
from scratchgen.plots.figure import FAINT, INK, SECOND, new_figure, save

CELL, LETTER = 0.32, 0.09  # inches: of a square, and of a letter of the largest size
LARGEST, LONGEST = 11, 14  # points of a letter; inches of a side, beyond which all becomes smaller


def attention(weights: np.ndarray, source: Sequence[str], target: Sequence[str], path) -> Path:
    """The weights a_tj of the source symbols j (columns) for every target symbol t (rows), darkest at 1.

    weights    (T′, T) in [0, 1], as `Seq2Seq.translate` gives for one example, each row with sum 1
    source     T symbols: characters, or words;   target: T′ of them
    Raises ValueError for weights of another shape.
    Source: Bahdanau et al. (2015), figure 3.
    """
    from matplotlib.colors import LinearSegmentedColormap

    if weights.shape != (len(target), len(source)):
        raise ValueError(
            f"weights of {len(target)} target and {len(source)} source symbols are "
            f"({len(target)}, {len(source)}), not {weights.shape}"
        )
    columns, rows = ([seen(symbol) for symbol in symbols] for symbols in (source, target))
    cell = min(CELL, LONGEST / max(weights.shape))
    letter, widest = LETTER * cell / CELL, [max(map(len, names)) for names in (columns, rows)]
    upright = widest[0] > 2  # words, written from below to above
    figure = new_figure(
        max(cell * len(source) + letter * widest[1], 2.2) + 1.6,
        max(cell * len(target), 1.4) + (letter * widest[0] if upright else 0) + 0.9,
    )
    figure.set_layout_engine("compressed")  # squares leave room that nothing else needs
    axes = figure.add_subplot()
    shades = LinearSegmentedColormap.from_list("weight", ("white", SECOND, INK))
    squares = axes.imshow(weights, cmap=shades, vmin=0, vmax=1, interpolation="nearest")
    style = {"fontsize": LARGEST * cell / CELL, "family": families(LETTERS), "parse_math": False}
    axes.set_xticks(range(len(columns)), columns, rotation=90 if upright else 0, **style)
    axes.set_yticks(range(len(rows)), rows, **style)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, colors=INK)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("source", color=INK)
    axes.set_ylabel("target", color=INK)
    axes.spines[:].set_color(FAINT)
    bar = figure.colorbar(squares, ax=axes, pad=0.02, aspect=7 * figure.get_figheight())
    bar.set_ticks((0, 0.5, 1), labels=("0", "½", "1"), color=INK)
    bar.set_label("weight $a_{tj}$", color=INK)
    bar.outline.set_visible(False)
    return save(figure, path)
