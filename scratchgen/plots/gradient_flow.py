"""Gradient flow: the size of the gradient of each parameter of a model."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from scratchgen.nn import Module
from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save

ROW_INCHES, MARGIN_INCHES, LETTER_INCHES = 0.24, 1.0, 0.075  # a parameter; above and below all rows; a letter
ABSENT, ZERO, NOT_FINITE = "no gradient", "all zero", "not finite"


def gradient_flow(module: Module, path: str | os.PathLike) -> Picture:
    """The mean and the greatest |∂L/∂θ| of each parameter θ, in the order of `named_parameters`, as PNG.

    It shows `.grad` after `backward()`, summed over all backward calls since `zero_grad`; the mean is over the
    elements of the parameter. The scale is logarithmic; a gradient that is absent, zero everywhere or not finite is
    described in words.

    Raises ValueError if no parameter has a gradient.
    """
    from matplotlib.ticker import NullFormatter

    parameters = dict(module.named_parameters())
    if all(parameter.grad is None for parameter in parameters.values()):
        raise ValueError(
            f"no parameter of this {type(module).__name__} has a gradient ({len(parameters)} parameters); "
            "call backward() on its loss first"
        )
    found = {name: magnitudes(parameter.grad) for name, parameter in parameters.items()}
    figure = new_figure(5.6 + LETTER_INCHES * max(map(len, found)), MARGIN_INCHES + ROW_INCHES * len(found))
    axes = figure.add_subplot()
    axes.set_xscale("log")
    for row, size in enumerate(found.values()):
        if isinstance(size, str):
            _annotate(axes, row, size)
        else:
            axes.plot(size, (row, row), color=FAINT, linewidth=3, solid_capstyle="round", zorder=1)
    sizes = [(*size, row) for row, size in enumerate(found.values()) if not isinstance(size, str)]
    mean, greatest, rows = np.array(sizes).reshape(-1, 3).T
    axes.scatter(mean, rows, color=SECOND, s=44, label="mean |gradient|", clip_on=False, zorder=2)
    axes.scatter(greatest, rows, color=ACCENT, s=20, label="greatest |gradient|", clip_on=False, zorder=3)

    axes.set_xlim(decades([*mean, *greatest]))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set(ylim=(len(found) - 0.4, -0.6), yticks=range(len(found)), yticklabels=found)
    axes.set_xlabel("|gradient|, logarithmic")
    axes.grid(axis="x", color=FAINT, linewidth=0.5, alpha=0.6)
    axes.set_axisbelow(True)
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    despine(axes)
    return save(figure, path)


def magnitudes(g: np.ndarray | None) -> tuple[float, float] | str:
    """The mean and the greatest |g|, or a description if they cannot be shown on a logarithmic scale."""
    if g is None or g.size == 0:
        return ABSENT
    size = np.abs(g.astype(np.float64))  # the mean of tiny single-precision numbers would round to zero
    mean, greatest = float(size.mean()), float(size.max())
    if not math.isfinite(mean):
        return NOT_FINITE
    return (mean, greatest) if mean > 0 else ZERO


def decades(sizes: list[float]) -> tuple[float, float]:
    """The powers of ten that enclose all sizes, at least one decade apart, so that the axis has numbers."""
    if not sizes:
        return 0.1, 1.0
    low = max(
        math.floor(math.log10(min(sizes))), -307
    )  # float64 has no normal powers of ten below, or above 308
    high = min(math.ceil(math.log10(max(sizes))), 308)
    return 10.0**low, 10.0 ** max(high, low + 1)


def _annotate(axes: Any, row: int, words: str) -> None:
    """Mark a row with a coloured band and a description."""
    axes.axhspan(row - 0.4, row + 0.4, color=ACCENT, alpha=0.12, linewidth=0)
    style = {"va": "center_baseline", "fontsize": 8.5, "color": INK, "style": "italic"}
    axes.annotate(f"×  {words}", (0.01, row), xycoords=("axes fraction", "data"), **style)
