"""Is a derivative right? A comparison with finite differences that has no blind spots.

All directions are random. With a cotangent of ones, a rule that mixes up rows, or that forgets the
cotangent altogether, can pass; against a random cotangent and a random direction it agrees by accident with
probability zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scratchgen.autograd.primitives import no_grad, plain
from scratchgen.autograd.transforms import vjp

STEP = 1e-3
STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))  # f' = Σ c f(x + kh)/h + O(h⁴)


class GradientError(AssertionError):
    """A derivative that disagrees with finite differences."""


def check_grads(f: Callable, *args, order: int = 2, tolerance: float = 1e-6, seed: int = 0) -> float:
    """Compare the derivatives of f at args with finite differences; return the largest relative error.

    For a random cotangent v of the result and a random direction u of each argument:

        ⟨vᵀ ∂f/∂x, u⟩  =  d/dh ⟨v, f(x + h u)⟩ at h = 0

    and up to the given order the same for the derivative itself, (x, v) ↦ vᵀ ∂f/∂x. Everything in float64.

    tolerance    relative to the larger of both numbers and 1, so scale f to the order of 1; the fourth-order
                 stencil at h = 10⁻³ is exact to about 10⁻¹⁰ where the fifth derivative is of that order too
    Raises GradientError that names the argument, the order and both numbers.
    """
    rng = np.random.default_rng(seed)
    points = [np.array(plain(a), dtype=np.float64) for a in args]
    return _check(f, points, 1, order, tolerance, rng)


def _check(f, points, level, order, tolerance, rng) -> float:
    y, pull = vjp(f, *points)
    v = rng.standard_normal(y.shape)
    worst = 0.0
    for i, (x, gradient) in enumerate(zip(points, pull(v), strict=True)):
        if gradient.shape != x.shape:
            raise GradientError(
                f"argument {i}, order {level}: gradient of shape {gradient.shape} for {x.shape}"
            )
        u = rng.standard_normal(x.shape)
        ours = float(np.sum(gradient.data * u))
        theirs = _directional(f, points, i, u, v)
        error = abs(ours - theirs) / max(1.0, abs(ours), abs(theirs))
        if not error <= tolerance:
            raise GradientError(
                f"argument {i}, order {level}: the rule gives {ours:.10g}, finite differences {theirs:.10g} "
                f"(relative error {error:.2g}, tolerance {tolerance:.2g})"
            )
        worst = max(worst, error)
    if level < order:
        worst = max(
            worst, _check(_pulled_back(f, len(points)), [*points, v], level + 1, order, tolerance, rng)
        )
    return worst


def _directional(f, points, i, u, v) -> float:
    """d/dh ⟨v, f(..., xᵢ + h u, ...)⟩ by a central difference."""

    def along(h):
        moved = [x + h * u if j == i else x for j, x in enumerate(points)]
        with no_grad():
            return np.sum(v * plain(f(*moved)))

    return float(sum(c * along(k * STEP) for k, c in STENCIL) / STEP)


def _pulled_back(f, n):
    """(x₁, ..., xₙ, v) ↦ all of vᵀ ∂f/∂x as one flat vector, itself a function to be differentiated."""

    def derivative(*args):
        _, pull = vjp(f, *args[:n])
        return np.concatenate([np.ravel(g) for g in pull(args[n])])

    return derivative
