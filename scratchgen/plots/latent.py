"""The latent plane: where a VAE puts its data, and what it draws there."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scratchgen.evaluation.latents import prior_radius
from scratchgen.plots.figure import INK, SECOND, new_figure, plain, save
from scratchgen.plots.images import show

POINTS = 15  # of the drawn plane, each way
REACH = 2.5  # standard deviations
INSIDE = (0.5, 0.9, 0.99)  # shares of the prior that its rings hold


def latent_plane(mu: np.ndarray, labels: np.ndarray | None, decode_mean: Callable, image_shape, path) -> Path:
    """Posterior means (N, Z) along their two main directions, and the images decoded on that plane.

    decode_mean    z (n, Z) → images (n, D)
    The plane is spanned by the first two principal axes of the means, through their centre.
    """
    centre = mu.mean(axis=0)
    axes, scale = _main_directions(mu)
    figure = new_figure(10, 5)
    left, right = figure.subplots(1, 2)
    _scatter(figure, left, (mu - centre) @ axes.T, labels)
    left.set_title("posterior means mu(x)", fontsize=11)

    steps = np.linspace(-REACH, REACH, POINTS)
    grid = np.array([(u, v) for v in steps[::-1] for u in steps]) * scale
    images = decode_mean((centre + grid @ axes).astype(np.float32))
    show(right, images, image_shape, POINTS, "decoded across that plane")
    return save(figure, path)


def aggregated_posterior(z: np.ndarray, labels: np.ndarray | None, path) -> Path:
    """Draws z ~ q(z|x), one an example (N, Z), along their two main directions, and the prior there.

    Seen along any two directions at right angles N(0, I) is N(0, I): its circles hold shares that are known.
    Where draws from the prior fall and no z lies, the decoder has learned nothing.   Ledger: vae.prior_radius
    """
    axes, _ = _main_directions(z)
    figure = new_figure(6.4, 5.6)
    plane = figure.add_subplot()
    _scatter(figure, plane, z @ axes.T, labels)
    turn = np.linspace(0, 2 * math.pi, 200)
    for share in INSIDE:
        radius = prior_radius(share)
        plane.plot(radius * np.cos(turn), radius * np.sin(turn), color=INK, linewidth=1, linestyle="--")
        words = plane.annotate(f"{100 * share:g} %", (0, radius), ha="center", va="center", fontsize=8)
        words.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1})
    plane.set_aspect("equal")
    plane.set_title("draws from q(z|x), and rings that hold these shares of the prior", fontsize=11)
    return save(figure, path)


def _main_directions(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first two principal axes of (N, Z) as rows, and the standard deviations along them."""
    _, scale, axes = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)
    return axes[:2], scale[:2] / np.sqrt(len(z))


def _scatter(figure, axes, places: np.ndarray, labels: np.ndarray | None) -> None:
    """Points (N, 2), coloured by class where there are any."""
    size = 24 if len(places) < 500 else 10
    if labels is None:
        axes.scatter(*places.T, color=SECOND, s=size, linewidths=0)
    else:
        K = int(labels.max()) + 1
        colours = "tab10" if K <= 10 else "tab20" if K <= 20 else "turbo"
        most = max(K, 10 if K <= 10 else 20) - 0.5  # neighbours in a palette of 10 or 20 are told apart
        dots = axes.scatter(
            *places.T, c=labels, cmap=colours, vmin=-0.5, vmax=most, s=size, linewidths=0, alpha=0.9
        )
        bar = figure.colorbar(dots, ax=axes, label="class", shrink=0.8, ticks=range(0, K, math.ceil(K / 20)))
        bar.ax.set_ylim(-0.5, K - 0.5)
    axes.set_xlabel("first direction")
    axes.set_ylabel("second direction")
    plain(axes)
