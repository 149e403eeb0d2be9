"""The bound by quadrature, for any q: the picture that moves on page 2.1. The model is the page's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen import vae
from scratchgen.distributions import Bernoulli, Normal

w, c = np.array([2.0, 1.0, -1.5]), np.array([0.0, -0.5, 0.3])
image = np.array([1.0, 1.0, 0.0])
z, dz = np.linspace(-10, 10, 2001, retstep=True)
eps, width = np.linspace(-9, 9, 721, retstep=True)
shown = slice(600, 1401, 4)  # the part of the grid in the picture, from −4 to 4


def log_density(z: np.ndarray, mu: float = 0.0, sigma: float = 1.0) -> np.ndarray:
    """The logarithm of the density of N(mu, sigma²) at each z."""
    return -(((z - mu) / sigma) ** 2) / 2 - np.log(sigma * np.sqrt(2 * np.pi))


def decode(z: Any) -> Bernoulli:
    """z (n, 1) → the three coins, n times."""
    return Bernoulli(z * w + c)


def log_joint(z: np.ndarray) -> np.ndarray:
    """log p(x|z) p(z) at each z."""
    return decode(z[:, None]).log_prob(image) + log_density(z)


evidence = float(np.log(np.exp(log_joint(z)).sum() * dz))
weights = np.exp(log_density(eps)) * width


def model() -> dict[str, Any]:
    """The curves that do not depend on q, and the evidence in nats."""
    curves = {"z": z, "prior": np.exp(log_density(z)), "posterior": np.exp(log_joint(z) - evidence)}
    return {name: curve[shown].tolist() for name, curve in curves.items()} | {"evidence": evidence}


def bound(mu: float, sigma: float) -> dict[str, Any]:
    """For q = N(mu, sigma²): its curve, the ELBO, and the gap KL(q ‖ posterior), both in nats.

    Ledger: vae.elbo
    """
    ones = np.ones((len(eps), 1))
    q = Normal(mu * ones, 2 * np.log(sigma) * ones)
    elbo = np.sum(weights * vae.elbo(image, q, decode, eps[:, None]))
    drawn = mu + sigma * eps  # reaches further than the grid of z
    gap = np.sum(weights * (log_density(drawn, mu, sigma) - (log_joint(drawn) - evidence)))
    curve = np.exp(log_density(z, mu, sigma))
    return {"q": curve[shown].tolist(), "elbo": float(elbo), "gap": float(gap)}
