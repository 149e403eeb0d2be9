"""Attention weights of a translation, as a matrix of source and target."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchgen.plots.figure import FAINT, INK, SECOND, Picture, new_figure, save
from scratchgen.plots.glyphs import LETTERS, families, visible

CELL_INCHES, LETTER_INCHES = 0.32, 0.09  # size of a cell, and width of a letter in the largest font
MAX_FONT, MAX_INCHES = 11, 14  # points; the longer side of the matrix, beyond which everything is scaled down


def attention(
    weights: np.ndarray, source: Sequence[str], target: Sequence[str], path: str | os.PathLike
) -> Picture:
    """The attention weights a_tj of the source tokens j (columns) for every target token t (rows), darkest at 1.

    weights    (T′, T) in [0, 1], each row with sum 1, as `Seq2Seq.translate` returns for one example
    source     T tokens, characters or words
    target     T′ tokens
    Raises ValueError if the shape of the weights does not match.
    Source: Bahdanau et al. (2015), figure 3.
    """
    from matplotlib.colors import LinearSegmentedColormap

    if weights.shape != (len(target), len(source)):
        raise ValueError(
            f"weights of {len(target)} target and {len(source)} source tokens are "
            f"({len(target)}, {len(source)}), not {weights.shape}"
        )
    columns, rows = ([visible(token) for token in tokens] for tokens in (source, target))
    cell = min(CELL_INCHES, MAX_INCHES / max(weights.shape))
    scale = cell / CELL_INCHES
    letter, widest = LETTER_INCHES * scale, [max(map(len, names)) for names in (columns, rows)]
    upright = widest[0] > 2  # words, written vertically
    figure = new_figure(
        max(cell * len(source) + letter * widest[1], 2.2) + 1.6,
        max(cell * len(target), 1.4) + (letter * widest[0] if upright else 0) + 0.9,
    )
    figure.set_layout_engine("compressed")  # because the cells stay square
    axes = figure.add_subplot()
    shades = LinearSegmentedColormap.from_list("weight", ("white", SECOND, INK))
    squares = axes.imshow(weights, cmap=shades, vmin=0, vmax=1, interpolation="nearest")
    style: dict[str, Any] = {"fontsize": MAX_FONT * scale, "family": families(LETTERS), "parse_math": False}
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
