"""The parts that all pictures share: size, palette, saving.

matplotlib is imported inside the functions, so that a command without pictures starts in half the time.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from scratchgen.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, ACCENT, SECOND, FAINT = "#1b2a41", "#d1495b", "#2e86ab", "#b8c0cc"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of width × height inches, which needs no display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def despine(axes: Axes) -> None:
    """Hide the top and right borders, which have no numbers."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, labelsize=9)


def save(figure: Figure, path: str | os.PathLike) -> Path:
    """Write the figure as PNG; the file appears complete or not at all.

    A character without a glyph in any font is drawn as a box, without a warning, because texts are in any language.
    """
    with replacing(Path(path)) as temporary, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(temporary, dpi=120, format="png")
    return Path(path)
