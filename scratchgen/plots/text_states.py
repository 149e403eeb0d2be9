"""What units say of every symbol of a text, as the colour of its background."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scratchgen.data.tokenizers.characters import UNKNOWN
from scratchgen.plots.characters import MONOSPACED, is_in, seen
from scratchgen.plots.figure import INK, new_figure, save

COLUMNS, FEWEST = 80, 48  # characters in a row, at most, and as many as a title needs
LETTER, ADVANCE = 10, 0.602  # points, and the width of every letter of DejaVu Sans Mono as a part of them
ACROSS, DOWN = LETTER * ADVANCE / 72, 0.2  # inches: of a character and of a row
EDGE, TITLE, BAR = 0.12, 0.4, 1.0  # inches: around all, of a title and its distance, and of the colour bar
LOW, HIGH = "#62a8cb", "#e07a88"  # the blue and the red of all pictures, so light that text is read on them


def text_states(h: np.ndarray, symbols: Sequence[str], titles: Sequence[str], path) -> Path:
    """A text below each of the titles, every symbol on the colour of its unit's state: blue −1, red 1.

    h          (U, T), of U units the state in [−1, 1] after each symbol
    symbols    T characters, or pieces of words. A new line is seen as ↵, and ends the row
    Raises ValueError for states of another shape.
    Source: Karpathy, Johnson & Fei-Fei (2015), figure 2.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    if h.shape != (len(titles), len(symbols)):
        raise ValueError(
            f"states of {len(titles)} units and {len(symbols)} symbols are "
            f"({len(titles)}, {len(symbols)}), not {h.shape}"
        )
    rows = layout(symbols)
    columns = max(FEWEST, *map(len, rows))
    width, height = 2 * EDGE + ACROSS * columns + BAR, EDGE + len(titles) * (TITLE + DOWN * len(rows))
    figure = new_figure(width, height)
    figure.set_layout_engine("none")  # a letter fits into its cell if the cells have the size that they have
    shades = ScalarMappable(
        Normalize(-1, 1), LinearSegmentedColormap.from_list("state", (LOW, "white", HIGH))
    )
    for panel, (unit, title) in enumerate(zip(h, titles, strict=True)):
        below = EDGE + (len(titles) - 1 - panel) * (TITLE + DOWN * len(rows))
        place = (EDGE / width, below / height, ACROSS * columns / width, DOWN * len(rows) / height)
        axes = figure.add_axes(place)
        grid = np.full((len(rows), columns), np.nan)
        for row, cells in enumerate(rows):
            grid[row, : len(cells)] = [unit[k] for k, _ in cells]
            axes.text(
                -0.5, row, "".join(character for _, character in cells),
                family=MONOSPACED, fontsize=LETTER, va="center_baseline", color=INK, parse_math=False,
            )  # fmt: skip
        axes.imshow(grid, cmap=shades.cmap, norm=shades.norm, aspect="auto", interpolation="nearest")
        axes.set_title(title, fontsize=10.5, color=INK, loc="left", parse_math=False)
        axes.set_axis_off()
    tall = min(2.0, height - 2 * EDGE)
    place = ((width - BAR + EDGE) / width, (height - tall) / 2 / height, 0.12 / width, tall / height)
    bar = figure.colorbar(shades, cax=figure.add_axes(place))
    bar.set_ticks((-1, 0, 1), labels=("−1", "0", "1"), color=INK)
    bar.set_label("state $h_t$ of the unit", color=INK)
    bar.outline.set_visible(False)
    return save(figure, path)


def layout(symbols: Sequence[str]) -> list[list[tuple[int, str]]]:
    """The rows of a text: for every character the number of its symbol, and what is seen of it.

    A letter of another font is wider than its cell; � stands for it.
    """
    rows: list[list[tuple[int, str]]] = [[]]
    for k, symbol in enumerate(symbols):
        for character in symbol:
            if len(rows[-1]) == COLUMNS:
                rows.append([])
            sign = " " if character == " " else seen(character)
            rows[-1].append((k, sign if is_in(MONOSPACED, sign) else UNKNOWN))
            if character == "\n":
                rows.append([])
    return rows if rows[-1] else rows[:-1]
