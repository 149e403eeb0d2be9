"""Penalties on the slope of the discriminator. Each is a function of ∇D, so its own gradient is second order.

A discriminator that is as sharp as it can be tells the generator nothing: its slope is zero, or points to
where the generator just was. Both penalties cost one more reverse sweep, through which they are
differentiated again.

D must score its examples one by one, without batch normalisation: ∇D of an example would depend on the rest.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scratchgen.autograd import vjp


def gradient_penalty(D: Callable, real, fake, u):
    """E[(‖∇D(x̂)‖ − 1)²]   at x̂ = u x + (1 − u) G(z), on the lines between real and fake; a single number.

    D             x (B, D) → logits (B,), or (B/m,) if it looks at packs of m rows: then ∇ is by the pack
    real, fake    (B, D) each;     u (B, 1) from U(0, 1), the same for the rows of a pack

    The best critic of the Wasserstein distance has a slope of 1 almost everywhere on those lines.
    Source: Gulrajani et al. (2017), eq. 3; λ = 10 there.   Ledger: gan.gradient_penalty
    """
    x = u * real + (1 - u) * fake
    return np.mean((np.linalg.norm(_slopes(D, x), axis=1) - 1) ** 2)


def r1_penalty(D: Callable, real):
    """E[‖∇D(x)‖²]   at real examples x (B, D), a single number; its weight in the loss is γ/2.

    Zero-centred: at equilibrium D is flat on the data, so it does not move the equilibrium, and it makes it
    attractive.   Source: Mescheder et al. (2018), eq. 9.   Ledger: gan.zero_centred_penalty
    """
    return np.mean(np.sum(_slopes(D, real) ** 2, axis=1))


def _slopes(D: Callable, x):
    """∇D at each example: at the rows of x, or at packs of them if there are fewer logits than rows."""
    logits, pull = vjp(D, x)
    (g,) = pull(np.ones_like(logits.data))
    return np.reshape(g, (len(logits), -1))
