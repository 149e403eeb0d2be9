"""An animation of GAN training in the plane."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen.files import replacing
from scratchgen.functional import sigmoid
from scratchgen.gan import Snapshot, TrainingTrace
from scratchgen.gan.objectives import LOGISTIC
from scratchgen.plots.figure import ACCENT, INK, SECOND, Picture, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FRAME_SECONDS, END_FRAMES = 0.45, 4  # duration of a frame; repetitions of the first and the last
LEVELS = 12  # colours of the surface: few, so that the file stays small and the edges are contour lines
ARROWS, MAX_LENGTH = 80, 0.08  # number of arrows; length of the longest, relative to the width of the picture
ARROW: dict[str, Any] = {
    "width": 0.0035,
    "headwidth": 3.2,
    "headlength": 3.6,
    "headaxislength": 3.2,
    "minlength": 0,
}
RANGES = {"least_squares": (0.0, 1.0), "hinge": (-1.0, 1.0)}
SHADES = ("#2e86ab", "#f7f7f4", "#e9b44c")  # fake, undecided, real
CAPTIONS = {"": "before training", "D": "after a step of D", "G": "after a step of G"}
BORDERS = {"": INK, "D": SECOND, "G": ACCENT}


def animation(trace: TrainingTrace, path: str | os.PathLike, title: str = "") -> Picture:
    """A training trace as an animated GIF: the output of D, real and generated points, gradients at generated points.

    The caption and the border colour show whose step it was. The surface is the probability σ(a) for the objectives
    in which D outputs one, and the score a(x) for the others. An arrow points along −∂ generator_loss / ∂x; its
    length is proportional to the square root of the gradient's norm, so that small gradients are visible too, and
    normalised over the whole trace. Takes a tenth of a second per frame.
    """
    from matplotlib.animation import PillowWriter

    figure, show = _stage(trace, title)
    show(trace.frames[0])
    for _ in range(2):  # twice: labels outside the axes get their final place in the first pass
        figure.draw_without_rendering()
    figure.set_layout_engine("none")  # fixed layout: only the content of the axes changes
    first, *middle, last = trace.frames if len(trace.frames) > 1 else trace.frames * 2
    frames = [*[first] * END_FRAMES, *middle, *[last] * END_FRAMES]
    fps: Any = 1 / FRAME_SECONDS  # Any: a fraction works, but matplotlib's stubs ask for an int
    writer = PillowWriter(fps=fps)
    with replacing(Path(path)) as temporary, writer.saving(figure, temporary, dpi=80):
        for frame in frames:
            show(frame)
            writer.grab_frame()
    return Picture(path)


def discriminator_output(logits: np.ndarray, objective: str) -> tuple[np.ndarray, tuple[float, float], str]:
    """The output of D for a picture: the values, the range of the colour scale, and its label.

    The scores of a Wasserstein critic have no absolute zero, so they are centred at their median and scaled.
    """
    if objective in LOGISTIC:
        return sigmoid(logits), (0.0, 1.0), "$D(x) = \\sigma(a)$, the probability of being real"
    if objective in RANGES:
        return logits, RANGES[objective], "the score $a(x)$"
    scores = logits - np.median(logits)
    return scores / max(np.abs(scores).max(), 1e-12), (-1.0, 1.0), "the score $a(x)$, centred and scaled"


def arrow_vectors(pushes: np.ndarray, largest: float) -> np.ndarray:
    """Arrows (n, 2) along the vectors, whose length is the square root of the norm relative to `largest`, at most 1."""
    sizes = np.linalg.norm(pushes, axis=1, keepdims=True)
    tiny = np.finfo(np.float32).tiny
    return pushes / np.maximum(np.sqrt(sizes * np.maximum(sizes, largest)), tiny)


def _stage(trace: TrainingTrace, title: str) -> tuple[Figure, Callable[[Snapshot], None]]:
    """The figure with all parts that do not change, and a function that shows a frame in it."""
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    figure = new_figure(6.2, 5.5)
    figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.08)
    axes = figure.add_subplot()
    _, (low, high), label = discriminator_output(trace.frames[0].logits, trace.objective)
    bounds = np.linspace(low, high, LEVELS + 1)
    shades = LinearSegmentedColormap.from_list("discriminator", SHADES, N=LEVELS)
    surface = axes.imshow(
        np.full((2, 2), low),
        cmap=shades,
        norm=BoundaryNorm(bounds, LEVELS, extend="neither", clip=True),
        extent=trace.extent,
        origin="lower",
        interpolation="bilinear",
        interpolation_stage="data",
    )
    bar = figure.colorbar(surface, ax=axes, pad=0.02, aspect=30, ticks=[low, (low + high) / 2, high])
    bar.set_label(label, color=INK)
    bar.outline.set_visible(False)
    bar.minorticks_off()
    axes.scatter(trace.real[:, 0], trace.real[:, 1], s=3, color=INK, alpha=0.35, linewidths=0, label="real")
    dots = axes.scatter([], [], s=13, color=ACCENT, edgecolors="white", linewidths=0.4, label="generated")
    width = trace.extent[1] - trace.extent[0]
    n = min(ARROWS, len(trace.frames[0].samples))
    zeros: Any = np.zeros((4, n))  # Any: the stubs do not see that four arrays are unpacked
    arrows = axes.quiver(*zeros, angles="xy", scale_units="xy", scale=1, color=INK, zorder=3, **ARROW)
    sizes = [np.linalg.norm(frame.pushes, axis=1) for frame in trace.frames]
    largest = max(np.quantile(size, 0.95) for size in sizes)
    axes.set(xlim=trace.extent[:2], ylim=trace.extent[2:], xticks=[], yticks=[])
    axes.set_title(title, fontsize=11, color=INK, parse_math=False)
    axes.legend(loc="upper right", fontsize=8, framealpha=0.9, markerscale=1.5)
    caption = axes.set_xlabel(" ", fontsize=12, fontweight="bold", family="monospace")
    axes.spines[:].set_linewidth(3)

    def show(frame: Snapshot) -> None:
        numbers, *_ = discriminator_output(frame.logits, trace.objective)
        surface.set_data(np.clip(numbers, low, high))
        dots.set_offsets(frame.samples)
        arrows.set_offsets(frame.samples[:n])
        arrows.set_UVC(*(MAX_LENGTH * width * arrow_vectors(frame.pushes[:n], largest)).T)
        caption.set(text=f"step {frame.step:>6,}   {CAPTIONS[frame.player]}", color=BORDERS[frame.player])
        axes.spines[:].set_color(BORDERS[frame.player])

    return figure, show
