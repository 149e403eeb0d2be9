"""Latent space of a VAE: posterior means, the decoded plane, and samples of the posterior against the prior."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchgen.evaluation.latents import prior_radius
from scratchgen.plots.figure import INK, SECOND, Picture, despine, new_figure, save
from scratchgen.plots.images import show

GRID = 15  # images in each direction of the decoded plane
EXTENT = 2.5  # of the decoded plane, in standard deviations
SHARES = (0.5, 0.9, 0.99)  # of the prior inside the circles


def latent_plane(
    mu: np.ndarray,
    labels: np.ndarray | None,
    decode_mean: Callable[[np.ndarray], np.ndarray],
    image_shape: Sequence[int],
    path: str | os.PathLike,
    ink: bool = True,
) -> Picture:
    """Posterior means (N, Z) along their first two principal axes, and images decoded on a grid in that plane.

    decode_mean    z (n, Z) → images (n, D)
    """
    centre = mu.mean(axis=0)
    axes, scale = _principal_axes(mu)
    figure = new_figure(10, 5)
    left, right = figure.subplots(1, 2)
    _scatter(figure, left, (mu - centre) @ axes.T, labels)
    left.set_title("posterior means mu(x)", fontsize=11)

    steps = np.linspace(-EXTENT, EXTENT, GRID)
    grid = np.array([(u, v) for v in steps[::-1] for u in steps]) * scale
    images = decode_mean((centre + grid @ axes).astype(np.float32))
    show(right, images, image_shape, GRID, "images decoded on a grid in this plane", ink)
    return save(figure, path)


def aggregated_posterior(z: np.ndarray, labels: np.ndarray | None, path: str | os.PathLike) -> Picture:
    """Samples z ~ q(z|x), one per example (N, Z), along their first two principal axes, with circles of the prior.

    Projected on any two orthogonal directions N(0, I) is N(0, I), so circles around 0 contain known shares of it.
    Where the prior has samples and the aggregated posterior has none, the decoder was not trained.
    Ledger: vae.prior_radius
    """
    axes, _ = _principal_axes(z)
    figure = new_figure(6.4, 5.6)
    plane = figure.add_subplot()
    _scatter(figure, plane, z @ axes.T, labels)
    turn = np.linspace(0, 2 * math.pi, 200)
    for share in SHARES:
        radius = prior_radius(share)
        plane.plot(radius * np.cos(turn), radius * np.sin(turn), color=INK, linewidth=1, linestyle="--")
        label = plane.annotate(f"{100 * share:g} %", (0, radius), ha="center", va="center", fontsize=8)
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1})
    plane.set_aspect("equal")
    plane.set_title("samples of q(z|x); the circles contain these shares of the prior", fontsize=11)
    return save(figure, path)


def _principal_axes(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first two principal axes of (N, Z) as rows, and the standard deviations along them."""
    _, scale, axes = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)
    return axes[:2], scale[:2] / np.sqrt(len(z))


def _scatter(figure: Any, axes: Any, places: np.ndarray, labels: np.ndarray | None) -> None:
    """Draw points (N, 2), coloured by class if there are labels."""
    size = 24 if len(places) < 500 else 10
    if labels is None:
        axes.scatter(*places.T, color=SECOND, s=size, linewidths=0)
    else:
        K = int(labels.max()) + 1
        colours = "tab10" if K <= 10 else "tab20" if K <= 20 else "turbo"
        top = max(K, 10 if K <= 10 else 20) - 0.5  # so that each class has its own colour of the palette
        dots = axes.scatter(
            *places.T, c=labels, cmap=colours, vmin=-0.5, vmax=top, s=size, linewidths=0, alpha=0.9
        )
        bar = figure.colorbar(dots, ax=axes, label="class", shrink=0.8, ticks=range(0, K, math.ceil(K / 20)))
        bar.ax.set_ylim(-0.5, K - 0.5)
    axes.set_xlabel("first principal axis")
    axes.set_ylabel("second principal axis")
    despine(axes)
