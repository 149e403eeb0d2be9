"""Gradient checking: derivatives compared with difference quotients in random directions.

With a cotangent of ones, a rule that mixes rows, or that ignores the cotangent, can pass. For a random
cotangent and a random direction, a wrong rule agrees by accident with probability zero.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen.autograd.backward import vjp_of_node
from scratchgen.autograd.graph import youngest_first
from scratchgen.autograd.inspect.source_lines import source
from scratchgen.autograd.mode import enable_grad, no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.autograd.tensor import Tensor
from scratchgen.autograd.transforms import jvp, vjp

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

STEP = 1e-3
STENCIL = {-2: 1 / 12, -1: -2 / 3, 1: 2 / 3, 2: -1 / 12}  # f' = Σ c f(x + kh)/h + O(h⁴)
IMAGINARY_STEP = 1e-20  # no difference is taken, so nothing cancels, however small the step
KINK_TOLERANCE = 1e-3  # a larger relative difference of the slopes on both sides is called a kink
COMPLEX_STEP_TOLERANCE = 1e-4  # of the complex step, relative to the tolerance of finite differences

__all__ = ["GradientError", "KinkError", "check_grads"]


class GradientError(AssertionError):
    """A derivative that disagrees with finite differences."""


class KinkError(GradientError):
    """The function has no derivative at the point: its slopes to the left and to the right differ."""


def check_grads(
    f: Callable[..., Any], *args: ArrayLike, order: int = 2, tolerance: float = 1e-6, seed: int = 0
) -> float:
    """Compare the derivatives of f at args with difference quotients; return the largest relative error.

    For a random cotangent v of the result and a random direction u of each argument:

        reverse mode    ⟨vᵀ ∂f/∂x, u⟩  =  d/dh ⟨v, f(x + h u)⟩ at h = 0
        forward mode    ⟨v, Σᵢ ∂f/∂xᵢ uᵢ⟩ = the same with all arguments moving at once

    and up to the given order the same for the derivative itself, (x, v) ↦ vᵀ ∂f/∂x. Forward mode
    differentiates the pull-back, so it is checked up to order − 1. All computations are in float64.

    The quotient is a central difference of fourth order at h = 10⁻³, exact to about 10⁻¹⁰ where the fifth
    derivative is of the order of 1. Where f is analytic and takes complex numbers, Im f(x + ih u)/h with
    h = 10⁻²⁰ is exact to rounding, and the first derivative must agree with it 10⁴ times closer.

    tolerance    relative to the larger of both numbers and 1, so f should be of the order of 1

    Raises GradientError with the rule, the argument, the mode and both numbers; KinkError where the slopes to
    the left and to the right differ.   Ledger: autograd.difference
    """
    rng = np.random.default_rng(seed)
    points = [np.array(to_numpy(a), dtype=np.float64) for a in args]
    return _check(f, points, 1, order, tolerance, rng)


def _check(f, points, level, order, tolerance, rng) -> float:
    y, pull = vjp(f, *points)
    v = rng.standard_normal(y.shape)
    directions = [rng.standard_normal(x.shape) for x in points]

    def compare(what, moving, ours):
        def along(h):
            moved = [
                x + h * u if i in moving else x
                for i, (x, u) in enumerate(zip(points, directions, strict=True))
            ]
            with no_grad():
                return np.sum(v * to_numpy(f(*moved)))

        theirs, allowed = _slope(along, tolerance, f"{what}, order {level}", analytic=level == 1)
        error = abs(ours - theirs) / max(1.0, abs(ours), abs(theirs))
        if not error <= allowed:
            raise GradientError(
                f"{_culprit(f, points, tolerance, rng) or _name(f)}: {what}, order {level}: the rule gives "
                f"{ours:.10g}, the difference quotient {theirs:.10g} "
                f"(relative error {error:.2g}, tolerance {allowed:.2g})"
            )
        return error

    worst = 0.0
    for i, (gradient, u) in enumerate(zip(pull(v), directions, strict=True)):
        if gradient.shape != u.shape:
            raise GradientError(
                f"argument {i}, order {level}: gradient of shape {gradient.shape} for {u.shape}"
            )
        worst = max(worst, compare(f"reverse mode, argument {i}", {i}, float(np.sum(gradient.data * u))))
    if level < order:
        _, tangent = jvp(f, points, directions)
        worst = max(worst, compare("forward mode", range(len(points)), float(np.sum(v * tangent.data))))
        further = _pulled_back(f, len(points))
        worst = max(worst, _check(further, [*points, v], level + 1, order, tolerance, rng))
    return worst


def _slope(along: Callable, tolerance: float, where: str, analytic: bool = False) -> tuple[float, float]:
    """d/dh along(h) at h = 0, and the tolerance with which a correct rule must agree with it."""
    value = {k: float(along(k * STEP)) for k in (-2, -1, 0, 1, 2)}
    slope = sum(c * value[k] for k, c in STENCIL.items()) / STEP
    # one-sided slopes of second order: they differ in third order where f is smooth
    right, left = (s * (4 * value[s] - 3 * value[0] - value[2 * s]) / (2 * STEP) for s in (1, -1))
    if abs(right - left) > KINK_TOLERANCE * max(1.0, abs(right), abs(left)):
        raise KinkError(
            f"{where}: the slope is {left:.6g} on the left and {right:.6g} on the right, so there is a kink "
            f"within {2 * STEP:g} of the point (or the function is too rough for this step); move the point"
        )
    if analytic:
        exact = _complex_step(along)
        if exact is not None and abs(exact - slope) <= tolerance * max(1.0, abs(slope)):
            return exact, COMPLEX_STEP_TOLERANCE * tolerance
    return slope, tolerance


def _complex_step(along: Callable) -> float | None:
    """Im along(ih)/h, or None if the function cannot take complex numbers."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            return float(np.imag(along(1j * IMAGINARY_STEP))) / IMAGINARY_STEP
        except (TypeError, ValueError, np.exceptions.ComplexWarning):
            return None


def _pulled_back(f, n):
    """The function (x₁, ..., xₙ, v) ↦ vᵀ ∂f/∂x as one flat vector, which can be differentiated again."""

    def derivative(*args):
        _, pull = vjp(f, *args[:n])
        return np.concatenate([np.ravel(g) for g in pull(args[n])])

    return derivative


# --- naming the rule that is wrong ------------------------------------------------------------------------


def _name(f: Callable) -> str:
    return getattr(f, "__name__", "the function")


def _culprit(f, points, tolerance, rng) -> str:
    """The description of the first call within f whose rule disagrees with difference quotients, or ""."""
    with enable_grad():
        y = f(*(Tensor(x, requires_grad=True) for x in points))
    for node in reversed(youngest_first(y)):
        if node.primitive is None or node.primitive.first_order_only:
            continue
        g = rng.standard_normal(node.shape)
        for a, g_a in vjp_of_node(node, g):
            u = rng.standard_normal(a.shape)
            ours = float(np.sum(g_a * u))
            try:
                theirs, _ = _slope(_moving(node, a, u, g), tolerance, node.primitive.name)
            except KinkError:
                continue
            if not abs(ours - theirs) <= tolerance * max(1.0, abs(ours), abs(theirs)):
                i = next(i for i, b in enumerate(node.inputs or ()) if b is a)
                return f"the rule of {node.primitive.name} for its argument {i}, called at {source(node)}"
    return ""


def _moving(node, a, u, g) -> Callable:
    """The function h ↦ ⟨g, the node's function with a + h u for a⟩, at every argument that is a."""

    def along(h):
        values = [b.data + h * u if b is a else to_numpy(b) for b in node.inputs]
        return np.sum(g * node.primitive.function(*values, **node.options))

    return along
