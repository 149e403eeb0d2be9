"""What all pictures share: one palette, one way to be saved.

matplotlib is imported where something is drawn: a command that draws nothing starts in half the time.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from scratchgen.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, ACCENT, SECOND, FAINT = "#1b2a41", "#d1495b", "#2e86ab", "#b8c0cc"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of width × height inches that needs no screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def plain(axes) -> None:
    """Leave only the two axes that carry numbers."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, labelsize=9)


def save(figure: Figure, path) -> Path:
    """Write the figure as PNG; the file appears whole or not at all.

    A letter that no font has is drawn as a box, without a warning: texts are of any language.
    """
    with replacing(Path(path)) as temporary, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(temporary, dpi=120, format="png")
    return Path(path)
