"""The distribution of each column of a table, in the data and in samples."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from scratchgen.plots.figure import ACCENT, FAINT, INK, Picture, despine, new_figure, save

MAX_COLUMNS, PER_ROW, BINS, NAME_LENGTH = 12, 4, 30, 24


def marginals(
    data: Mapping[str, np.ndarray], samples: Mapping[str, np.ndarray] | None, path: str | os.PathLike
) -> Picture:
    """Histograms of the first 12 columns: name ↦ (N,) numbers, or texts of categories; missing cells are left out.

    samples    the same columns of a model's samples, drawn as lines; None draws the data alone
    """
    names = list(data)[:MAX_COLUMNS]
    height, width = math.ceil(len(names) / PER_ROW), min(len(names), PER_ROW)
    figure = new_figure(2.6 * width + 0.6, 2.2 * height + 0.4)
    for place, name in enumerate(names, 1):
        axes = figure.add_subplot(height, width, place)
        of_data, of_samples = _present(data[name]), None if samples is None else _present(samples[name])
        (_categories if data[name].dtype == object else _numbers)(axes, of_data, of_samples)
        label = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"
        axes.set_xlabel(label, fontsize=9, color=INK, parse_math=False)
        axes.set_yticks([])
        despine(axes)
    if samples is not None:
        figure.legend(
            *axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=9
        )
    return save(figure, path)


def _present(x: np.ndarray) -> np.ndarray:
    return x[np.array([v is not None for v in x])] if x.dtype == object else x[np.isfinite(x)]


def _numbers(axes: Any, x: np.ndarray, samples: np.ndarray | None) -> None:
    both = x if samples is None else np.concatenate([x, samples])
    low, high = (0.0, 1.0) if not len(both) else np.quantile(both, [0.002, 0.998])
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    if len(both) and (both == np.rint(both)).all():  # each bin has as many whole numbers as the next one
        width = max(1, math.ceil((high - low + 1) / BINS))
        edges = np.arange(math.floor(low) - 0.5, high + width, width)
    axes.hist(x, edges, density=True, color=FAINT, label="training rows")
    if samples is not None:
        axes.hist(samples, edges, density=True, histtype="step", color=ACCENT, label="samples")


def _categories(axes: Any, x: np.ndarray, samples: np.ndarray | None) -> None:
    names = sorted(set(x) | set(() if samples is None else samples))
    share = lambda found: [Counter(found)[name] / max(len(found), 1) for name in names]
    places = np.arange(len(names))
    axes.bar(places, share(x), color=FAINT, label="training rows")
    if samples is not None:
        axes.bar(places, share(samples), fill=False, edgecolor=ACCENT, label="samples")
    axes.set_xticks(places, [name[:8] for name in names], rotation=45 if len(names) > 3 else 0, fontsize=7)
