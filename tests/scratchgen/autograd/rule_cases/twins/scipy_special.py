"""Twins of universal functions of scipy.special.

PyTorch and JAX differentiate no Bessel function but I₀ and I₁. Here they are integrals, which PyTorch differentiates
under the sign of integration.   Source: NIST Digital Library of Mathematical Functions, 10.9.6, 10.9.7, 10.32.4
"""

from functools import partial
from math import cos, pi, sin

import jax.scipy.special as in_jax
import numpy as np
import torch
from scipy import special

from scratchgen.autograd.rules.scipy_special import zeta

from .peers import with_jax
from .twin import PAIR, M, P, R, Twin, U, pytorch

SAME_NAME = {
    R: "expit erf erfc ndtr log_ndtr i0 i1",
    P: "entr gammaln",
    U: "erfinv",
}
NODES, WEIGHTS = map(torch.tensor, np.polynomial.legendre.leggauss(120))
INFINITY = 7.0  # where exp(−x sinh t) is 0 for all x drawn here


def jax(call, *shapes, domain):
    """A call of a function that jax.scipy.special has under SciPy's name."""
    return Twin(partial(call, special), partial(call, in_jax), with_jax, shapes, domain, complex=False)


def integral(f, end):
    """∫ f(t) dt from 0 to `end`, by Gauss and Legendre."""
    t = (NODES + 1) * end / 2
    return torch.sum(WEIGHTS * end / 2 * f(t), dim=-1)


def bessel_j(n, x):
    x = x[..., None]
    whole = integral(lambda t: torch.cos(n * t - x * torch.sin(t)), pi)
    return whole / pi - sin(n * pi) / pi * integral(lambda t: torch.exp(-x * torch.sinh(t) - n * t), INFINITY)


def bessel_y(n, x):
    x = x[..., None]
    both = lambda t: (torch.exp(n * t) + torch.exp(-n * t) * cos(n * pi)) * torch.exp(-x * torch.sinh(t))
    return (integral(lambda t: torch.sin(x * torch.sin(t) - n * t), pi) - integral(both, INFINITY)) / pi


def bessel_i(n, x):
    x = x[..., None]
    whole = integral(lambda t: torch.exp(x * torch.cos(t)) * torch.cos(n * t), pi)
    return whole / pi - sin(n * pi) / pi * integral(lambda t: torch.exp(-x * torch.cosh(t) - n * t), INFINITY)


def log_beta(a, b):
    return torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)


def of_order(n, function, integral_of):
    """A Bessel function of a constant order."""
    return pytorch(lambda x: function(n, x), lambda x: integral_of(n, x), M, domain=P)


BESSEL = {
    special.jv: [of_order(n, special.jv, bessel_j) for n in (1.5, 2.0)],
    special.yv: [of_order(n, special.yv, bessel_y) for n in (1.5, 2.0)],
    special.iv: [of_order(n, special.iv, bessel_i) for n in (1.5, 2.0)],
    special.yn: [of_order(2, special.yn, bessel_y)],
    **{
        function: [pytorch(function, partial(integral_of, n), M, domain=P)]
        for function, n, integral_of in (
            *((special.j0, 0, bessel_j), (special.j1, 1, bessel_j)),
            *((special.y0, 0, bessel_y), (special.y1, 1, bessel_y)),
        )
    },
}

TWINS = {
    **{
        getattr(special, name): [
            pytorch(getattr(special, name), getattr(torch.special, name), M, domain=domain, complex=False)
        ]
        for domain, names in SAME_NAME.items()
        for name in names.split()
    },
    special.log_expit: [pytorch(special.log_expit, torch.nn.functional.logsigmoid, M)],
    special.logit: [
        pytorch(lambda x: special.logit((1 + x) / 2), lambda x: torch.logit((1 + x) / 2), M, domain=U)
    ],
    special.ndtri: [
        pytorch(lambda x: special.ndtri((1 + x) / 2), lambda x: torch.special.ndtri((1 + x) / 2), M, domain=U)
    ],
    special.erfcinv: [pytorch(lambda x: special.erfcinv(1 + x), lambda x: torch.erfinv(-x), M, domain=U)],
    special.xlogy: [pytorch(special.xlogy, torch.xlogy, *PAIR, domain=P)],
    special.xlog1py: [pytorch(special.xlog1py, torch.special.xlog1py, *PAIR, domain=P)],
    special.rel_entr: [jax(lambda special, a, b: special.rel_entr(a, b), *PAIR, domain=P)],
    special.kl_div: [jax(lambda special, a, b: special.kl_div(a, b), *PAIR, domain=P)],
    special.gamma: [jax(lambda special, x: special.gamma(x), M, domain=R)],
    special.gammasgn: [jax(lambda special, x: special.gammasgn(x), M, domain=R)],
    special.psi: [  # PyTorch's trigamma function is accurate to ten digits only
        Twin(special.psi, in_jax.digamma, with_jax, (M,), P, complex=False)
    ],
    special.rgamma: [pytorch(special.rgamma, lambda x: torch.exp(-torch.lgamma(x)), M, domain=P)],
    special.beta: [pytorch(special.beta, lambda a, b: torch.exp(log_beta(a, b)), *PAIR, domain=P)],
    special.betaln: [pytorch(special.betaln, log_beta, *PAIR, domain=P)],
    special.gammainc: [jax(lambda special, x: special.gammainc(1.7, x), M, domain=P)],
    special.gammaincc: [jax(lambda special, x: special.gammaincc(0.6, x), M, domain=P)],
    special.betainc: [jax(lambda special, x: special.betainc(1.7, 0.6, (1 + x) / 2), M, domain=U)],
    zeta: [pytorch(lambda x: zeta(3.0, x), lambda x: torch.special.zeta(3.0, x), M, domain=P)],
    **BESSEL,
}
