"""The rate-distortion curve of a VAE: lower distortion costs a higher rate."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np

from scratchgen.plots.figure import ACCENT, INK, SECOND, Picture, despine, new_figure, save


def rate_distortion(points: Mapping[float, tuple[float, float]], path: str | os.PathLike) -> Picture:
    """The points (R, D) in nats for each β, joined by a line, with the slope dD/dR = −β at each point.

    points    {β: (R, D)}
    The ELBO −(D + R) is constant on a line of slope −1; this line is drawn through the best point.

    Ledger: vae.rate_distortion
    """
    figure = new_figure(5.6, 4.4)
    axes = figure.add_subplot()
    order = sorted(points, reverse=True)
    R, D = np.array([points[beta] for beta in order]).T
    best = np.argmin(R + D)
    reach = 0.12 * max(np.ptp(R), 1e-9)
    for beta, r, d in zip(order, R, D, strict=True):
        along = np.array([-reach, reach]) / np.hypot(1, beta)  # dR = −dD/β: in the plane (R, D), dD/dR = −β
        label = "slope −β" if beta == order[0] else None
        axes.plot(r + along, d - beta * along, color=INK, linewidth=0.8, label=label)
        axes.annotate(f"β = {beta:.3g}", (r, d), xytext=(5, 5), textcoords="offset points", fontsize=8)
    axes.plot(R, D, "o-", color=ACCENT, markersize=4)
    ends = np.array([R.min(), R.max()])
    label = f"ELBO = {-(R + D)[best]:.1f}"
    axes.plot(ends, (R + D)[best] - ends, "--", color=SECOND, linewidth=1, label=label)
    axes.set_ylim(D.min() - 0.05 * np.ptp(D), D.max() + 0.1 * np.ptp(D))
    axes.set_xlabel("rate R, nats", color=INK)
    axes.set_ylabel("distortion D, nats", color=INK)
    axes.legend(frameon=False, fontsize=9)
    despine(axes)
    return save(figure, path)
