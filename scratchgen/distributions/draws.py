"""Exact draws of the gamma and the Poisson distribution, by rejection.

The numbers are drawn in rounds, each for all elements, and an element keeps the first proposal that it accepts. So
a sample depends on the stream and on its own place, not on how often its neighbours were rejected.
"""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.functional import log_gamma
from scratchgen.random import Generator

__all__ = ["poisson", "standard_gamma"]

INVERSION_BELOW = 10.0  # the rate from which Hörmann's method is valid
# the paper's hat is up to 0.6 % too low about the centre; with this factor the draws are exact
HAT = 1.01
LARGEST_RATE = 2.0**32  # beyond, float64 does not hold the counts


def standard_gamma(concentration: np.ndarray, rng: Generator) -> np.ndarray:
    """Samples of Gamma(α, 1), float64 of the shape of α > 0.

        d = α − ⅓,  v = (1 + ε / √(9 d))³,  ε ~ N(0, 1);   d v is accepted if log u < ½ ε² + d − d v + d log v

    and for α < 1 a sample for α + 1 is multiplied by u^(1/α).
    Source: Marsaglia & Tsang (2000), A simple method for generating gamma variables, section 2 and section 6.
    Ledger: distributions.marsaglia_tsang
    """
    alpha = np.asarray(concentration, np.float64)
    d = np.where(alpha < 1, alpha + 1, alpha) - 1 / 3
    found, waiting = np.zeros_like(d), np.ones(d.shape, bool)
    while waiting.any():
        v, accepted = propose_gamma(
            d, rng.standard_normal(d.shape, np.float64), rng.random(d.shape, np.float64)
        )
        found = np.where(waiting & accepted, d * v, found)
        waiting &= ~accepted
    u = 1 - rng.random(d.shape, np.float64)  # in (0, 1]
    return np.where(alpha < 1, found * np.exp(np.log(u) / alpha), found)


def propose_gamma(d: np.ndarray, eps: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """v = (1 + ε / √(9 d))³ for normal noise ε, and whether uniform noise u accepts d v as a sample of Gamma(d + ⅓, 1).

    Ledger: distributions.marsaglia_tsang
    """
    v = (1 + eps / np.sqrt(9 * d)) ** 3
    with np.errstate(divide="ignore", invalid="ignore"):  # log v of v ≤ 0 is NaN and accepts nothing
        return v, (v > 0) & (np.log(u) < 0.5 * eps**2 + d - d * v + d * np.log(v))


def poisson(rate: np.ndarray, rng: Generator) -> np.ndarray:
    """Samples of Poisson(λ), whole numbers in float64 of the shape of λ ≥ 0: by inversion, from λ = 10 by rejection.

    Raises BadInput for a rate that is negative, NaN or above 2³².
    Source: Hörmann (1993), The transformed rejection method for generating Poisson random variables, algorithm PTRS.
    Ledger: distributions.poisson_draws
    """
    rate = np.asarray(rate, np.float64)
    if not np.all((rate >= 0) & (rate <= LARGEST_RATE)):
        raise BadInput(
            f"rate must be in [0, 2^32] to draw from a Poisson distribution, not {_first_bad(rate)}"
        )
    small = rate < INVERSION_BELOW
    found = poisson_by_inversion(np.where(small, rate, 0), rng.random(rate.shape, np.float64))
    large, waiting = np.where(small, INVERSION_BELOW, rate), ~small
    while waiting.any():
        u, v = rng.random(rate.shape, np.float64), rng.random(rate.shape, np.float64)
        k, accepted = propose_poisson(large, u, v)
        found = np.where(waiting & accepted, k, found)
        waiting &= ~accepted
    return found


def poisson_by_inversion(rate: np.ndarray, u: np.ndarray) -> np.ndarray:
    """The first k with u < p_0 + … + p_k, p_k = exp(−λ) λᵏ / k!, for λ < 10.   Ledger: distributions.poisson_draws"""
    p = np.exp(-rate)
    cumulative, found = p, np.zeros_like(u)
    for k in range(1, 100):  # P(k ≥ 100) is below 1e−60
        passed = u >= cumulative
        if not passed.any():
            break
        found = found + passed
        p = p * rate / k
        cumulative = cumulative + p
    return found


def propose_poisson(rate: np.ndarray, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """k for uniform noise u, and whether uniform noise v accepts it as a sample of Poisson(λ), λ ≥ 10.

    Ledger: distributions.poisson_draws
    """
    b = 0.931 + 2.53 * np.sqrt(rate)
    a = 0.02483 * b - 0.059
    U = u - 0.5
    distance = 0.5 - np.abs(U)
    with np.errstate(divide="ignore", invalid="ignore"):  # distance 0 leads to k = −∞, which is rejected
        k = np.floor((2 * a / distance + b) * U + rate + 0.43)
        height = np.log(v * HAT * (1.1239 + 1.1328 / (b - 3.4)) / (a / distance**2 + b))
        log_p = k * np.log(rate) - rate - log_gamma(np.maximum(k, 0) + 1)
        return k, (k >= 0) & np.isfinite(k) & (height <= log_p)


def _first_bad(rate: np.ndarray) -> float:
    return rate[~((rate >= 0) & (rate <= LARGEST_RATE))].flat[0]
