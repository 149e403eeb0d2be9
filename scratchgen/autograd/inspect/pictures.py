"""A picture of boxes and arrows, by graphviz or by matplotlib. This module knows nothing of tensors."""

from __future__ import annotations

import importlib.util
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scratchgen.autograd.inspect.layout import Layout, Point, layout
from scratchgen.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg")
INK = "#1b2a41"
FILL = {"leaf": "#d5e8f0", "constant": "#eef0f3", "operation": "#ffffff", "result": "#f6d9dd"}
DPI = 120
LINE_HEIGHT, MARGIN = 0.17, 0.09  # inches from line to line, and around the text
FONT_SIZE = 9  # points

__all__ = ["Box", "Drawing", "format_of"]


@dataclass(frozen=True)
class Box:
    """Lines of text, the first of which is a heading, and the kind of box: a key of FILL."""

    lines: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Drawing:
    """Boxes, and arrows (from, to) between them by number, from < to. A notebook displays the picture."""

    boxes: list[Box]
    arrows: list[tuple[int, int]]

    def render(self, form: str) -> bytes:
        """Return the picture as "png" or "svg", by graphviz if its package and its program are installed."""
        return by_graphviz(self, form) if graphviz_available() else by_matplotlib(self, form)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture as .png or .svg; an interrupted write leaves no partial file.

        Raises ValueError for another suffix.
        """
        path = Path(path)
        picture = self.render(format_of(path))
        with replacing(path) as temporary:
            temporary.write_bytes(picture)
        return path

    def _repr_svg_(self) -> str:
        text = self.render("svg").decode()
        return text[text.index("<svg") :]  # a page has its own XML header

    def __repr__(self) -> str:
        return (
            f"<drawing of {len(self.boxes)} boxes and {len(self.arrows)} arrows; "
            'a notebook displays it, .save("graph.svg") writes it>'
        )


def format_of(path: str | PathLike[str]) -> str:
    """ "png" or "svg", by the suffix of the path. Raises ValueError for any other suffix."""
    suffix = Path(path).suffix
    if suffix.lower().removeprefix(".") not in FORMATS:
        raise ValueError(f"a drawing is written as .png or .svg; {path} is neither")
    return suffix.lower().removeprefix(".")


# --- by graphviz ------------------------------------------------------------------------------------------


def graphviz_available() -> bool:
    """Return whether graphviz is installed: the Python package, and the program `dot` that it calls."""
    return shutil.which("dot") is not None and importlib.util.find_spec("graphviz") is not None


def by_graphviz(drawing: Drawing, form: str) -> bytes:
    """Return the picture with graphviz's layout, by the program `dot`."""
    return dot_source(drawing, form).pipe(format=form)


def dot_source(drawing: Drawing, form: str = "svg") -> Any:
    """Return the `graphviz.Digraph` of a drawing; its `.source` is text in the DOT language."""
    import graphviz

    size = {"width": "0.3", "height": "0.3", "margin": "0.13,0.09"}
    font = {"fontname": "Helvetica,Arial,sans-serif", "fontsize": str(FONT_SIZE), "fontcolor": INK}
    graph = graphviz.Digraph(
        graph_attr={"nodesep": "0.25", "ranksep": "0.4", "dpi": str(DPI) if form == "png" else "72"},
        node_attr={"shape": "box", "style": "rounded,filled", "color": INK, **size, **font},
        edge_attr={"color": INK, "arrowsize": "0.7"},
    )
    for number, box in enumerate(drawing.boxes):
        heading, *rest = (escape(line).replace("\\", r"\\") for line in box.lines)
        graph.node(str(number), f"<{'<br/>'.join([f'<b>{heading}</b>', *rest])}>", fillcolor=FILL[box.kind])
    for a, b in drawing.arrows:
        graph.edge(str(a), str(b))
    return graph


# --- by matplotlib ----------------------------------------------------------------------------------------


def by_matplotlib(drawing: Drawing, form: str) -> bytes:
    """Return the picture with the layout of `layout`."""
    picture = io.BytesIO()
    figure_of(drawing).savefig(picture, format=form, metadata={"Date": None} if form == "svg" else None)
    return picture.getvalue()


def figure_of(drawing: Drawing) -> Figure:
    """Return the matplotlib Figure of a drawing: one unit of its axes is one inch, and y grows downwards."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(dpi=DPI)
    renderer = FigureCanvasAgg(figure).get_renderer()
    sizes = [size_of(box, renderer) for box in drawing.boxes]
    found = layout(sizes, drawing.arrows)
    figure.set_size_inches(found.width + 2 * MARGIN, found.height + 2 * MARGIN)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-MARGIN, found.width + MARGIN), ylim=(found.height + MARGIN, -MARGIN))
    axes.set_axis_off()
    put(axes, drawing, sizes, found)
    return figure


def put(axes, drawing: Drawing, sizes: list[Point], found: Layout, corner: Point = (0, 0)) -> None:
    """Draw boxes of these sizes and their arrows on axes of inches, with the top left of the layout at a corner."""
    for route in found.routes:
        axes.add_patch(_arrow([_moved(point, corner) for point in route]))
    for box, place, size in zip(drawing.boxes, found.places, sizes, strict=True):
        _put(axes, box, _moved(place, corner), size)


def _lines(box: Box) -> Iterator[tuple[str, dict]]:
    for number, line in enumerate(box.lines):
        yield (
            line,
            {"family": "DejaVu Sans", "size": FONT_SIZE, "weight": "bold" if number == 0 else "normal"},
        )


def _moved(point: Point, by: Point) -> Point:
    return point[0] + by[0], point[1] + by[1]


def size_of(box: Box, renderer) -> Point:
    """Width and height, in inches, of the box around its text."""
    from matplotlib.font_manager import FontProperties

    widths = [
        renderer.get_text_width_height_descent(line, FontProperties(**font), ismath=False)[0] / DPI
        for line, font in _lines(box)
    ]
    return max(widths) + 2 * MARGIN, LINE_HEIGHT * len(box.lines) + MARGIN


def _put(axes, box: Box, place: Point, size: Point) -> None:
    from matplotlib.patches import FancyBboxPatch

    (x, y), (width, height) = place, size
    corner = (x - width / 2, y - height / 2)
    style: dict[str, Any] = {"facecolor": FILL[box.kind], "edgecolor": INK, "linewidth": 0.8}
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=0.06", **style))
    for number, (line, font) in enumerate(_lines(box)):
        below = (number - (len(box.lines) - 1) / 2) * LINE_HEIGHT
        axes.text(x, y + below, line, ha="center", va="center_baseline", color=INK, parse_math=False, **font)


def _arrow(route: list[Point]):
    """The arrow of a route: between rows a curve with vertical ends, through a row a straight line."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Curve

    points, codes = [route[0]], [Curve.MOVETO]
    for number, ((x0, y0), (x1, y1)) in enumerate(pairwise(route)):
        if number % 2:
            points, codes = [*points, (x1, y1)], [*codes, Curve.LINETO]
        else:
            middle = (y0 + y1) / 2
            points, codes = [*points, (x0, middle), (x1, middle), (x1, y1)], [*codes, *[Curve.CURVE4] * 3]
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9, "color": INK, "linewidth": 0.9}
    return FancyArrowPatch(path=Curve(points, codes), **style)
