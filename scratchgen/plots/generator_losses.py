"""The minimax and the non-saturating loss of a generator, and their gradients."""

from __future__ import annotations

import os

import numpy as np

from scratchgen.autograd import grad
from scratchgen.gan import generator_loss
from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, Picture, despine, new_figure, save

LOW, HIGH, REJECTED = (
    -10,
    6,
    -5.0,
)  # logits; REJECTED: a sample that D recognises as generated, as early in training
LINES = (
    ("minimax", ACCENT, "minimax (saturating): $\\log(1 - \\sigma(a))$"),
    ("nonsaturating", SECOND, "non-saturating: $-\\log\\,\\sigma(a)$"),
)


def negative_gradient(kind: str, logits: np.ndarray) -> np.ndarray:
    """−∂ generator_loss / ∂a at each logit a of a generated sample, (N,) → (N,): how strongly G should increase a.

    Ledger: gan.generator_loss
    """
    return -grad(lambda a: len(logits) * generator_loss(a, kind))(logits).numpy()


def generator_losses(path: str | os.PathLike) -> Picture:
    """Both losses as functions of the logit of a generated sample (left), and their negative gradients (right).

    Source: Goodfellow et al. (2014), section 3; the derivatives are computed by this library.
    """
    figure = new_figure(10.5, 4)
    left, right = figure.subplots(1, 2)
    a = np.linspace(LOW, HIGH, 161)
    for kind, colour, label in LINES:
        left.plot(
            a, [float(generator_loss(a[i : i + 1], kind)) for i in range(len(a))], color=colour, label=label
        )
        right.plot(a, negative_gradient(kind, a), color=colour)
        (value,) = negative_gradient(kind, np.array([REJECTED]))
        right.plot(REJECTED, value, "o", color=colour, markersize=6)
        right.annotate(
            f"{value:.4f}",
            (REJECTED, value),
            xytext=(-6, -14 if value > 0.5 else 8),
            textcoords="offset points",
            ha="right",
            color=colour,
            fontsize=11,
        )
    for axes, label in (
        (left, "generator loss, nats"),
        (right, "negative gradient, $-\\partial\\,$loss$/\\partial a$"),
    ):
        axes.axvline(0, color=FAINT, linewidth=0.8)
        axes.axvline(REJECTED, color=FAINT, linewidth=0.8, linestyle="--")
        axes.set_ylabel(label, color=INK)
        axes.set_xlabel("logit $a$ of a generated sample (left: D rejects it)", color=INK)
        despine(axes)
    right.set_ylim(-0.06, 1.08)
    left.legend(framealpha=1, edgecolor="none", fontsize=9.5)
    return save(figure, path)
