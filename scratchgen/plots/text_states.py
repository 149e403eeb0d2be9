"""The states of units over a text, as the background colour of each token."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from scratchgen.data.tokenizers.characters import UNKNOWN
from scratchgen.plots.figure import INK, Picture, new_figure, save
from scratchgen.plots.glyphs import MONOSPACED, is_in, visible

COLUMNS, MIN_COLUMNS = 80, 48  # characters per row: the maximum, and the minimum that titles need
FONT, ADVANCE = 10, 0.602  # points; width of a letter of DejaVu Sans Mono, relative to the font size
ACROSS, DOWN = FONT * ADVANCE / 72, 0.2  # inches: width of a character, height of a row
EDGE, TITLE, BAR = 0.12, 0.4, 1.0  # inches: margin, height of a title, width of the colour bar
LOW, HIGH = "#62a8cb", "#e07a88"  # light versions of the palette's blue and red, so that text stays legible


def text_states(
    h: np.ndarray, tokens: Sequence[str], titles: Sequence[str], path: str | os.PathLike
) -> Picture:
    """One copy of the text per unit, each token on the colour of the unit's state: blue −1, red 1.

    h          (U, T), the states of U units in [−1, 1] after each token
    tokens     T tokens, characters or parts of words; a newline is shown as ↵ and ends the row
    titles     one title per unit
    Raises ValueError if the shape of h does not match.
    Source: Karpathy, Johnson & Fei-Fei (2015), figure 2.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    if h.shape != (len(titles), len(tokens)):
        raise ValueError(
            f"states of {len(titles)} units and {len(tokens)} tokens are "
            f"({len(titles)}, {len(tokens)}), not {h.shape}"
        )
    rows = layout(tokens)
    columns = max(MIN_COLUMNS, *map(len, rows))
    width, height = 2 * EDGE + ACROSS * columns + BAR, EDGE + len(titles) * (TITLE + DOWN * len(rows))
    figure = new_figure(width, height)
    figure.set_layout_engine("none")  # letters fit into the cells only at exactly this size
    norm, cmap = Normalize(-1, 1), LinearSegmentedColormap.from_list("state", (LOW, "white", HIGH))
    shades = ScalarMappable(norm, cmap)
    for panel, (unit, title) in enumerate(zip(h, titles, strict=True)):
        below = EDGE + (len(titles) - 1 - panel) * (TITLE + DOWN * len(rows))
        place = (EDGE / width, below / height, ACROSS * columns / width, DOWN * len(rows) / height)
        axes = figure.add_axes(place)
        grid = np.full((len(rows), columns), np.nan)
        for row, cells in enumerate(rows):
            grid[row, : len(cells)] = [unit[k] for k, _ in cells]
            axes.text(
                -0.5, row, "".join(character for _, character in cells),
                family=MONOSPACED, fontsize=FONT, va="center_baseline", color=INK, parse_math=False,
            )  # fmt: skip
        axes.imshow(grid, cmap=cmap, norm=norm, aspect="auto", interpolation="nearest")
        axes.set_title(title, fontsize=10.5, color=INK, loc="left", parse_math=False)
        axes.set_axis_off()
    tall = min(2.0, height - 2 * EDGE)
    place = ((width - BAR + EDGE) / width, (height - tall) / 2 / height, 0.12 / width, tall / height)
    bar = figure.colorbar(shades, cax=figure.add_axes(place))
    bar.set_ticks((-1, 0, 1), labels=("−1", "0", "1"), color=INK)
    bar.set_label("state $h_t$ of the unit", color=INK)
    bar.outline.set_visible(False)
    return save(figure, path)


def layout(tokens: Sequence[str]) -> list[list[tuple[int, str]]]:
    """The rows of a text: for every character the index of its token, and its visible sign.

    A character that the monospaced font lacks would be wider than its cell and is replaced by �.
    """
    rows: list[list[tuple[int, str]]] = [[]]
    for k, token in enumerate(tokens):
        for character in token:
            if len(rows[-1]) == COLUMNS:
                rows.append([])
            sign = " " if character == " " else visible(character)
            rows[-1].append((k, sign if is_in(MONOSPACED, sign) else UNKNOWN))
            if character == "\n":
                rows.append([])
    return rows if rows[-1] else rows[:-1]
