"""Draws by rejection, and the special functions of densities."""

from __future__ import annotations

from scratchgen.distributions.draws import propose_gamma, propose_poisson
from scratchgen.equations.entry import Equation, Example
from scratchgen.functional import digamma, log_gamma

DRAWS = (
    Equation(
        "distributions.marsaglia_tsang",
        "gamma samples by rejection",
        r"v = \bigl(1 + \varepsilon / \sqrt{9 d}\bigr)^3, \quad"
        r" \log u < \tfrac12 \varepsilon^2 + d - d v + d \log v, \quad d = \alpha - \tfrac13",
        "v = (1 + ε/√(9 d))³;  d v is a sample of Gamma(α, 1) if log u < ½ ε² + d − d v + d log v,  d = α − ⅓",
        "Marsaglia & Tsang (2000), section 2",
        "scratchgen.distributions.draws:propose_gamma",
        example=Example(
            "d = 1, ε = 3, u = ½: v = (1 + 3/3)³ = 8\n"
            "log ½ = −0.693 < ½ · 9 + 1 − 8 + log 8 = −0.421: accepted, 1",
            (8.0, 1.0),
            lambda d, eps, u: propose_gamma(d, eps, u),
            {"d": [1.0], "eps": [3.0], "u": [0.5]},
            recorded=False,
        ),
        symbols={
            "v": "proposal, in units of d",
            "ε": "standard normal noise",
            "d": "α − ⅓, > 0",
            "u": "uniform noise",
            "α": "concentration, ≥ 1",
        },
    ),
    Equation(
        "distributions.poisson_draws",
        "Poisson samples by rejection",
        r"k = \Bigl\lfloor \Bigl( \frac{2a}{\frac12 - |u - \frac12|} + b \Bigr) (u - \tfrac12) + \lambda + 0.43"
        r" \Bigr\rfloor",
        "k = ⌊(2 a / (½ − |u − ½|) + b) (u − ½) + λ + 0.43⌋,  accepted if v times the hat at k is below p(k)",
        "Hörmann (1993), algorithm PTRS",
        "scratchgen.distributions.draws:propose_poisson",
        example=Example(
            "λ = 10, u = v = ½: k = ⌊0 + 10 + 0.43⌋ = 10;  b = 0.931 + 2.53 √10 = 8.93156, a = 0.16277\n"
            "the hat: 1.01 (1.1239 + 1.1328 / (b − 3.4)) / (4 a + b) = 0.14004\n"
            "½ · 0.14004 = 0.07002 ≤ p(10) = e⁻¹⁰ 10¹⁰ / 10! = 0.12511: accepted, 1",
            (10.0, 1.0),
            lambda rate, u, v: propose_poisson(rate, u, v),
            {"rate": [10.0], "u": [0.5], "v": [0.5]},
            recorded=False,
        ),
        symbols={
            "k": "proposal, a count",
            "a": "0.02483 b − 0.059",
            "b": "0.931 + 2.53 √λ",
            "u": "uniform noise",
            "v": "uniform noise",
            "λ": "rate, ≥ 10",
            "p": "probability of the count",
        },
    ),
    Equation(
        "distributions.log_gamma",
        "logarithm of the gamma function",
        r"\log \Gamma(x) \sim (x - \tfrac12) \log x - x + \tfrac12 \log 2\pi"
        r" + \sum_j \frac{B_{2j}}{2j (2j - 1) x^{2j - 1}}",
        "log Γ(x) ~ (x − ½) log x − x + ½ log 2π + Σ_j B_2j / (2j (2j − 1) x^(2j − 1));  Γ(x + 1) = x Γ(x)",
        "NIST Digital Library of Mathematical Functions, eq. 5.11.1",
        "scratchgen.functional:log_gamma",
        example=Example(
            "Γ(4) = 3! = 6: log 6 = 1.791759",
            1.791759,
            lambda x: log_gamma(x),
            {"x": [4.0]},
        ),
        symbols={"Γ": "gamma function", "x": "a number above 0", "B": "Bernoulli numbers 1/6, −1/30, …"},
    ),
    Equation(
        "distributions.digamma",
        "digamma function, and its derivatives",
        r"\psi(x) = \frac{d}{dx} \log \Gamma(x) \sim \log x - \frac{1}{2x} - \sum_j \frac{B_{2j}}{2j\, x^{2j}}",
        "ψ(x) = (log Γ)′(x) ~ log x − 1/(2 x) − Σ_j B_2j / (2j x^(2j));  ψ(x + 1) = ψ(x) + 1/x",
        "NIST Digital Library of Mathematical Functions, eq. 5.11.2",
        "scratchgen.functional:digamma",
        example=Example(
            "ψ(1) = −0.577216, minus Euler's constant; ψ(2) = −0.577216 + 1/1 = 0.422784",
            (-0.577216, 0.422784),
            lambda x: digamma(x),
            {"x": [1.0, 2.0]},
        ),
        symbols={
            "ψ": "digamma function, the derivative of log Γ",
            "Γ": "gamma function",
            "x": "a number above 0",
            "B": "Bernoulli numbers 1/6, −1/30, …",
        },
    ),
)
