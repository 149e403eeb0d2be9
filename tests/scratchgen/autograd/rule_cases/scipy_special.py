"""Cases of the functions of scipy.special; none where SciPy is not installed."""

import importlib.util

import numpy as np

from .case import FRACTION, INSIDE, POSITIVE, REAL, Case

BOTH = "(...),(...)"
UNARY = {
    FRACTION: "logit entr ndtri",
    INSIDE: "erfinv",
    POSITIVE: "gammaln gamma rgamma psi y0 y1",
    REAL: "expit log_expit erf erfc ndtr log_ndtr j0 j1 i0 i1",
}


def cases():
    """The cases of each row."""
    from scipy import special

    from scratchgen.autograd.rules.scipy_special import zeta

    def of(n, f):
        """A function of two numbers at a constant first one; it broadcasts."""
        return [
            Case(lambda x: f(x.dtype.type(n), x), domain=POSITIVE),
            Case(lambda x: f(np.array([[n], [n + 1]], x.dtype), x), "(k)", POSITIVE),
        ]

    return {
        **{
            getattr(special, f): [Case(getattr(special, f), domain=domain)]
            for domain, names in UNARY.items()
            for f in names.split()
        },
        special.erfcinv: [Case(lambda x: special.erfcinv(2 * x), domain=FRACTION)],
        special.gammasgn: [Case(lambda x: special.gammasgn(x - 0.5), domain=POSITIVE)],
        special.xlogy: [Case(special.xlogy, BOTH, POSITIVE)],
        special.xlog1py: [Case(special.xlog1py, BOTH, POSITIVE)],
        special.rel_entr: [Case(special.rel_entr, BOTH, POSITIVE)],
        special.kl_div: [Case(special.kl_div, BOTH, POSITIVE)],
        special.beta: [Case(special.beta, BOTH, POSITIVE)],
        special.betaln: [Case(special.betaln, BOTH, POSITIVE)],
        special.gammainc: of(1.5, special.gammainc),
        special.gammaincc: of(1.5, special.gammaincc),
        special.betainc: [
            Case(lambda x: special.betainc(1.25, 2.5, x), domain=FRACTION),
            Case(lambda x: special.betainc(np.array([[1.5], [2]], x.dtype), 0.75, x), "(k)", FRACTION),
        ],
        special.jv: of(1.0, special.jv),
        special.yv: of(0.5, special.yv),
        special.iv: of(1.0, special.iv),
        special.yn: [Case(lambda x: special.yn(2, x).astype(x.dtype), domain=POSITIVE)],
        zeta: [Case(lambda x: zeta(2.5, x), domain=POSITIVE, oracle=lambda x: special.zeta(2.5, x))],
    }


CASES = cases() if importlib.util.find_spec("scipy") else {}
