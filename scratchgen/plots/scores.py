"""Scores of several settings, each the mean over seeds with its standard error.

A score far from the others, of a training that diverged, would squeeze all others into one line. It is drawn as an
arrow at the border, with its number.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE_INCHES, GAP_INCHES, MARGIN_INCHES, LETTER_INCHES = (
    0.17,
    0.12,
    0.6,
    0.075,
)  # of the labels of ranked scores
LONGEST_LINE = 60  # characters of a label
FAR = 20  # a score is far from the others at this many times the median distance from the median
ARROW_POINTS = 24
TICK_DISTANCE = 0.08  # between the numbers of an axis, as a share of its length; closer ones would overlap


def ranked_scores(scores: Mapping[str, tuple[float, float]], path: str | os.PathLike, xlabel: str) -> Picture:
    """Mean ± standard error, one row per label in the given order; the first row is highlighted.

    scores    {label: (mean, standard error)}; a standard error of NaN, which a single seed has, is not drawn
    """
    labels = [_folded(label) for label in scores]
    heights = np.array([GAP_INCHES + LINE_INCHES * (1 + label.count("\n")) for label in labels])
    rows = heights.cumsum() - heights / 2  # the middle of each row, in inches from the top
    width = LETTER_INCHES * max(len(line) for label in labels for line in label.split("\n"))
    figure = new_figure(5.0 + width, MARGIN_INCHES + heights.sum())
    axes = figure.add_subplot()
    mean, error = np.array([*scores.values()], float).T
    for colour, part in ((ACCENT, slice(0, 1)), (SECOND, slice(1, None))):
        axes.errorbar(
            mean[part], rows[part], xerr=error[part], fmt="o", color=colour, markersize=5, capsize=3
        )
    _arrows(axes, mean, error, rows, horizontal=True)
    axes.set(ylim=(heights.sum(), 0), yticks=rows)
    for text, label in zip(axes.set_yticklabels(labels), labels, strict=True):
        text.set(text=label, parse_math=False)  # a setting may hold any character
    axes.set_xlabel(xlabel, parse_math=False, color=INK)
    axes.grid(color=FAINT, linewidth=0.5, alpha=0.6)
    axes.set_axisbelow(True)
    despine(axes)
    return save(figure, path)


def _folded(label: str) -> str:
    """A label in lines that end at commas: a setting and its value stay together."""
    joined = label.replace(" ", "\0").replace(",\0", ", ")  # the wrapping breaks at spaces
    return textwrap.fill(joined, LONGEST_LINE, break_on_hyphens=False).replace("\0", " ")


def score_curve(
    scores: Mapping[float, tuple[float, float]], path: str | os.PathLike, xlabel: str, ylabel: str
) -> Picture:
    """Mean ± standard error over the values of a setting, on a logarithmic axis if they span more than a decade.

    scores    {value: (mean, standard error)}; a standard error of NaN, which a single seed has, is not drawn
    """
    x = np.array(sorted(scores), float)
    mean, error = np.array([scores[value] for value in sorted(scores)], float).T
    figure = new_figure(6.4, 3.8)
    axes = figure.add_subplot()
    logarithmic = x[0] > 0 and x[-1] > 10 * x[0]
    if logarithmic:
        axes.set_xscale("log")
    axes.errorbar(x, mean, yerr=error, fmt="o-", color=SECOND, linewidth=1.4, markersize=5, capsize=3)
    _arrows(axes, mean, error, x, horizontal=False)
    distances = np.diff(np.log(x) if logarithmic else x)
    if distances.min() > TICK_DISTANCE * distances.sum():
        axes.set_xticks(x, [f"{value:g}" for value in x])
        axes.minorticks_off()
    axes.set_xlabel(xlabel, parse_math=False, color=INK)
    axes.set_ylabel(ylabel, parse_math=False, color=INK)
    axes.grid(color=FAINT, linewidth=0.5, alpha=0.6)
    axes.set_axisbelow(True)
    despine(axes)
    return save(figure, path)


def _arrows(axes: Axes, mean: np.ndarray, error: np.ndarray, places: np.ndarray, horizontal: bool) -> None:
    """Limit the axis of the scores to those that are near one another, and draw the others as arrows at its border."""
    distance = np.abs(mean - np.median(mean))
    far = distance > FAR * np.median(distance)
    if not far.any() or not np.median(distance):
        return
    shown, error = mean[~far], np.nan_to_num(error[~far])
    low, high = (shown - error).min(), (shown + error).max()
    room = 0.15 * (high - low)
    low, high = low - room, high + room
    (axes.set_xlim if horizontal else axes.set_ylim)(low, high)
    for place, score in zip(places[far], mean[far], strict=True):
        edge, inwards = (low, 1) if score < low else (high, -1)
        axes.annotate(
            f"{score:.3g}",
            (edge, place) if horizontal else (place, edge),
            xytext=(ARROW_POINTS * inwards, 0) if horizontal else (0, ARROW_POINTS * inwards),
            textcoords="offset points",
            ha=("left" if inwards > 0 else "right") if horizontal else "center",
            va="center" if horizontal else ("bottom" if inwards > 0 else "top"),
            fontsize=9,
            color=INK,
            arrowprops={"arrowstyle": "->", "color": INK},
        )
