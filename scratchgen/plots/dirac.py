"""The Dirac-GAN: the gradient field of its two parameters, and the trajectories of training."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from scratchgen.gan import Game, dirac_forces, dirac_path
from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save

START, LIMIT, GRID = (1.0, 1.0), 2.8, 21


def dirac(
    path: str | os.PathLike,
    r1: float = 0.3,
    learning_rate: float = 0.3,
    steps: int = 100,
    objective: str = "minimax",
) -> Picture:
    """The Dirac-GAN's θ and ψ with and without the zero-centred gradient penalty.

    Left and middle: the gradient field, and trajectories of simultaneous and alternating steps. Right: the distance
    to the equilibrium by step. The learning rate is large, so that the discretisation error is visible.
    Source: Mescheder et al. (2018), sections 2 and 3.
    """
    figure = new_figure(13.2, 4.4)
    *planes, distances = figure.subplots(1, 3, width_ratios=(1, 1, 1.05))
    for axes, gamma in zip(planes, (0.0, r1), strict=True):
        game = Game(objective, r1=gamma)
        _field(axes, game)
        for alternate, colour, name in ((False, ACCENT, "simultaneous"), (True, SECOND, "alternating")):
            trajectory = dirac_path(*START, steps, learning_rate, game, alternate)
            axes.plot(*trajectory.T, ".-", color=colour, markersize=3, linewidth=1)
            label = f"{name} steps, {'R1' if gamma else 'no penalty'}"
            style = "--" if gamma else "-"
            distances.semilogy(np.hypot(*trajectory.T), style, color=colour, linewidth=1.5, label=label)
        axes.plot(*START, "o", color=INK, markersize=6)
        axes.plot(0, 0, "+", color=INK, markersize=11, markeredgewidth=2)
        title = f"R1, $\\gamma = {gamma:g}$: converges" if gamma else "no penalty: circles"
        axes.set_title(title, fontsize=11, color=INK)
        axes.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), aspect="equal")
        axes.set_xlabel("$\\theta$, the sample of G (the data are at 0)", color=INK)
        axes.set_ylabel("$\\psi$, the slope of the logit", color=INK)
        despine(axes)
    distances.set_title("convergence", fontsize=11, color=INK)
    distances.set_ylabel("distance to the equilibrium", color=INK)
    distances.set_xlabel(f"step (learning rate {learning_rate:g})", color=INK)
    distances.legend(frameon=False, fontsize=9, loc="lower left")
    despine(distances)
    return save(figure, path)


def _field(axes: Any, game: Game) -> None:
    """Draw faint streamlines of the gradient field."""
    line = np.linspace(-LIMIT, LIMIT, GRID)
    theta, psi = np.meshgrid(line, line)
    forces = dirac_forces(theta.ravel(), psi.ravel(), game)
    axes.streamplot(
        theta,
        psi,
        *(f.reshape(theta.shape) for f in forces),
        color=FAINT,
        linewidth=0.7,
        density=1.1,
        arrowsize=0.8,
    )
