"""Results for a game whose densities are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scratchgen.autograd import vjp
from scratchgen.distributions import Array

__all__ = ["generated_log_density"]


def generated_log_density(G: Callable, z: Array) -> Array:
    """log p_g(x) at x = G(z), for z ~ N(0, 1) and a monotonic G.   z (N,) → (N,) nats

    p_g(x) = p_z(G⁻¹(x)) |dG⁻¹/dx| = p_z(z) / |dG/dz|: where G is steep, its samples are sparse.

    G    acts elementwise: (N,) → (N,)

    Source: Goodfellow et al. (2014), figure 1, by the change of variables.   Ledger: gan.generated_density
    """
    x, pull = vjp(G, z)
    (slope,) = pull(np.ones_like(x.data))
    return -0.5 * z**2 - 0.5 * np.log(2 * np.pi) - np.log(np.abs(slope))
