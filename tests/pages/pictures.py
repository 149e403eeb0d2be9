"""Defects of a matplotlib figure, found by drawing it and asking its artists: no pixel is looked at.

Found are LaTeX that is shown as its source, scales without a label, texts on top of one another, on a line, a bar or
another plot, and texts that leave the picture. Whether a picture makes its point must be judged by eye.
"""

import re
from contextlib import contextmanager
from itertools import combinations
from unittest.mock import patch

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

LATEX = re.compile(r"\$|\\[a-zA-Z]+|[_^]\{")
NUMBER = re.compile(
    r"[−+-]?[\d.,]*\d\D{0,2}|\$\\mathdefault\{.*\}\$"
)  # "−1", "0.5", "2×", "10 %", a power of ten
SLACK = 0.15  # of the height of a text: what its box may share with another, because letters do not fill it
OPAQUE = 0.8  # a background of this alpha hides what is below a text


def faults(figure: Figure) -> list[str]:
    """One line for each fault of a figure."""
    drawn = texts_of(figure)
    return [
        *raw_latex(drawn),
        *without_label(figure, drawn),
        *overlaps(figure, drawn),
        *outside(figure, drawn),
    ]


def texts_of(figure: Figure) -> dict[Text, Bbox]:
    """The texts that drawing the figure shows, with their boxes in pixels; ticks outside an axis are not among them."""
    drawn: dict[Text, Bbox] = {}
    draw = Text.draw

    def record(self, renderer, *args, **kwargs):
        if self.get_visible() and self.get_text().strip():
            drawn[self] = self.get_window_extent(renderer)
        return draw(self, renderer, *args, **kwargs)

    figure.draw_without_rendering()  # the layout is final after the first pass
    with patch.object(Text, "draw", record):
        figure.draw_without_rendering()
    return drawn


def raw_latex(drawn):
    """LaTeX in a text that is not read as mathematics. Monospaced texts are quotations: they may contain any sign."""
    for text in drawn:
        shown, is_math = text._preprocess_math(text.get_text())
        quoted = any("mono" in family.lower() for family in text.get_fontfamily())
        if not is_math and not quoted and LATEX.search(shown):
            yield f"shows the source of LaTeX: {shown!r}"


def without_label(figure, drawn):
    """Axes whose ticks are numbers, without a label that says of what; ticks that are words need none."""
    for axes in figure.axes:
        for name, axis, shared in (
            ("x", axes.xaxis, axes.get_shared_x_axes()),
            ("y", axes.yaxis, axes.get_shared_y_axes()),
        ):
            ticks = [label.get_text() for label in axis.get_ticklabels(which="both") if label in drawn]
            siblings = [getattr(other, f"{name}axis") for other in shared.get_siblings(axes)]
            labelled = any(sibling.label in drawn for sibling in [axis, *siblings])
            if any(NUMBER.fullmatch(tick) for tick in ticks) and not labelled:
                yield f"has no label for the {name} axis with the ticks {', '.join(ticks)}"


def overlaps(figure, drawn):
    """Texts on one another, on a line or a bar of the same plot, or on another plot."""
    boxes = {text: smaller(box) for text, box in drawn.items()}
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        if a.overlaps(b):
            yield f"{one.get_text()!r} is on {other.get_text()!r}"
    for axes in figure.axes:
        if not axes.get_visible():
            continue
        for text in inner_texts(axes):
            bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
            if text in boxes and any(crosses(artist, boxes[text]) for artist in [*axes.lines, *bars]):
                yield f"{text.get_text()!r} is on a line or a bar"
        for text, box in boxes.items():
            if axes.axison and text.axes not in (None, axes) and axes.get_window_extent().overlaps(box):
                yield f"{text.get_text()!r} is on another plot"


def outside(figure, drawn):
    """Texts that the edge of the picture cuts off."""
    for text, box in drawn.items():
        inner = smaller(box)
        if not (figure.bbox.contains(inner.x0, inner.y0) and figure.bbox.contains(inner.x1, inner.y1)):
            yield f"{text.get_text()!r} leaves the picture"


def smaller(box):
    """A box without its slack."""
    slack = SLACK * min(box.width, box.height)
    return Bbox.from_extents(box.x0 + slack, box.y0 + slack, box.x1 - slack, box.y1 - slack)


def inner_texts(axes: Axes):
    """The texts inside the plot that have no background: annotations, and the entries of a legend without a frame."""
    for text in axes.texts:
        background = text.get_bbox_patch()
        if background is None or (background.get_alpha() or 1) < OPAQUE:
            yield text
    legend = axes.get_legend()
    if legend and not (legend.get_frame_on() and (legend.get_frame().get_alpha() or 1) >= OPAQUE):
        yield from legend.get_texts()


def crosses(artist, box):
    """Whether the path of a line, or the area of a bar, reaches into a box."""
    path = artist.get_transform().transform_path(artist.get_path())
    is_bar = isinstance(artist, Rectangle)
    line = not is_bar and artist.get_linestyle() not in ("None", "none", "", " ")
    return (is_bar or line) and artist.get_visible() and path.intersects_bbox(box, filled=is_bar)


@contextmanager
def saved_figures():
    """The list of the figures that are saved while the context lasts, each once and in order."""
    figures: list[Figure] = []
    savefig = Figure.savefig

    def record(self, *args, **kwargs):
        if self not in figures:
            figures.append(self)
        return savefig(self, *args, **kwargs)

    with patch.object(Figure, "savefig", record):
        yield figures
