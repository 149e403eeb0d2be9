"""Penalties on the slope of the discriminator: functions of ∇a, whose own gradient is second order.

a(x) is the output of the discriminator: the logit of the probability D(x) = σ(a(x)), or the score of a critic.

A discriminator that is arbitrarily sharp gives the generator no useful gradient: its slope is zero, or points
to earlier samples. Each penalty costs one more reverse sweep, which is differentiated in turn.

A slope has the unit of 1/x. A penalty on it is the same for data in metres and in millimetres only if x is counted
in a unit that the data themselves give, such as their standard deviation: the argument `unit`.

The discriminator must score its examples one by one, without batch normalisation, which would make ∇a of an example
depend on the others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scratchgen.autograd import vjp
from scratchgen.distributions import Array
from scratchgen.errors import check_each

__all__ = ["gradient_penalty", "r1_penalty"]


def gradient_penalty(D: Callable, real: Array, fake: Array, u: Array, unit: Array | float = 1.0) -> Array:
    """The gradient penalty E[(‖s ∇a(x̂)‖ − 1)²] on the lines x̂ = u x + (1 − u) G(z) between real and fake.

    → a single number

    D             x (B, D) → a (B,), or (B/m,) for packs of m rows: then ∇ is taken per pack
    real, fake    (B, D) each;     u (B, 1) from U(0, 1), the same for the rows of a pack
    unit          s > 0, a number or (D,): the slope is that of a as a function of x/s

    The best critic of the Wasserstein distance has a slope of 1 almost everywhere on the lines between the points
    that an optimal transport pairs; the penalty takes lines between independent pairs.
    Source: Gulrajani et al. (2017), eq. 3; λ = 10 there.   Ledger: gan.gradient_penalty
    """
    x = u * real + (1 - u) * fake
    return np.mean((np.linalg.norm(_slopes(D, x, unit), axis=1) - 1) ** 2)


def r1_penalty(D: Callable, real: Array, unit: Array | float = 1.0) -> Array:
    """The zero-centred penalty E[‖s ∇a(x)‖²]   at real examples x (B, D), a single number; its weight is γ/2.

    D       x (B, D) → a (B,), or (B/m,) for packs of m rows: then ∇ is taken per pack
    unit    s > 0, a number or (D,): the slope is that of a as a function of x/s

    At equilibrium a is flat on the data, so the penalty does not move the equilibrium; it makes the equilibrium
    attractive.   Source: Mescheder et al. (2018), eq. 9.   Ledger: gan.zero_centred_penalty
    """
    return np.mean(np.sum(_slopes(D, real, unit) ** 2, axis=1))


def _slopes(D: Callable, x: Array, unit: Array | float) -> Array:
    """s ∇a at each row of x, or at each pack of rows if there are fewer logits than rows."""
    check_each("(0, ∞)", x.shape[1], unit=unit)
    logits, pull = vjp(D, x)
    (g,) = pull(np.ones_like(logits.data))
    return np.reshape(g * unit, (len(logits), -1))
