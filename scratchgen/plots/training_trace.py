"""A game in the plane that moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.files import replacing
from scratchgen.functional import sigmoid
from scratchgen.gan import Snapshot, TrainingTrace
from scratchgen.gan.objectives import LOGISTIC
from scratchgen.plots.figure import ACCENT, INK, SECOND, new_figure

SECONDS, AT_THE_ENDS = 0.45, 4  # of a frame; the first and the last are shown as long as so many
LEVELS = 12  # shades of the surface: bands compress, and their edges are its level lines
ARROWS, LONGEST = 80, 0.08  # how many, and of the width of the picture
ARROW = {"width": 0.0035, "headwidth": 3.2, "headlength": 3.6, "headaxislength": 3.2, "minlength": 0}
RANGES = {"least_squares": (0.0, 1.0), "hinge": (-1.0, 1.0)}
SHADES = ("#2e86ab", "#f7f7f4", "#e9b44c")  # fake, undecided, real
SAID = {"": "nobody has moved", "D": "D has moved", "G": "G has moved"}
COLOUR = {"": INK, "D": SECOND, "G": ACCENT}


def animation(film: TrainingTrace, path, title: str = "") -> Path:
    """The frames of a film as a GIF: what D says, real and generated points, and the push on each of these.

    Below, and in the colour of the border, stands whose step it was. The surface is the probability σ(a) for
    the objectives in which it is one, and the score D(x) for the others. An arrow points along
    −∂ generator_loss / ∂x; its length grows with the root of the push, so that small ones are seen too, and
    is measured against the largest of the whole film. Takes a tenth of a second a frame.
    """
    from matplotlib.animation import PillowWriter

    figure, show = _stage(film, title)
    show(film.frames[0])
    for _ in range(2):  # the second time the places of what stands outside the axes are known
        figure.draw_without_rendering()
    figure.set_layout_engine("none")  # nothing moves but what is shown
    first, *middle, last = film.frames if len(film.frames) > 1 else film.frames * 2
    frames = [*[first] * AT_THE_ENDS, *middle, *[last] * AT_THE_ENDS]
    writer = PillowWriter(fps=1 / SECONDS)
    with replacing(Path(path)) as temporary, writer.saving(figure, temporary, dpi=80):
        for frame in frames:
            show(frame)
            writer.grab_frame()
    return Path(path)


def judgement(logits: np.ndarray, objective: str) -> tuple[np.ndarray, tuple[float, float], str]:
    """What D's output means: numbers to be coloured, the range of the colours, and what they are called.

    A Wasserstein critic has no zero of its own, so its scores are told from their median, over their range.
    """
    if objective in LOGISTIC:
        return sigmoid(logits), (0.0, 1.0), "$D(x) = \\sigma(a)$, the probability of being real"
    if objective in RANGES:
        return logits, RANGES[objective], "the score $D(x)$"
    scores = logits - np.median(logits)
    return scores / max(np.abs(scores).max(), 1e-12), (-1.0, 1.0), "the score $D(x)$, centred and scaled"


def lengths(pushes: np.ndarray, largest: float) -> np.ndarray:
    """Arrows (n, 2) along the pushes, as long as the root of their size: 1 for `largest`
    and for what is larger."""
    sizes = np.linalg.norm(pushes, axis=1, keepdims=True)
    tiny = np.finfo(np.float32).tiny
    return pushes / np.maximum(np.sqrt(sizes * np.maximum(sizes, largest)), tiny)


def _stage(film: TrainingTrace, title: str):
    """A figure with everything in it that stays, and what shows a frame on it."""
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    figure = new_figure(6.2, 5.5)
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
    axes = figure.add_subplot()
    _, (low, high), label = judgement(film.frames[0].logits, film.objective)
    bounds = np.linspace(low, high, LEVELS + 1)
    shades = LinearSegmentedColormap.from_list("judgement", SHADES, N=LEVELS)
    surface = axes.imshow(
        np.full((2, 2), low),
        cmap=shades,
        norm=BoundaryNorm(bounds, LEVELS, extend="neither", clip=True),
        extent=film.extent,
        origin="lower",
        interpolation="bilinear",
        interpolation_stage="data",
    )
    bar = figure.colorbar(surface, ax=axes, pad=0.02, aspect=30, ticks=[low, (low + high) / 2, high])
    bar.set_label(label, color=INK)
    bar.outline.set_visible(False)
    bar.minorticks_off()
    axes.scatter(*film.real.T, s=3, color=INK, alpha=0.35, linewidths=0, label="real")
    dots = axes.scatter([], [], s=13, color=ACCENT, edgecolors="white", linewidths=0.4, label="generated")
    width = film.extent[1] - film.extent[0]
    n = min(ARROWS, len(film.frames[0].samples))
    arrows = axes.quiver(
        *np.zeros((4, n)), angles="xy", scale_units="xy", scale=1, color=INK, zorder=3, **ARROW
    )
    sizes = [np.linalg.norm(frame.pushes, axis=1) for frame in film.frames]
    largest = max(np.quantile(size, 0.95) for size in sizes)
    axes.set(xlim=film.extent[:2], ylim=film.extent[2:], xticks=[], yticks=[])
    axes.set_title(title, fontsize=11, color=INK, parse_math=False)
    axes.legend(loc="upper right", fontsize=8, framealpha=0.9, markerscale=1.5)
    said = axes.set_xlabel(" ", fontsize=12, fontweight="bold", family="monospace")
    axes.spines[:].set_linewidth(3)

    def show(frame: Snapshot) -> None:
        numbers, *_ = judgement(frame.logits, film.objective)
        surface.set_data(np.clip(numbers, low, high))
        dots.set_offsets(frame.samples)
        arrows.set_offsets(frame.samples[:n])
        arrows.set_UVC(*(LONGEST * width * lengths(frame.pushes[:n], largest)).T)
        said.set(text=f"step {frame.step:>6,}   {SAID[frame.player]}", color=COLOUR[frame.player])
        axes.spines[:].set_color(COLOUR[frame.player])

    return figure, show
