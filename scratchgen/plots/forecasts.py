"""Forecasts of a series: its past, and a model's predictions of the next steps."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np

from scratchgen.plots.figure import ACCENT, FAINT, INK, Picture, despine, new_figure, save

MAX_COLUMNS = 6


def forecasts(
    past: np.ndarray,
    drawn: np.ndarray,
    names: Sequence[str],
    path: str | os.PathLike,
    title: str,
    actual: np.ndarray | None = None,
) -> Picture:
    """One panel per column: the past, the mean and the 80 % band of samples, and what came if it is known.

    past      (P, D);  drawn: (n, S, D), S samples of the n steps that follow;  actual: (n, D), or None
    names     of the columns, of which the first six are drawn
    """
    shown = names[:MAX_COLUMNS]
    figure = new_figure(8, 1.9 * len(shown) + 0.5)
    figure.suptitle(title, fontsize=11, parse_math=False)
    before = np.arange(-len(past) + 1, 1)
    after = np.arange(1, len(drawn) + 1)
    panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for d, (axes, name) in enumerate(zip(panels, shown, strict=True)):
        band = summary(drawn[:, :, d])
        axes.plot(before, past[:, d], color=INK, linewidth=1, label="past")
        axes.fill_between(
            after, band["10 %"], band["90 %"], color=FAINT, alpha=0.6, label="80 % of the samples"
        )
        axes.plot(after, band["mean"], color=ACCENT, label="mean of the samples")
        if actual is not None:
            axes.plot(
                after[: len(actual)], actual[:, d], color=INK, linewidth=1, linestyle=":", label="what came"
            )
        axes.set_ylabel(name if len(name) <= 20 else name[:19] + "…", parse_math=False)
        despine(axes)
    axes.set_xlabel("step")
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=9
    )
    return save(figure, path)


def summary(drawn: np.ndarray) -> Mapping[str, np.ndarray]:
    """The mean and the quantiles of samples at every step.   (n, S) → {"mean": (n,), "10 %": (n,), "90 %": (n,)}"""
    low, high = np.quantile(drawn, [0.1, 0.9], axis=1)
    return {"mean": drawn.mean(axis=1), "10 %": low, "90 %": high}
