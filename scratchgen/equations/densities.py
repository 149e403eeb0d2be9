"""Distributions beyond those of the models: their densities, entropies and divergences."""

from __future__ import annotations

import math

from scratchgen.distributions import (
    DiscretisedLogistic,
    Gamma,
    Laplace,
    Mixture,
    MultivariateNormal,
    NegativeBinomial,
    Normal,
    Poisson,
    StudentT,
    Uniform,
)
from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import Noise

POINT = {"x": "points, (B, D)", "log": "in nats"}
SCALED = {"mu": "location, (B, D)", "s": "scale, > 0, (B, D), stored as log_scale = log s"}
COUNT = {"k": "counts 0, 1, 2, …, (B, D)"}
ENTROPY = {"H": "entropy, (B,), nats"}
DIVERGENCE = {"KL": "Kullback-Leibler divergence, (B,), nats"}
GAMMA = {"α": "concentration, > 0, (B, D)", "β": "rate, > 0, (B, D), stored as log_rate = log β"}
RATE = {"λ": "rate, the mean, (B, D), stored as log_rate = log λ"}
DEGREES = {"nu": "degrees of freedom, > 0"}
PSI = {"ψ": "digamma function, the derivative of log Γ", "Γ": "gamma function"}
FACTOR = {"L": "Cholesky factor of the covariance, lower triangular, (B, D, D)"}

DENSITIES = (
    Equation(
        "distributions.discretised",
        "discretised logistic density",
        r"P(k) = \sigma(b) - \sigma(a), \quad a, b = \bigl(x \mp \tfrac{1}{2(V - 1)} - \mu\bigr) / s, \quad"
        r" P(0) = \sigma(b), \quad P(V - 1) = 1 - \sigma(a)",
        "P(k) = σ(b) − σ(a),  a, b = (x ∓ ½/(V − 1) − mu) / s;  P(0) = σ(b),  P(V − 1) = 1 − σ(a)",
        "Salimans et al. (2017), PixelCNN++, eq. 2",
        "scratchgen.distributions:DiscretisedLogistic.log_prob",
        example=Example(
            "V = 3, mu = ½, s = ¼ / log 3, log s = −1.48034; the half width of a bin is ¼\n"
            "x = ½: b = log 3, a = −log 3, σ(b) − σ(a) = ¾ − ¼ = ½, log ½ = −0.693147\n"
            "x = 0: b = (0 + ¼ − ½) / s = −log 3, σ(b) = ¼, log ¼ = −1.386294",
            (-0.693147, -1.386294),
            lambda x, mu, log_scale: DiscretisedLogistic(mu, log_scale, levels=3).log_prob(x),
            {"x": [[0.5], [0.0]], "mu": [[0.5], [0.5]], "log_scale": [[math.log(0.25 / math.log(3))]]},
        ),
        symbols={
            **SCALED,
            "k": "level, 0 … V − 1",
            "V": "number of levels",
            "x": "pixel, k/(V − 1), (B, D)",
            "P": "probability of a level",
            "σ": "logistic function",
            "a": "lower end of the bin, in units of the scale",
            "b": "upper end of the bin, in units of the scale",
        },
    ),
    Equation(
        "distributions.laplace",
        "Laplace density",
        r"\log p(x) = -\sum_d \bigl[ \log 2 s_d + |x_d - \mu_d| / s_d \bigr]",
        "log p(x) = −Σ_d [log 2 s_d + |x_d − mu_d| / s_d]",
        "Kotz, Kozubowski & Podgórski (2001), eq. 2.1.1",
        "scratchgen.distributions:Laplace.log_prob",
        example=Example(
            "x = 3, mu = 1, s = 2: −(log 4 + |3 − 1| / 2) = −(1.386294 + 1) = −2.386294",
            -2.386294,
            lambda x, mu, log_scale: Laplace(mu, log_scale).log_prob(x),
            {"x": [[3.0]], "mu": [[1.0]], "log_scale": [[math.log(2)]]},
        ),
        symbols=POINT | SCALED | {"p": "density, in nats"},
    ),
    Equation(
        "distributions.laplace_entropy",
        "entropy of a Laplace distribution",
        r"H = \sum_d \bigl[ 1 + \log 2 s_d \bigr]",
        "H = Σ_d [1 + log 2 s_d]",
        "Cover & Thomas (2006), table 17.1",
        "scratchgen.distributions:Laplace.entropy",
        example=Example(
            "s = 2: 1 + log 4 = 2.386294",
            2.386294,
            lambda log_scale: Laplace(0 * log_scale, log_scale).entropy(),
            {"log_scale": [[math.log(2)]]},
        ),
        symbols=ENTROPY | {"s": SCALED["s"]},
    ),
    Equation(
        "distributions.laplace_kl",
        "KL of two Laplace distributions",
        r"\mathrm{KL} = \sum_d \Bigl[ \log \frac{s'}{s} + \frac{|\mu - \mu'|}{s'}"
        r" + \frac{s}{s'} e^{-|\mu - \mu'| / s} - 1 \Bigr]",
        "KL = Σ_d [log s′/s + |mu − mu′| / s′ + s/s′ exp(−|mu − mu′| / s) − 1]",
        "Gil, Alajaji & Linder (2013), table 3",
        "scratchgen.distributions:Laplace.kl",
        example=Example(
            "mu = mu′ = 0, s = 1, s′ = 2: log 2 + 0 + ½ − 1 = 0.193147",
            0.193147,
            lambda log_scale, other: Laplace(0 * log_scale, log_scale).kl(Laplace(0 * other, other)),
            {"log_scale": [[0.0]], "other": [[math.log(2)]]},
        ),
        symbols=DIVERGENCE | SCALED,
    ),
    Equation(
        "distributions.student_t",
        "Student-t density",
        r"\log p(x) = \sum_d \Bigl[ \log \frac{\Gamma((\nu + 1)/2)}{\Gamma(\nu/2) \sqrt{\nu \pi}\, s}"
        r" - \frac{\nu + 1}{2} \log\Bigl(1 + \frac{t^2}{\nu}\Bigr) \Bigr], \quad t = (x - \mu)/s",
        "log p(x) = Σ_d [log Γ(½ (nu + 1)) − log Γ(½ nu) − ½ log(nu π) − log s − ½ (nu + 1) log(1 + t²/nu)],"
        "  t = (x − mu) / s",
        "Murphy, Machine Learning (2012), eq. 2.71",
        "scratchgen.distributions:StudentT.log_prob",
        example=Example(
            "nu = 1 (Cauchy), mu = 0, s = 1, x = 1: log Γ(1) − log Γ(½) − ½ log π = −log π = −1.144730\n"
            "−1.144730 − 1 · log(1 + 1) = −1.837877",
            -1.837877,
            lambda x, mu, log_scale, nu: StudentT(mu, log_scale, nu).log_prob(x),
            {"x": [[1.0]], "mu": [[0.0]], "log_scale": [[0.0]], "nu": [[1.0]]},
        ),
        symbols=POINT
        | SCALED
        | DEGREES
        | {"Γ": PSI["Γ"], "p": "density, in nats", "t": "distance in scales"},
    ),
    Equation(
        "distributions.student_t_entropy",
        "entropy of a Student-t",
        r"H = \sum_d \Bigl[ \frac{\nu + 1}{2} \bigl( \psi(\tfrac{\nu + 1}{2}) - \psi(\tfrac{\nu}{2}) \bigr)"
        r" + \log \frac{s \sqrt{\nu \pi}\, \Gamma(\nu / 2)}{\Gamma((\nu + 1)/2)} \Bigr]",
        "H = Σ_d [½ (nu + 1) (ψ(½ (nu + 1)) − ψ(½ nu)) + log s + ½ log(nu π) + log Γ(½ nu) − log Γ(½ (nu + 1))]",
        "Cover & Thomas (2006), table 17.1",
        "scratchgen.distributions:StudentT.entropy",
        example=Example(
            "nu = 1, s = 1: ψ(1) − ψ(½) = 2 log 2 = 1.386294\n"
            "½ log π = 0.572365, log Γ(½) = 0.572365: 1.386294 + 0.572365 + 0.572365 = 2.531024",
            2.531024,
            lambda log_scale, nu: StudentT(0 * log_scale, log_scale, nu).entropy(),
            {"log_scale": [[0.0]], "nu": [[1.0]]},
        ),
        symbols=ENTROPY | DEGREES | PSI | {"s": SCALED["s"]},
    ),
    Equation(
        "distributions.poisson",
        "Poisson distribution",
        r"\log p(k) = \sum_d \bigl[ k_d \log \lambda_d - \lambda_d - \log k_d! \bigr]",
        "log p(k) = Σ_d [k_d log λ_d − λ_d − log k_d!]",
        "Murphy, Machine Learning (2012), eq. 2.39",
        "scratchgen.distributions:Poisson.log_prob",
        example=Example(
            "λ = 2, k = 3: 3 · 0.693147 − 2 − log 6 = 2.079442 − 2 − 1.791759 = −1.712318",
            -1.712318,
            lambda k, log_rate: Poisson(log_rate).log_prob(k),
            {"k": [[3]], "log_rate": [[math.log(2)]]},
        ),
        symbols=COUNT | RATE | {"p": "probability, in nats"},
    ),
    Equation(
        "distributions.poisson_kl",
        "KL of two Poisson distributions",
        r"\mathrm{KL} = \sum_d \bigl[ \lambda \log(\lambda / \lambda') + \lambda' - \lambda \bigr]",
        "KL = Σ_d [λ log(λ/λ′) + λ′ − λ]",
        "Lehmann & Casella (1998), example 1.7.2",
        "scratchgen.distributions:Poisson.kl",
        example=Example(
            "λ = 2, λ′ = 1: 2 · 0.693147 + 1 − 2 = 0.386294",
            0.386294,
            lambda log_rate, other: Poisson(log_rate).kl(Poisson(other)),
            {"log_rate": [[math.log(2)]], "other": [[0.0]]},
        ),
        symbols=DIVERGENCE | RATE,
    ),
    Equation(
        "distributions.negative_binomial",
        "negative binomial distribution",
        r"\log p(k) = \sum_d \Bigl[ \log \frac{\Gamma(k + r)}{\Gamma(r)\, k!} + r \log(1 - q) + k \log q \Bigr],"
        r" \quad q = \sigma(a)",
        "log p(k) = Σ_d [log Γ(k + r) − log Γ(r) − log k! + r log(1 − q) + k log q],  q = σ(a)",
        "Hilbe, Negative Binomial Regression (2011), section 8.2",
        "scratchgen.distributions:NegativeBinomial.log_prob",
        example=Example(
            "r = 2, a = log 3, q = ¾, k = 1: Γ(3) / (Γ(2) 1!) = 2\nlog(2 · ¼² · ¾) = log 0.09375 = −2.367124",
            -2.367124,
            lambda k, r, logits: NegativeBinomial(r, logits).log_prob(k),
            {"k": [[1]], "r": [[2.0]], "logits": [[math.log(3)]]},
        ),
        symbols={
            **COUNT,
            "p": "probability, in nats",
            "r": "total_count, > 0, (B, D)",
            "q": "probability of a success, (B, D)",
            "a": "its logit",
            "σ": "logistic function",
            "Γ": PSI["Γ"],
        },
    ),
    Equation(
        "distributions.gamma",
        "gamma density",
        r"\log p(x) = \sum_d \bigl[ \alpha \log \beta + (\alpha - 1) \log x - \beta x - \log \Gamma(\alpha) \bigr]",
        "log p(x) = Σ_d [α log β + (α − 1) log x − β x − log Γ(α)]",
        "Murphy, Machine Learning (2012), eq. 2.72",
        "scratchgen.distributions:Gamma.log_prob",
        example=Example(
            "α = 2, β = 2, x = 1: 2 · 0.693147 + 0 − 2 − log Γ(2) = 1.386294 − 2 − 0 = −0.613706",
            -0.613706,
            lambda x, concentration, log_rate: Gamma(concentration, log_rate).log_prob(x),
            {"x": [[1.0]], "concentration": [[2.0]], "log_rate": [[math.log(2)]]},
        ),
        symbols=GAMMA | {"x": "points above 0, (B, D)", "p": "density, in nats", "Γ": PSI["Γ"]},
    ),
    Equation(
        "distributions.gamma_entropy",
        "entropy of a gamma distribution",
        r"H = \sum_d \bigl[ \alpha - \log \beta + \log \Gamma(\alpha) + (1 - \alpha) \psi(\alpha) \bigr]",
        "H = Σ_d [α − log β + log Γ(α) + (1 − α) ψ(α)]",
        "Cover & Thomas (2006), table 17.1",
        "scratchgen.distributions:Gamma.entropy",
        example=Example(
            "α = 1, β = 2: 1 − log 2 + 0 + 0 = 0.306853",
            0.306853,
            lambda concentration, log_rate: Gamma(concentration, log_rate).entropy(),
            {"concentration": [[1.0]], "log_rate": [[math.log(2)]]},
        ),
        symbols=ENTROPY | GAMMA | PSI,
    ),
    Equation(
        "distributions.gamma_kl",
        "KL of two gamma distributions",
        r"\mathrm{KL} = \sum_d \Bigl[ (\alpha - \alpha') \psi(\alpha) - \log \frac{\Gamma(\alpha)}{\Gamma(\alpha')}"
        r" + \alpha' \log \frac{\beta}{\beta'} + \alpha \Bigl( \frac{\beta'}{\beta} - 1 \Bigr) \Bigr]",
        "KL = Σ_d [(α − α′) ψ(α) − log Γ(α) + log Γ(α′) + α′ log(β/β′) + α (β′/β − 1)]",
        "Gil, Alajaji & Linder (2013), table 3",
        "scratchgen.distributions:Gamma.kl",
        example=Example(
            "α = α′ = 1, β = 2, β′ = 1: 1 · log 2 + 1 · (½ − 1) = 0.693147 − 0.5 = 0.193147",
            0.193147,
            lambda log_rate, other: Gamma(1.0, log_rate).kl(Gamma(1.0, other)),
            {"log_rate": [[math.log(2)]], "other": [[0.0]]},
        ),
        symbols=DIVERGENCE | GAMMA | PSI,
    ),
    Equation(
        "distributions.uniform",
        "uniform density, and its entropy",
        r"\log p(x) = -H = -\sum_d \log(b_d - a_d), \quad a_d \le x_d \le b_d",
        "log p(x) = −H = −Σ_d log(b_d − a_d),  a_d ≤ x_d ≤ b_d",
        "Goodfellow et al., Deep Learning (2016), section 3.3.2",
        "scratchgen.distributions:Uniform.log_prob",
        example=Example(
            "a = 1, b = 3, x = 2: −log(3 − 1) = −0.693147",
            -0.693147,
            lambda x, low, high: Uniform(low, high).log_prob(x),
            {"x": [[2.0]], "low": [[1.0]], "high": [[3.0]]},
        ),
        symbols=POINT | ENTROPY | {"a": "lower end, (B, D)", "b": "upper end, (B, D)", "p": "density"},
    ),
    Equation(
        "distributions.mixture",
        "density of a mixture",
        r"\log p(x) = \log \sum_k \pi_k p_k(x), \quad \pi = \operatorname{softmax}(a)",
        "log p(x) = log Σ_k π_k p_k(x),  π = softmax(a)",
        "Bishop, Pattern Recognition and Machine Learning (2006), eq. 9.7",
        "scratchgen.distributions:Mixture.log_prob",
        example=Example(
            "a = (log 3, 0): π = (¾, ¼); uniform densities on (0, 1) and (0, 4), x = ½\n"
            "log(¾ · 1 + ¼ · ¼) = log 0.8125 = −0.207639",
            -0.207639,
            lambda x, logits, high: Mixture(logits, Uniform(0 * high, high)).log_prob(x),
            {"x": [0.5], "logits": [math.log(3), 0.0], "high": [[1.0], [4.0]]},
        ),
        symbols={
            "x": "points, (B, D)",
            "p": "density, nats; p_k that of component k",
            "π": "weights of the components, (B, K)",
            "a": "their logits, (B, K)",
        },
    ),
    Equation(
        "distributions.mixture_variance",
        "variance of a mixture",
        r"\operatorname{Var} x = \sum_k \pi_k \bigl[ \sigma_k^2 + (\mu_k - \mu)^2 \bigr], \quad"
        r" \mu = \sum_k \pi_k \mu_k",
        "Var x = Σ_k π_k [σ_k² + (μ_k − μ)²],  μ = Σ_k π_k μ_k",
        "Frühwirth-Schnatter (2006), eq. 1.20",
        "scratchgen.distributions:Mixture.variance",
        example=Example(
            "π = (½, ½), μ_k = 0 and 2, σ_k = 1: μ = 1\n½ (1 + 1²) + ½ (1 + 1²) = 2",
            2.0,
            lambda logits, mu: Mixture(logits, Normal(mu, 0 * mu)).variance,
            {"logits": [0.0, 0.0], "mu": [[0.0], [2.0]]},
        ),
        symbols={
            "Var": "variance, (B, D)",
            "π": "weights of the components, (B, K)",
            "μ": "mean; μ_k that of component k, (B, K, D)",
            "σ": "standard deviation of component k, (B, K, D)",
        },
    ),
    Equation(
        "distributions.normal_kl",
        "KL of two normals",
        r"\mathrm{KL} = \tfrac12 \sum_d \Bigl[ \frac{(\mu - \mu')^2}{\sigma'^2} + \frac{\sigma^2}{\sigma'^2} - 1"
        r" - \log \frac{\sigma^2}{\sigma'^2} \Bigr]",
        "KL = ½ Σ_d [(mu − mu′)² / sigma′² + sigma²/sigma′² − 1 − log(sigma²/sigma′²)]",
        "Rasmussen & Williams (2006), eq. A.23",
        "scratchgen.distributions:Normal.kl",
        tutorial="2.2_reparameterisation.py#the-kl-divergence-of-two-normal-distributions",
        example=Example(
            "mu = 0, sigma² = 1, mu′ = 1, sigma′² = 4: ½ (¼ + ¼ − 1 + log 4) = ½ (−0.5 + 1.386294) = 0.443147",
            0.443147,
            lambda mu, logvar, other_mu, other: Normal(mu, logvar).kl(Normal(other_mu, other)),
            {"mu": [[0.0]], "logvar": [[0.0]], "other_mu": [[1.0]], "other": [[math.log(4)]]},
        ),
        symbols=DIVERGENCE | {"mu": "mean, (B, D)", "sigma": "standard deviation, (B, D)"},
    ),
    Equation(
        "distributions.full_normal",
        "density of a full-covariance normal",
        r"\log \mathcal N(x; \mu, L L^\top) = -\tfrac12 \bigl[ D \log 2\pi + |L^{-1} (x - \mu)|^2 \bigr]"
        r" - \sum_d \log L_{dd}",
        "log N(x; mu, L Lᵀ) = −½ [D log 2π + |L⁻¹ (x − mu)|²] − Σ_d log L_dd",
        "Goodfellow et al., Deep Learning (2016), eq. 3.23",
        "scratchgen.distributions:MultivariateNormal.log_prob",
        example=Example(
            "L = ((2, 0), (1, 1)), mu = 0, x = (2, 2): L z = x gives z = (1, 1)\n"
            "−½ (2 · 1.837877 + 2) − log 2 − log 1 = −2.837877 − 0.693147 = −3.531024",
            -3.531024,
            lambda x, mu, L: MultivariateNormal(mu, L).log_prob(x),
            {"x": [[2.0, 2.0]], "mu": [[0.0, 0.0]], "L": [[2.0, 0.0], [1.0, 1.0]]},
        ),
        symbols=FACTOR | {"x": POINT["x"], "mu": "mean, (B, D)", "D": "dimensions"},
    ),
    Equation(
        "distributions.full_sample",
        "sample of a full-covariance normal",
        r"x = \mu + L \varepsilon, \quad \varepsilon \sim \mathcal N(0, I)",
        "x = mu + L ε,  ε ~ N(0, I)",
        "Devroye (1986), section XI.2",
        "scratchgen.distributions:MultivariateNormal.rsample",
        example=Example(
            "mu = (0, 1), L = ((2, 0), (1, 1)), ε = (1, −1): (2 · 1, 1 + 1 · 1 − 1 · 1) = (2, 1)",
            (2.0, 1.0),
            lambda mu, L, eps: MultivariateNormal(mu, L).rsample(Noise(*eps)),
            {"mu": [0.0, 1.0], "L": [[2.0, 0.0], [1.0, 1.0]], "eps": (1.0, -1.0)},
        ),
        symbols=FACTOR | {"x": "sample, (B, D)", "mu": "mean, (B, D)", "ε": "standard normal noise, (B, D)"},
    ),
    Equation(
        "distributions.full_entropy",
        "entropy of a full-covariance normal",
        r"H = \tfrac{D}{2} (\log 2\pi + 1) + \sum_d \log L_{dd}",
        "H = ½ D (log 2π + 1) + Σ_d log L_dd",
        "Cover & Thomas (2006), theorem 8.4.1",
        "scratchgen.distributions:MultivariateNormal.entropy",
        example=Example(
            "L = ((2, 0), (1, 1)): ½ · 2 · (1.837877 + 1) + log 2 + log 1 = 3.531024",
            3.531024,
            lambda mu, L: MultivariateNormal(mu, L).entropy(),
            {"mu": [0.0, 0.0], "L": [[2.0, 0.0], [1.0, 1.0]]},
        ),
        symbols=ENTROPY | FACTOR | {"D": "dimensions"},
    ),
    Equation(
        "distributions.full_kl",
        "KL of two full-covariance normals",
        r"\mathrm{KL} = \tfrac12 \bigl[ |M^{-1} L|^2 + |M^{-1} (\mu - \mu')|^2 - D \bigr]"
        r" + \log \det M - \log \det L",
        "KL = ½ [|M⁻¹ L|² + |M⁻¹ (mu − mu′)|² − D] + log det M − log det L",
        "Rasmussen & Williams (2006), eq. A.23",
        "scratchgen.distributions:MultivariateNormal.kl",
        example=Example(
            "L = 1, M = diag(2, 1), mu = 0, mu′ = (2, 0): |M⁻¹ L|² = ¼ + 1, |M⁻¹ (mu − mu′)|² = 1\n"
            "½ (1.25 + 1 − 2) + log 2 − 0 = 0.125 + 0.693147 = 0.818147",
            0.818147,
            lambda mu, L, other, M: MultivariateNormal(mu, L).kl(MultivariateNormal(other, M)),
            {
                "mu": [0.0, 0.0],
                "L": [[1.0, 0.0], [0.0, 1.0]],
                "other": [2.0, 0.0],
                "M": [[2.0, 0.0], [0.0, 1.0]],
            },
        ),
        symbols=DIVERGENCE
        | FACTOR
        | {"M": "Cholesky factor of the other covariance", "mu": "mean, (B, D)", "D": "dimensions"},
    ),
)
