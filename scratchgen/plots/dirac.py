"""The Dirac-GAN: the forces on its players, and where their steps lead."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.gan import Game, dirac_forces, dirac_path
from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, new_figure, plain, save

START, REACH, SIDE = (1.0, 1.0), 2.8, 21


def dirac(path, r1: float = 0.3, alpha: float = 0.3, steps: int = 100, objective: str = "minimax") -> Path:
    """θ and ψ with and without the zero-centred penalty: the field, simultaneous and alternating steps.

    At the right the distance to the equilibrium, step by step. Steps are large, so that their error is seen.
    Source: Mescheder et al. (2018), sections 2 and 3.
    """
    figure = new_figure(13.2, 4.4)
    *planes, distances = figure.subplots(1, 3, width_ratios=(1, 1, 1.05))
    for axes, gamma in zip(planes, (0.0, r1), strict=True):
        game = Game(objective, r1=gamma)
        _field(axes, game)
        for alternate, colour, name in ((False, ACCENT, "simultaneous"), (True, SECOND, "alternating")):
            way = dirac_path(*START, steps, alpha, game, alternate)
            axes.plot(*way.T, ".-", color=colour, markersize=3, linewidth=1)
            label = f"{name} steps, {'R1' if gamma else 'no penalty'}"
            style = "--" if gamma else "-"
            distances.semilogy(np.hypot(*way.T), style, color=colour, linewidth=1.5, label=label)
        axes.plot(*START, "o", color=INK, markersize=6)
        axes.plot(0, 0, "+", color=INK, markersize=11, markeredgewidth=2)
        title = f"R1, $\\gamma = {gamma:g}$: it spirals inwards" if gamma else "no penalty: it circles"
        axes.set_title(title, fontsize=11, color=INK)
        axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
        axes.set_xlabel("$\\theta$, what G makes; the data are at 0", color=INK)
        axes.set_ylabel("$\\psi$, the slope of D", color=INK)
        plain(axes)
    distances.set_title("distance to the equilibrium", fontsize=11, color=INK)
    distances.set_xlabel(f"step of size {alpha:g}", color=INK)
    distances.legend(frameon=False, fontsize=9, loc="lower left")
    plain(distances)
    return save(figure, path)


def _field(axes, game: Game) -> None:
    """Lines along the forces, faint."""
    line = np.linspace(-REACH, REACH, SIDE)
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
