"""A direction of the latent space along which a measured quantity of the data changes."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput

__all__ = ["latent_direction"]


def latent_direction(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """The change of the latent that goes with a change of 1 of a quantity a: the regression of z on a.   → (Z,)

        v = Σ_n (a_n − ā)(z_n − z̄) / Σ_n (a_n − ā)²

    An edit by δ is z + δ v. If z and a are normal, v δ = E[z | a + δ] − E[z | a]; if a is 0 or 1, v is the difference
    of the two means. The rows of z may also be data: v is then the linear edit without a model.

    z (N, Z), a (N,)
    Raises BadInput for lengths that differ, and for a quantity that is the same in all rows, or not finite.
    Source: Larsen et al. (2016), section 4.2, the difference of means; least squares for a quantity.
    Ledger: vae.latent_direction
    """
    z, a = np.asarray(z, np.float64), np.asarray(a, np.float64)
    if z.ndim != 2 or a.shape != z.shape[:1]:
        raise BadInput(f"latents (N, Z) need one number of the quantity each, (N,): {z.shape} and {a.shape}")
    if not np.isfinite(a).all() or len(a) == 0 or a.min() == a.max():
        raise BadInput(
            "the quantity must be finite and differ between rows, for a direction in which it changes"
        )
    a = a - a.mean()
    return a @ (z - z.mean(axis=0)) / np.sum(a**2)
