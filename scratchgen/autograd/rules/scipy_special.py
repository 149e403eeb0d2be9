"""Rules of universal functions of scipy.special. This file is imported when such a function meets a tensor.

scipy.special.logsumexp and softmax are no universal functions: they convert their arguments to arrays, so that no
tensor can pass. `scratchgen.functional` has both.

Source: NIST Digital Library of Mathematical Functions, chapters 5 to 8 and 10.
"""

import math

import numpy as np
from scipy import special

from scratchgen.autograd.primitives import allow_complex, defvjp, primitive

__all__: list[str] = []

ROOT_PI, ROOT_2PI = math.sqrt(math.pi), math.sqrt(2 * math.pi)

# --- logistic function, logarithms ----------------------------------------------------------------------------

defvjp(special.expit, lambda g, y, x: g * y * (1 - y))
defvjp(special.log_expit, lambda g, y, x: g * special.expit(-x))
defvjp(special.logit, lambda g, y, x: g / (x * (1 - x)))
defvjp(special.xlogy, lambda g, y, a, b: g * np.log(b), lambda g, y, a, b: g * a / b)
defvjp(special.xlog1py, lambda g, y, a, b: g * np.log1p(b), lambda g, y, a, b: g * a / (1 + b))
defvjp(special.entr, lambda g, y, x: -g * (np.log(x) + 1))
defvjp(special.rel_entr, lambda g, y, a, b: g * (np.log(a / b) + 1), lambda g, y, a, b: -g * a / b)
defvjp(special.kl_div, lambda g, y, a, b: g * np.log(a / b), lambda g, y, a, b: g * (1 - a / b))

# --- normal distribution and error function -------------------------------------------------------------------

defvjp(special.erf, lambda g, y, x: g * np.exp(-x * x) * (2 / ROOT_PI))
defvjp(special.erfc, lambda g, y, x: -g * np.exp(-x * x) * (2 / ROOT_PI))
allow_complex(special.erf, special.erfc)
defvjp(special.erfinv, lambda g, y, x: g * np.exp(y * y) * (ROOT_PI / 2))
defvjp(special.erfcinv, lambda g, y, x: -g * np.exp(y * y) * (ROOT_PI / 2))
defvjp(special.ndtr, lambda g, y, x: g * np.exp(-x * x / 2) / ROOT_2PI)
defvjp(special.log_ndtr, lambda g, y, x: g * np.exp(-x * x / 2 - y) / ROOT_2PI)
defvjp(special.ndtri, lambda g, y, x: g * np.exp(y * y / 2) * ROOT_2PI)

# --- gamma and beta functions -----------------------------------------------------------------------------------


@primitive
def zeta(s, x):
    """ζ(s, x) = Σ_k 1/(x + k)^s for k = 0, 1, …; ψ'(x) = ζ(2, x), and ∂ζ(s, x)/∂x = −s ζ(s + 1, x)."""
    return special.zeta(s, x)


defvjp(zeta, None, lambda g, y, s, x: -g * s * zeta(s + 1, x))
defvjp(special.gammaln, lambda g, y, x: g * special.psi(x))
defvjp(special.gamma, lambda g, y, x: g * y * special.psi(x))
defvjp(special.rgamma, lambda g, y, x: -g * y * special.psi(x))
defvjp(special.psi, lambda g, y, x: g * zeta(2.0, x))
defvjp(special.gammasgn, lambda g, y, x: np.zeros_like(x))


def _beta_rules(factor):
    """The rules of log B(a, b), and with factor = y those of B(a, b)."""
    return (
        lambda g, y, a, b: g * factor(y) * (special.psi(a) - special.psi(a + b)),
        lambda g, y, a, b: g * factor(y) * (special.psi(b) - special.psi(a + b)),
    )


defvjp(special.beta, *_beta_rules(lambda y: y))
defvjp(special.betaln, *_beta_rules(lambda y: 1))


def _gamma_density(a, x):
    """e^(−x) x^(a−1) / Γ(a), in the type of x."""
    a = a * np.ones((), x.dtype)
    return np.exp(-x + (a - 1) * np.log(x) - special.gammaln(a))


def _beta_density(a, b, x):
    """x^(a−1) (1−x)^(b−1) / B(a, b), in the type of x."""
    a, b = a * np.ones((), x.dtype), b * np.ones((), x.dtype)
    return np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - special.betaln(a, b))


defvjp(special.gammainc, None, lambda g, y, a, x: g * _gamma_density(a, x))
defvjp(special.gammaincc, None, lambda g, y, a, x: -g * _gamma_density(a, x))
defvjp(special.betainc, None, None, lambda g, y, a, b, x: g * _beta_density(a, b, x))

# --- Bessel functions: 2 J_n' = J_{n−1} − J_{n+1} and 2 I_n' = I_{n−1} + I_{n+1} ---------------------------------

defvjp(special.jv, None, lambda g, y, n, x: g * (special.jv(n - 1, x) - special.jv(n + 1, x)) / 2)
defvjp(special.yv, None, lambda g, y, n, x: g * (special.yv(n - 1, x) - special.yv(n + 1, x)) / 2)
defvjp(special.yn, None, lambda g, y, n, x: g * (special.yv(n - 1, x) - special.yv(n + 1, x)) / 2)
defvjp(special.iv, None, lambda g, y, n, x: g * (special.iv(n - 1, x) + special.iv(n + 1, x)) / 2)
defvjp(special.j0, lambda g, y, x: -g * special.j1(x))
defvjp(special.y0, lambda g, y, x: -g * special.y1(x))
defvjp(special.i0, lambda g, y, x: g * special.i1(x))
defvjp(special.j1, lambda g, y, x: g * (special.j0(x) - special.jv(2.0, x)) / 2)
defvjp(special.y1, lambda g, y, x: g * (special.y0(x) - special.yv(2.0, x)) / 2)
defvjp(special.i1, lambda g, y, x: g * (special.i0(x) + special.iv(2.0, x)) / 2)
