"""The two losses of a generator, and what they leave of its gradient."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.autograd import grad
from scratchgen.gan import generator_loss
from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND, new_figure, plain, save

LOW, HIGH, SURE = -10, 6, -5.0  # logits; SURE: a fake that D sees through, as it does early in training
LINES = (
    ("minimax", ACCENT, "minimax (saturating): $\\log(1 - \\sigma(a))$"),
    ("nonsaturating", SECOND, "non-saturating: $-\\log\\,\\sigma(a)$"),
)


def pushes(kind: str, logits: np.ndarray) -> np.ndarray:
    """−∂ generator_loss / ∂a at each logit a of a fake, (N,) → (N,): how strongly G is told to raise it.

    Ledger: gan.generator_loss
    """
    return -grad(lambda a: len(logits) * generator_loss(a, kind))(logits).numpy()


def generator_losses(path) -> Path:
    """Both losses as functions of the logit of a fake, and beside them the push on the generator.

    Source: Goodfellow et al. (2014), section 3; the numbers are the library's own derivatives.
    """
    figure = new_figure(10.5, 4)
    left, right = figure.subplots(1, 2)
    a = np.linspace(LOW, HIGH, 161)
    for kind, colour, label in LINES:
        left.plot(
            a, [float(generator_loss(a[i : i + 1], kind)) for i in range(len(a))], color=colour, label=label
        )
        right.plot(a, pushes(kind, a), color=colour)
        (at_sure,) = pushes(kind, np.array([SURE]))
        right.plot(SURE, at_sure, "o", color=colour, markersize=6)
        right.annotate(
            f"{at_sure:.4f}",
            (SURE, at_sure),
            xytext=(0, -14 if at_sure > 0.5 else 8),
            textcoords="offset points",
            ha="center",
            color=colour,
            fontsize=11,
        )
    for axes, title in (
        (left, "the loss, nats"),
        (right, "the push on the generator, $-\\partial\\,$loss$/\\partial a$"),
    ):
        axes.axvline(0, color=FAINT, linewidth=0.8)
        axes.axvline(SURE, color=FAINT, linewidth=0.8, linestyle="--")
        axes.set_title(title, fontsize=11, color=INK)
        axes.set_xlabel("logit $a$ of a fake: at the left D is sure that it is one", color=INK)
        plain(axes)
    right.set_ylim(-0.06, 1.08)
    left.legend(frameon=False, fontsize=9.5)
    return save(figure, path)
