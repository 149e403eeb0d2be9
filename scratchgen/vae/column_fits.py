"""Maximum likelihood of the shapes that no gradient step moves: tails of a Student-t, dispersion of counts.

A shape has one number per column, and its best value is found by a search along one line, in float64. An optimiser
would move its logarithm by at most its learning rate per step.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from scratchgen.distributions import NegativeBinomial, StudentT

NU = (1.0, 100.0)  # degrees of freedom: from Cauchy's tails to nearly a Gaussian's
TOTAL_COUNT = (1e-2, 1e6)  # r of a negative binomial distribution: at the upper end a Poisson distribution
GOLDEN = (math.sqrt(5) - 1) / 2
SEARCHES = 24  # steps that halve the interval 17 times: log nu to four digits
ROUNDS = 20  # of EM for each nu, from the location and the scale of the nu before
ENOUGH = 20_000  # numbers, at even distances: a shape is known to about one part in a hundred
TINY = 1e-12  # of a variance: more than half of all residuals may be 0


def fit_student_t(
    x: np.ndarray, mu: float | None = None, *, prior: bool = True
) -> tuple[float, float, float]:
    """The location mu, the squared scale s² and the degrees of freedom nu that maximise the likelihood of x (N,).

    mu       a known location; None finds it
    prior    whether nu has the prior p(nu) ∝ nu exp(−nu/10). A hundred numbers without one far out would say that the
             tails are Gaussian, and give the first that is far out no probability; of thousands it changes nothing

    For a given nu, by EM: w = (nu + 1) / (nu + (x − mu)²/s²),  mu ← Σ w x / Σ w,  s² ← Σ w (x − mu)² / Σ w.
    Source: Liu & Rubin, ML estimation of the t distribution using EM and its extensions (1995), sections 2 and 5;
    the prior Gamma(2, 1/10): Juárez & Steel, Model-based clustering of non-Gaussian panel data based on skew-t
    distributions (2010).
    """
    x = _thinned(x)
    m, s2 = (
        (float(np.median(x)) if mu is None else mu),
        max(float(np.median(np.abs(x - np.median(x)))) ** 2, TINY),
    )

    def given(nu: float) -> tuple[float, float]:
        nonlocal m, s2
        for _ in range(ROUNDS):
            w = (nu + 1) / (nu + (x - m) ** 2 / s2)
            m = float(np.sum(w * x) / np.sum(w)) if mu is None else mu
            s2 = max(float(np.sum(w * (x - m) ** 2) / np.sum(w)), TINY)
        return m, s2

    def log_likelihood(log_nu: float) -> float:
        nu = math.exp(log_nu)
        m, s2 = given(nu)
        log_p = float(StudentT(np.full(len(x), m), 0.5 * math.log(s2), nu).log_prob(x))
        return log_p + (log_nu - nu / 10) * prior

    nu = math.exp(maximum(log_likelihood, *np.log(NU)))
    return *given(nu), nu


def fit_total_count(k: np.ndarray, mean: np.ndarray | float) -> float:
    """The r that maximises the likelihood of counts k (N,) under negative binomial distributions of known means.

    Source: Hilbe, Negative Binomial Regression (2011), section 8.2.
    """
    log_mean = np.log(np.maximum(_thinned(np.broadcast_to(mean, np.shape(k))), TINY))
    k = _thinned(k)

    def log_likelihood(log_r: float) -> float:
        return float(NegativeBinomial(np.full(len(k), math.exp(log_r)), log_mean - log_r).log_prob(k))

    return math.exp(maximum(log_likelihood, *np.log(TOTAL_COUNT)))


def _thinned(x: np.ndarray) -> np.ndarray:
    """At least 20,000 of the numbers, or all of them, float64."""
    return np.asarray(x[:: max(1, len(x) // ENOUGH)], np.float64)


def maximum(f: Callable[[float], float], low: float, high: float) -> float:
    """The place within [low, high] where f, which rises and then falls, is largest: golden-section search.

    Source: Kiefer, Sequential minimax search for a maximum (1953).
    """
    a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    of_a, of_b = f(a), f(b)
    for _ in range(SEARCHES):
        if of_a < of_b:
            low, a, of_a = a, b, of_b
            of_b = f(b := low + GOLDEN * (high - low))
        else:
            high, b, of_b = b, a, of_a
            of_a = f(a := high - GOLDEN * (high - low))
    return (low + high) / 2
