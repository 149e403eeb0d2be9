"""Special functions of densities and activations: log Γ and its derivatives, log(1 − e⁻ˣ), Φ.

They compute in float64 and return the dtype of their argument. SciPy has more of them, and `scipy.special`
differentiates where SciPy is installed; these need NumPy alone.

Source: NIST Digital Library of Mathematical Functions, sections 5.11, 5.15 and 25.11.
"""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import defvjp, primitive
from scratchgen.errors import check_counts

__all__ = ["digamma", "log1mexp", "log_gamma", "normal_cdf", "polygamma"]

# B_2, B_4, …, B_18: the Bernoulli numbers of the expansions at infinity
BERNOULLI_NUMBERS = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)
SHIFT = 10  # the expansions hold to 16 digits from here on; below, a recurrence leads to x + SHIFT


def _in_float64(function):
    """Decorator: compute with a float64 array of positive numbers; the result has the dtype of x, and NaN for x < 0."""

    def computed(x, *options):
        given = np.asarray(x)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            y = function(np.asarray(given, np.float64), *options)
            y = np.where(given < 0, np.nan, y)
        return y.astype(np.result_type(given, 0.0))

    return computed


def _powers_sum(x, coefficients):
    """Σ_j c_j x^(−2j)   j = 0, 1, …, by Horner's rule."""
    inverse_square, total = 1 / (x * x), 0.0
    for c in reversed(coefficients):
        total = total * inverse_square + c
    return total


# --- the gamma function -----------------------------------------------------------------------------------


@_in_float64
def _log_gamma(x):
    small = x < SHIFT
    product = np.ones_like(x)
    for k in range(SHIFT):  # Γ(x + n) = x (x + 1) … (x + n − 1) Γ(x)
        product = product * np.where(small, x + k, 1)
    z = np.where(small, x + SHIFT, x)
    series = _powers_sum(z, [B / (2 * j * (2 * j - 1)) for j, B in enumerate(BERNOULLI_NUMBERS, 1)]) / z
    return (z - 0.5) * (np.log(z) - 1) + (0.5 * math.log(2 * math.pi) - 0.5) + series - np.log(product)


@_in_float64
def _digamma(x):
    small, below = x < SHIFT, np.zeros_like(x)
    for k in range(SHIFT):  # ψ(x + 1) = ψ(x) + 1/x
        below = below + np.where(small, 1 / (x + k), 0)
    z = np.where(small, x + SHIFT, x)
    series = _powers_sum(z, [B / (2 * j) for j, B in enumerate(BERNOULLI_NUMBERS, 1)]) / (z * z)
    return np.log(z) - 0.5 / z - series - below


@_in_float64
def _polygamma(x, n):
    s, small, below = n + 1, x < SHIFT, np.zeros_like(x)
    for k in range(SHIFT):  # the first terms of Σ_k (x + k)^−s
        below = below + np.where(small, (x + k) ** -float(s), 0)
    z = np.where(small, x + SHIFT, x)
    rising, coefficients = 1.0, []
    for j, B in enumerate(BERNOULLI_NUMBERS, 1):  # the rest, by Euler and Maclaurin
        rising *= s if j == 1 else (s + 2 * j - 3) * (s + 2 * j - 2)
        coefficients.append(B * rising / math.factorial(2 * j))
    rest = z ** -float(s) * (z / (s - 1) + 0.5 + _powers_sum(z, coefficients) / z)
    return (-1) ** (n + 1) * math.factorial(n) * (below + rest)


@primitive
def log_gamma(x):
    """log Γ(x) for x ≥ 0, element by element: the logarithm of (x − 1)! for whole numbers.

    By Stirling's series for x ≥ 10, and below by Γ(x + 1) = x Γ(x). The error is at most 10⁻¹⁴, or 10⁻¹⁵ of
    the value. +∞ at 0; NaN for x < 0.   Source: DLMF 5.11.1.   Ledger: distributions.log_gamma
    """
    return _log_gamma(x)


@primitive
def digamma(x):
    """ψ(x) = (log Γ)′(x) for x ≥ 0, element by element; −∞ at 0, NaN for x < 0.

    Source: DLMF 5.11.2.   Ledger: distributions.digamma
    """
    return _digamma(x)


@primitive
def polygamma(n: int, x):
    """ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! Σ_k (x + k)⁻ⁿ⁻¹, the n-th derivative of digamma, for n ≥ 1 and x ≥ 0; NaN for x < 0.

    Raises BadInput for n that is no whole number of at least 1.   Source: DLMF 5.15.1, 25.11.
    Ledger: distributions.digamma
    """
    check_counts(n=n)
    return _polygamma(x, n)


defvjp(log_gamma, lambda g, y, x: g * digamma(x))
defvjp(digamma, lambda g, y, x: g * polygamma(1, x))
defvjp(polygamma, None, lambda g, y, n, x: g * polygamma(n + 1, x))

# --- exponentials -----------------------------------------------------------------------------------------


@primitive
def log1mexp(x):
    """log(1 − e⁻ˣ) for x ≥ 0, element by element, exact to rounding for small and for large x.

    Source: Mächler (2012), Accurately computing log(1 − exp(−|a|)), eq. 7.
    Ledger: distributions.discretised
    """
    x = np.asarray(x, np.result_type(x, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):  # log 0 = −∞ is intended, NaN is passed on
        return np.where(x < math.log(2), np.log(-np.expm1(-x)), np.log1p(-np.exp(-x)))


# (log(1 − e⁻ˣ))′ = 1 / (eˣ − 1), without overflow
defvjp(log1mexp, lambda g, y, x: g * (np.exp(-x) / -np.expm1(-x)))

# --- the normal distribution ------------------------------------------------------------------------------

# Cody's rational approximations, numerator and denominator, highest power first: erf on |z| ≤ 0.46875, erfc up to 4
# and from 4
ERF_NEAR_0 = (
    "0.185777706184603153 3.16112374387056560 113.864154151050156 377.485237685302021 3209.37758913846947",
    "1 23.6012909523441209 244.024637934444173 1282.61652607737228 2844.23683343917062",
)
ERFC_TO_4 = (
    "2.15311535474403846e-8 0.564188496988670089 8.88314979438837594 66.1191906371416295 298.635138197400131 "
    "881.952221241769090 1712.04761263407058 2051.07837782607147 1230.33935479799725",
    "1 15.7449261107098347 117.693950891312499 537.181101862009858 1621.38957456669019 3290.79923573345963 "
    "4362.61909014324716 3439.36767414372164 1230.33935480374942",
)
ERFC_FROM_4 = (
    "0.0163153871373020978 0.305326634961232344 0.360344899949804439 0.125781726111229246 0.0160837851487422766 "
    "0.000658749161529837803",
    "1 2.56852019228982242 1.87295284992346725 0.527905102951428412 0.0605183413124413191 0.00233520497626869185",
)


def _ratio(polynomials, x):
    numerator, denominator = (np.polyval([float(c) for c in row.split()], x) for row in polynomials)
    return numerator / denominator


@primitive
def normal_cdf(x):
    """Φ(x) = ½ erfc(−x / √2), the distribution function of N(0, 1), element by element.

    The relative error is at most 3 · 10⁻¹³, also far to the left, where 1 + erf would be 0.
    Source: Cody (1969), Rational Chebyshev approximations for the error function.   Ledger: nn.gelu
    """
    x = np.asarray(x, np.result_type(x, 0.0))
    z = np.asarray(x, np.float64) / -math.sqrt(2)
    y = np.abs(z)
    middle, far = np.clip(y, 0.46875, 4), np.maximum(y, 4)
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        inverse_square = 1 / (far * far)
        right = np.where(
            y <= 4,
            np.exp(-middle * middle) * _ratio(ERFC_TO_4, middle),
            np.exp(-far * far) / far * (1 / math.sqrt(math.pi) - inverse_square * _ratio(ERFC_FROM_4, inverse_square)),
        )  # fmt: skip
        erfc = np.where(z > 0, right, 2 - right)
        near_0 = np.clip(z, -0.46875, 0.46875)
        erfc = np.where(y <= 0.46875, 1 - near_0 * _ratio(ERF_NEAR_0, near_0 * near_0), erfc)
    return np.asarray(0.5 * erfc).astype(x.dtype)


# Φ′(x) = exp(−½ x²) / √(2π)
defvjp(normal_cdf, lambda g, y, x: g * (np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)))
