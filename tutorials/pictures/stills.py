"""Draw the stills of the pictures that move, from the numbers that the pictures show: moving-elbo.png, moving-ring.png.

python tutorials/pictures/stills.py
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

sys.path.insert(0, str(Path(__file__).parents[1] / "site"))  # for `moving`

from moving import elbo, ring

from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, despine
from scratchgen.plots.training_trace import SHADES

HERE = Path(__file__).parent


def draw_elbo(mu=0.0, sigma=1.0):
    """The densities for one q, and its bound next to the evidence."""
    curves, state = elbo.model(), elbo.bound(mu, sigma)
    figure, (above, below) = plt.subplots(2, 1, figsize=(6, 4.2), height_ratios=(4, 1), layout="constrained")
    above.fill_between(curves["z"], curves["posterior"], color=FAINT, label="posterior")
    above.plot(curves["z"], state["q"], color=ACCENT, linewidth=2.5, label=f"q: μ = {mu:g}, σ = {sigma:g}")
    above.plot(curves["z"], curves["prior"], color=SECOND, linestyle="--", label="prior")
    above.set(xlim=(-4, 4), ylim=(0, 1), xlabel="z", ylabel="density")
    above.legend(frameon=False, loc="upper left", fontsize=9)
    evidence, bound = curves["evidence"], state["elbo"]
    below.barh(0, bound + 8, left=-8, color=ACCENT)
    below.barh(0, evidence - bound, left=bound, color=SECOND, alpha=0.35)
    below.axvline(evidence, color=INK)
    below.text(bound - 0.1, 0, f"ELBO −{-bound:.3f}", color="white", ha="right", va="center", fontsize=9)
    below.text(
        (bound + evidence) / 2, 0, f"gap {state['gap']:.3f}", color=INK, ha="center", va="center", fontsize=9
    )
    below.text(evidence + 0.05, 0, "evidence", color=INK, va="center", fontsize=9)
    below.set(xlim=(-8, -1), yticks=[], xlabel="nats")
    figure.suptitle("The gap is small if q is near the posterior", color=INK)
    despine(above)
    despine(below)
    return figure


def draw_ring(steps=1000):
    """Data, samples, arrows and D(x) after some steps."""
    game = ring.RingGame()
    state = game.reset() | game.step("DG", steps, 3e-3, 0.1)
    (points, samples, arrows), half = (np.array(state[k]) for k in ("points", "samples", "arrows")), ring.HALF
    figure, axes = plt.subplots(figsize=(4.6, 4.4), layout="constrained")
    axes.imshow(
        np.reshape(state["surface"], (ring.SIDE, ring.SIDE)),
        cmap=LinearSegmentedColormap.from_list("discriminator", SHADES),
        vmin=0,
        vmax=1,
        extent=(-half, half, -half, half),
        origin="lower",
        interpolation="bilinear",
    )
    axes.scatter(*points.T, s=3, color=INK, alpha=0.5, linewidths=0, label="data")
    axes.quiver(*samples.T, *(0.4 * arrows).T, color=INK, angles="xy", scale_units="xy", scale=1, width=0.003)
    axes.scatter(*samples.T, s=16, color=ACCENT, edgecolors="white", linewidths=0.4, label="samples")
    axes.set(xlim=(-half, half), ylim=(-half, half), xticks=[], yticks=[])
    axes.legend(loc="center", fontsize=9, framealpha=0.9)
    axes.set_title("The samples follow the slope of D to the eight modes", color=INK)
    axes.set_xlabel(f"{steps:,} steps of D, {steps:,} of G", color=INK)
    return figure


if __name__ == "__main__":
    for name, figure in (("elbo", draw_elbo()), ("ring", draw_ring())):
        figure.savefig(HERE / f"moving-{name}.png", dpi=90)
