"""Diagrams of networks: boxes with the shapes and the numbers of parameters that one run of the network found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from scratchgen.autograd.inspect.layout import Layout, Point, layout
from scratchgen.autograd.inspect.pictures import Box, Drawing, put, size_of
from scratchgen.errors import BadInput
from scratchgen.plots.figure import DPI, FAINT, INK, Plot
from scratchgen.plots.module_calls import Part, record_calls

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARGIN, COLUMN_GAP, TITLE = (
    0.1,
    0.55,
    0.5,
)  # inches: around all, between columns, above a column for its title
LOOP = 0.3  # inches to each side of a recurrent layer, for the arrow back to itself
TITLE_SIZE, NOTE_SIZE = 11, 9  # points
MAX_BOXES = 60  # of a column that can still be read
KINDS = {"input": "leaf", "output": "result"}  # of a part ↦ the colour of its box


class Column(NamedTuple):
    """A titled drawing of a network or of texts. `sizes` are those of the boxes, without the room for loops."""

    is_text: bool
    title: str
    subtitle: str
    drawing: Drawing
    sizes: list[Point]
    loops: list[int]
    found: Layout


def diagram(columns: Mapping[str, Sequence[Any]]) -> Plot:
    """Networks as boxes and arrows, next to each other. Shapes are those of one run on an example input.

        plots.diagram({
            "encoder": (model.encode, x),
            "latent": ("q(z|x) = N(mu, sigma²)", "z = mu + sigma ε\nε ~ N(0, I)"),
            "decoder": (model.decode, z),
        }).save("networks.png")

    columns    {title: content}. A content is a Module, or a method of one, and the arrays that it is called with (or
               {name: array}); or texts, each computed from the one before, which join the networks on both sides

    A white box is a module with parameters, with the shapes of its input and its output; a grey one has no
    parameters; the arrows follow the computation. A recurrent layer has an arrow to itself. A computation of the model
    with its own parameters, between modules, is a box with the names of the functions. The run is in evaluation mode;
    it changes neither the networks nor their gradients.

    Raises BadInput for no columns and for networks of more than 60 boxes; TypeError for a content of another kind.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not columns:
        raise BadInput("a diagram needs a network: give {title: (module, example input)}")
    figure = Figure(dpi=DPI)
    renderer = FigureCanvasAgg(figure).get_renderer()
    made = [_column(title, content, renderer) for title, content in columns.items()]
    height = max(column.found.height for column in made)
    widths = [max(column.found.width, _title_width(column, renderer)) for column in made]
    total = sum(widths) + COLUMN_GAP * (len(made) - 1)
    figure.set_size_inches(total + 2 * MARGIN, height + TITLE + 2 * MARGIN)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-MARGIN, total + MARGIN), ylim=(height + MARGIN, -MARGIN - TITLE))
    axes.set_axis_off()
    left = 0.0
    for number, (column, width) in enumerate(zip(made, widths, strict=True)):
        if number and (column.is_text or made[number - 1].is_text):
            _step(axes, left - COLUMN_GAP, height / 2)
        top = (height - column.found.height) / 2 if column.is_text else 0
        _draw(axes, column, (left + width / 2, top))
        left += width + COLUMN_GAP
    return Plot(figure)


def _column(title: str, content: Sequence[Any], renderer: Any) -> Column:
    if isinstance(content, str) or not len(content):
        raise TypeError(f"{title}: give (module, example input), or a tuple of texts, not {content!r}")
    subtitle, loops = "", []
    is_text = all(isinstance(text, str) for text in content)
    if is_text:
        boxes = [Box(tuple(text.split("\n")), "operation") for text in content]
        arrows = [(k, k + 1) for k in range(len(boxes) - 1)]
    else:
        parts = record_calls(*content)
        if len(parts) > MAX_BOXES:
            raise BadInput(
                f"{title}: {len(parts)} boxes are too many to be read; draw the parts of the network"
            )
        boxes = [Box(_lines(part), _kind(part)) for part in parts]
        arrows = [(source, k) for k, part in enumerate(parts) for source in part.reads]
        loops = [k for k, part in enumerate(parts) if part.recurrent]
        subtitle = _count({id(p): p.size for part in parts for p in part.parameters})
    sizes = [size_of(box, renderer) for box in boxes]
    wide = [(w + 2 * LOOP * (k in loops), h) for k, (w, h) in enumerate(sizes)]
    return Column(is_text, title, subtitle, Drawing(boxes, arrows), sizes, loops, layout(wide, arrows))


def _kind(part: Part) -> str:
    """The kind of a part's box."""
    return KINDS.get(part.kind, "operation" if part.parameters else "constant")


def _lines(part: Part) -> tuple[str, ...]:
    """The text of a box."""
    if part.kind in KINDS:
        return part.name, _shape(part.shape)
    lines = [f"{part.name}: {part.type}" if part.name else part.type]
    if part.settings:
        lines.append(part.settings)
    if part.shape_in != part.shape:
        before = "" if part.shape_in is None else f"{_shape(part.shape_in)} "
        lines.append(f"{before}→ {_shape(part.shape)}")
    if part.parameters:
        lines.append(_count({id(p): p.size for p in part.parameters}))
    if part.calls > 1:
        lines.append(f"called {part.calls} times")
    return tuple(lines)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"


def _count(sizes: Mapping[int, int]) -> str:
    """The number of parameters, each counted once."""
    total = sum(sizes.values())
    return f"{total:,} parameter{'s' * (total != 1)}"


def _title_width(column: Column, renderer: Any) -> float:
    return max(
        size_of(Box((column.title,), "leaf"), renderer)[0] * TITLE_SIZE / NOTE_SIZE,
        size_of(Box(("", column.subtitle), "leaf"), renderer)[0],
    )


def _draw(axes: Axes, column: Column, top: Point) -> None:
    """Draw a column below the middle of its top."""
    from matplotlib.patches import FancyArrowPatch

    corner = (top[0] - column.found.width / 2, top[1])
    style: dict[str, Any] = {
        "ha": "center",
        "va": "center_baseline",
        "color": INK,
        "family": "DejaVu Sans",
        "parse_math": False,
    }
    above = 0.37 if column.subtitle else 0.2
    axes.text(top[0], top[1] - above, column.title, size=TITLE_SIZE, weight="bold", **style)
    axes.text(top[0], top[1] - 0.17, column.subtitle, size=NOTE_SIZE, **style)
    put(axes, column.drawing, column.sizes, column.found, corner)
    for k in column.loops:
        (x, y), (w, h) = column.found.places[k], column.sizes[k]
        right, middle = corner[0] + x + w / 2, corner[1] + y
        axes.add_patch(
            FancyArrowPatch(
                (right, middle + h / 4),
                (right, middle - h / 4),
                connectionstyle=f"arc3,rad={1.2 * LOOP / (h / 2):.3f}",
                arrowstyle="-|>",
                mutation_scale=9,
                color=INK,
                linewidth=0.9,
            )
        )


def _step(axes: Axes, left: float, y: float) -> None:
    """A broad arrow across the gap between two columns."""
    from matplotlib.patches import FancyArrowPatch

    ends = (left + 0.06, y), (left + COLUMN_GAP - 0.06, y)
    axes.add_patch(
        FancyArrowPatch(
            *ends, arrowstyle="simple,head_width=0.7,head_length=0.5", mutation_scale=16, color=FAINT
        )
    )
