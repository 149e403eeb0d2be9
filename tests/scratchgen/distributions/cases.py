"""One case per distribution: the code, the density written out in mpmath, and the range of its values.

The density is a formula of mpmath numbers, one dimension at a time; it shares no line with the library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mpmath as mp
import numpy as np

from scratchgen import distributions as D

DIGITS = 60  # of mpmath
LEVELS = 8


def sigma(x):
    return 1 / (1 + mp.exp(-x))


def normal(x, mu, logvar):
    return mp.exp(-((x - mu) ** 2) / (2 * mp.exp(logvar))) / mp.sqrt(2 * mp.pi * mp.exp(logvar))


def laplace(x, mu, log_scale):
    s = mp.exp(log_scale)
    return mp.exp(-abs(x - mu) / s) / (2 * s)


def student_t(x, mu, log_scale, nu):
    s = mp.exp(log_scale)
    return (1 + ((x - mu) / s) ** 2 / nu) ** (-(nu + 1) / 2) / (
        s * mp.sqrt(nu) * mp.beta(mp.mpf(1) / 2, nu / 2)
    )


def poisson(k, log_rate):
    return mp.exp(-mp.exp(log_rate)) * mp.exp(log_rate) ** k / mp.factorial(k)


def negative_binomial(k, r, logits):
    p = sigma(logits)
    return mp.rf(r, k) / mp.factorial(k) * (1 - p) ** r * p**k


def gamma(x, a, log_rate):
    b = mp.exp(log_rate)
    return b**a * x ** (a - 1) * mp.exp(-b * x) / mp.gamma(a)


def uniform(x, low, high):
    return 1 / (high - low) if low <= x <= high else mp.mpf(0)


def logistic_bin(x, mu, log_scale, levels=LEVELS):
    s, k, half = mp.exp(log_scale), round(x * (levels - 1)), mp.mpf(1) / (2 * (levels - 1))
    x = mp.mpf(k) / (levels - 1)
    right = mp.mpf(1) if k == levels - 1 else sigma((x + half - mu) / s)
    left = mp.mpf(0) if k == 0 else sigma((x - half - mu) / s)
    return right - left


@dataclass(frozen=True)
class Case:
    """A distribution.

    make        from the parameters, arrays or tensors
    density     of one number x and its parameters, in mpmath
    draw        parameters of a shape, by NumPy's generator
    data        values x for such parameters
    support     where a density is integrated: from, to, by one example's parameters; None of a discrete one
    values      the values of a discrete one, as far as they matter
    """

    make: Callable
    density: Callable
    draw: Callable
    data: Callable
    support: Callable | None = None
    values: Callable | None = None

    def log_prob(self, x, parameters) -> np.ndarray:
        """Σ_d log p(x_d), by mpmath."""
        return np.sum(self.each(lambda *a: mp.log(self.density(*a)), x, *parameters), axis=-1)

    @staticmethod
    def each(f, *arrays) -> np.ndarray:
        """f of the elements, in float64."""
        with mp.workdps(DIGITS):
            return np.vectorize(lambda *a: float(f(*(mp.mpf(float(v)) for v in a))), otypes=[float])(*arrays)

    def mean_of(self, f, *parameters, kinks=()) -> float:
        """E[f(x, p(x))] of one dimension: a sum over the values, or an integral over the support."""
        p = [mp.mpf(float(v)) for v in parameters]
        with mp.workdps(30):
            if self.values is not None:
                return float(mp.fsum(q * f(x, q) for x in self.values(*p) for q in [self.density(x, *p)]))
            points = sorted([*self.support(*p), *kinks])
            return float(mp.quad(lambda x: (lambda q: q * f(x, q))(self.density(x, *p)), points))


def two(rng, shape):
    return [rng.standard_normal(shape), 0.5 * rng.standard_normal(shape)]


def counts(rng, shape, *_):
    return rng.integers(0, 12, shape).astype(float)


def reals(rng, shape, *_):
    return 2 * rng.standard_normal(shape)


def around(reach):
    return lambda mu, log_scale, *_: [mu - reach * mp.exp(log_scale), mu, mu + reach * mp.exp(log_scale)]


CASES = {
    "normal": Case(
        D.Normal, normal, two, reals, lambda mu, v: [mu - 15 * mp.exp(v / 2), mu, mu + 15 * mp.exp(v / 2)]
    ),
    "laplace": Case(D.Laplace, laplace, two, reals, around(60)),
    "student_t": Case(
        D.StudentT,
        student_t,
        lambda rng, shape: [*two(rng, shape), rng.uniform(2.5, 9, shape)],
        reals,
        lambda mu, s, nu: [-mp.inf, mu, mp.inf],
    ),
    "poisson": Case(
        D.Poisson,
        poisson,
        lambda rng, shape: [rng.standard_normal(shape)],
        counts,
        values=lambda log_rate: range(150),
    ),
    "negative_binomial": Case(
        D.NegativeBinomial,
        negative_binomial,
        lambda rng, shape: [rng.uniform(0.3, 4, shape), rng.uniform(-2, 1, shape)],
        counts,
        values=lambda r, logits: range(300),
    ),
    "gamma": Case(
        D.Gamma,
        gamma,
        lambda rng, shape: [rng.uniform(0.7, 4, shape), 0.5 * rng.standard_normal(shape)],
        lambda rng, shape, *_: rng.gamma(2, 1, shape),
        lambda a, log_rate: [0, mp.mpf(1) / 100, 1, 10, 100, 400],
    ),
    "uniform": Case(
        D.Uniform,
        uniform,
        lambda rng, shape: [low := rng.standard_normal(shape), low + rng.uniform(0.5, 2, shape)],
        lambda rng, shape, low, high: low + (high - low) * rng.random(shape),
        lambda low, high: [low, high],
    ),
    "discretised_logistic": Case(
        lambda mu, log_scale: D.DiscretisedLogistic(mu, log_scale, LEVELS),
        logistic_bin,
        lambda rng, shape: [rng.random(shape), rng.uniform(-4, -1, shape)],
        lambda rng, shape, *_: rng.integers(0, LEVELS, shape) / (LEVELS - 1),
        values=lambda mu, log_scale: [mp.mpf(k) / (LEVELS - 1) for k in range(LEVELS)],
    ),
}
