"""The parts that all pictures share: size, palette, saving, and how a notebook shows them.

matplotlib is imported inside the functions, so that a command without pictures starts in half the time.
"""

from __future__ import annotations

import os
import warnings
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scratchgen.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    ConcretePath = Path
else:  # the class of this operating system, because Path itself is no base class before Python 3.12
    ConcretePath = type(Path())

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


class Picture(ConcretePath):
    """The path of a picture that was written. A cell of a notebook that ends with it shows the picture.

    A script uses it as the path that it is.
    """

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """The picture for a notebook, or {} if the file no longer exists or is neither PNG nor GIF."""
        content = self.read_bytes() if self.is_file() else b""
        data = b64encode(content).decode()
        if content.startswith(b"\x89PNG"):
            return {"image/png": data}
        if content.startswith(b"GIF"):
            return {
                "text/html": f'<img src="data:image/gif;base64,{data}">'
            }  # HTML shows it in every front end
        return {}


def save(figure: Figure, path: str | os.PathLike) -> Picture:
    """Write the figure as PNG and return its path, which a notebook shows as the picture.

    The file appears complete or not at all. A character without a glyph in any font is drawn as a box, without a
    warning, because texts are in any language.
    """
    with replacing(Path(path)) as temporary, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(temporary, dpi=120, format="png")
    return Picture(path)
