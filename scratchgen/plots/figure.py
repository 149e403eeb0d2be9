"""The parts that all pictures share: size, palette, saving, and how a notebook shows them.

matplotlib is imported inside the functions, so that a command without pictures starts in half the time.
"""

from __future__ import annotations

import io
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
DPI = 120  # of a PNG


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

    def save(self, path: str | os.PathLike) -> Picture:
        """Write a copy of the file."""
        return _write(self.read_bytes(), path)

    def _repr_png_(self) -> bytes | None:
        """The content of a PNG, None of another file."""
        content = self.read_bytes() if self.is_file() else b""
        return content if content.startswith(b"\x89PNG") else None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """The picture for a notebook, or {} if the file no longer exists or is neither PNG, SVG nor GIF."""
        content = self.read_bytes() if self.is_file() else b""
        data = b64encode(content).decode()
        if content.startswith(b"\x89PNG"):
            return {"image/png": data}
        if content.startswith(b"GIF"):
            return {
                "text/html": f'<img src="data:image/gif;base64,{data}">'
            }  # HTML shows it in every front end
        if b"<svg" in content[:1000]:
            text = content.decode()
            return {"image/svg+xml": text[text.index("<svg") :]}  # a page has its own XML header
        return {}


class Plot:
    """A picture in memory: a cell of a notebook that ends with it shows it, and `save(path)` writes it.

    figure    the matplotlib figure, for changes before it is shown
    """

    def __init__(self, figure: Figure):
        self.figure = figure

    def save(self, path: str | os.PathLike) -> Picture:
        """Write an SVG if the path ends with .svg, else a PNG, and return its path, which a notebook shows."""
        return _write(self._rendered("svg" if Path(path).suffix.lower() == ".svg" else "png"), path)

    def _rendered(self, form: str) -> bytes:
        """The picture as "png" or "svg". A character without a glyph in any font is drawn as a box, without a
        warning, because texts are in any language."""
        content = io.BytesIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            self.figure.savefig(
                content, dpi=DPI, format=form, metadata={"Date": None} if form == "svg" else None
            )
        return content.getvalue()

    def _repr_png_(self) -> bytes:
        return self._rendered("png")

    def __repr__(self) -> str:
        width, height = self.figure.get_size_inches()
        return (
            f'<plot of {width:.1f} × {height:.1f} inches; a notebook shows it, .save("plot.png") writes it>'
        )


def save(figure: Figure, path: str | os.PathLike) -> Picture:
    """Write the figure as PNG, or as SVG if the path ends with .svg, and return its path.

    The file appears complete or not at all.
    """
    return Plot(figure).save(path)


def _write(content: bytes, path: str | os.PathLike) -> Picture:
    with replacing(Path(path)) as temporary:
        temporary.write_bytes(content)
    return Picture(path)
