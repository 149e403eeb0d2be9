"""Log-likelihood of latent-variable models, and measures of their latents."""

from __future__ import annotations

import math

from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import Pixel, Sum
from scratchgen.evaluation.annealing import annealed_log_likelihood
from scratchgen.evaluation.baselines import independent_bernoulli_log_prob
from scratchgen.evaluation.examples import mean_over_examples
from scratchgen.evaluation.latents import active_units, prior_radius, rate_and_distortion
from scratchgen.evaluation.likelihood import Weights, bits_per_dimension, importance_sampled_log_likelihood
from scratchgen.random import Generator


def _rate_and_distortion(x):
    found = rate_and_distortion(Pixel(0.0), x, Generator(0))
    return found.rate.mean, found.distortion.mean


def _active_units(x):
    found = active_units(Pixel(0.0), x)
    return found.count, found.variance.mean


def _weighed(log_w):
    weights = Weights()
    weights.add(log_w)
    found = weights.estimate()
    return found.effective_samples, found.standard_error


LIKELIHOOD = (
    Equation(
        "vae.importance",
        "importance-sampled log-likelihood",
        r"\log p(x) \approx \log \frac1k \sum_{i=1}^k w_i, \quad w_i"
        r" = \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)}, \quad z_i \sim q(z \mid x)",
        "log p(x) ≈ log (1/k) Σ_i w_i,  w_i = p(x|z_i) p(z_i) / q(z_i|x),  z_i ~ q(z|x)",
        "Rezende, Mohamed & Wierstra (2014), appendix E",
        "scratchgen.evaluation.likelihood:importance_sampled_log_likelihood",
        tutorial="02_vae.py#importance-sampling-how-far-below-the-evidence",
        example=Example(
            "x = z + noise, both N(0, 1), and q is the posterior, so each w_i is p(x) = N(x; 0, 2)\n"
            "log p(2) = −½ log 4π − 2²/4 = −1.26551 − 1 = −2.26551",
            -2.26551,
            lambda x, k: importance_sampled_log_likelihood(Sum(), x, k, Generator(0)).log_likelihood,
            {"x": [[2.0]], "k": 2},
            recorded=False,
        ),
    ),
    Equation(
        "vae.annealed",
        "annealed importance sampling",
        r"\log w = \sum_{t=1}^T (\beta_t - \beta_{t-1}) \log p(x \mid z_{t-1}), \quad \mathbb E[w] = p(x)",
        "log w = Σ_t (β_t − β_{t−1}) log p(x|z_{t−1}),  E[w] = p(x)",
        "Neal (2001), eq. 3-11",
        "scratchgen.evaluation.annealing:annealed_log_likelihood",
        tutorial="02_vae.py#importance-sampling-how-far-below-the-evidence",
        example=Example(
            "log p(x|z) = log ½ for every z\n(β₁ − 0) log ½ + (1 − β₁) log ½ = log ½ = −0.69315",
            -0.69315,
            lambda x, temperatures: (
                annealed_log_likelihood(
                    Pixel(0.0), x, Generator(0), temperatures, chains=1, leapfrogs=1
                ).log_likelihood
            ),
            {"x": [[1.0]], "temperatures": 2},
            recorded=False,
        ),
    ),
    Equation(
        "vae.bits",
        "bits per dimension",
        r"-\log p(x) / (D \log 2) \;[+ \log_2 \text{levels}]",
        "−log p(x) / (D log 2)  [+ log₂ levels]",
        "Theis, van den Oord & Bethge (2016), section 3.1",
        "scratchgen.evaluation.likelihood:bits_per_dimension",
        tutorial="02_vae.py#training-a-vae-on-digits",
        example=Example(
            "4 log 2 nats for 2 numbers\n4 log 2 / (2 log 2) = 2",
            2.0,
            bits_per_dimension,
            {"log_likelihood": [-4 * math.log(2)], "dimensions": 2},
            recorded=False,
        ),
    ),
    Equation(
        "vae.rate_distortion",
        "rate-distortion curve",
        r"R = \mathbb E_x[\mathrm{KL}(q(z \mid x) \,\|\, p(z))], \quad D"
        r" = -\mathbb E_{x,\, q}[\log p(x \mid z)], \quad dD / dR = -\beta",
        "R = E_x[KL(q(z|x) ‖ p(z))],  D = −E_x E_q[log p(x|z)],  dD/dR = −β",
        "Alemi et al. (2018), eq. 3, 4 and section 3",
        "scratchgen.evaluation.latents:rate_and_distortion",
        tutorial="02_vae.py#minimise-the-kl-subject-to-a-constant-reconstruction",
        example=Example(
            "mu = x = 1, sigma = 1, and the decoder ignores z\n"
            "R = ½ (1² + 1 − 1 − log 1) = 0.5,  D = −log ½ = 0.69315",
            (0.5, 0.69315),
            _rate_and_distortion,
            {"x": [[1.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "vae.active_units",
        "active units",
        r"A_d = \mathrm{Var}_x(\mathbb E_{q(z \mid x)}[z_d]) > 0.01",
        "A_d = Var_x(E_q(z|x)[z_d]) > 0.01",
        "Burda, Grosse & Salakhutdinov (2016), section 5.2",
        "scratchgen.evaluation.latents:active_units",
        tutorial="02_vae.py#active-units-warm-up-and-free-bits",
        example=Example(
            "mu(x) = x: 0 and 2, with the mean 1\n"
            "½ ((0 − 1)² + (2 − 1)²) = 1 > 0.01, so one latent is active",
            (1.0, 1.0),
            _active_units,
            {"x": [[0.0], [2.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "vae.baseline",
        "independent Bernoulli baseline",
        r"p_d = \frac{1 + \sum_n x_{nd}}{2 + N}",
        "p_d = (1 + Σ_n x_nd) / (2 + N)",
        "Laplace (1814); Cover & Thomas (2006), section 11.1",
        "scratchgen.evaluation.baselines:independent_bernoulli_log_prob",
        tutorial="02_vae.py#training-a-vae-on-digits",
        example=Example(
            "two examples (1, 0): p = ((1 + 2)/4, (1 + 0)/4) = (¾, ¼)\n"
            "of (1, 1): log ¾ + log ¼ = −0.28768 − 1.38629 = −1.67398",
            -1.67398,
            independent_bernoulli_log_prob,
            {"train": [[1.0, 0.0], [1.0, 0.0]], "test": [[1.0, 1.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "vae.effective_samples",
        "effective sample size",
        r"n = \frac{(\sum_i w_i)^2}{\sum_i w_i^2}, \quad s = \frac{\mathrm{sd}(w)}{\sqrt k\, \bar w}",
        "n = (Σ_i w_i)² / Σ_i w_i²,  s = sd(w) / (√k mean(w))",
        "Kong (1992) for n; the delta method for s",
        "scratchgen.evaluation.likelihood:Weights.estimate",
        tutorial="02_vae.py#importance-sampling-how-far-below-the-evidence",
        example=Example(
            "weights 1 and 3: n = 4² / (1 + 9) = 1.6\n"
            "mean 2, deviation √((1 + 1)/1) = √2: s = √2 / (√2 · 2) = 0.5",
            (1.6, 0.5),
            _weighed,
            {"log_w": [[0.0], [math.log(3)]]},
            recorded=False,
        ),
        symbols={
            "n": "effective samples, from 1 to k, (B,)",
            "w_i": "weight of sample i, (B,)",
            "w": "the weights, (k, B)",
            "s": "standard error of the logarithm of the mean weight, (B,), nats",
            "k": "number of samples per example",
        },
    ),
    Equation(
        "evaluation.standard_error",
        "standard error of a mean",
        r"s = \sqrt{\frac{\sum_i (x_i - m)^2}{N (N - 1)}}, \quad m = \frac1N \sum_i x_i",
        "s = √(Σ_i (x_i − m)² / (N (N − 1))),  m = 1/N Σ_i x_i",
        "Casella & Berger (2002), section 5.2",
        "scratchgen.evaluation.examples:mean_over_examples",
        tutorial="02_vae.py#importance-sampling-how-far-below-the-evidence",
        example=Example(
            "1 and 3: m = 2, s = √((1 + 1) / (2 · 1)) = 1",
            (2.0, 1.0),
            lambda values: tuple(mean_over_examples(values)),
            {"values": [1.0, 3.0]},
            recorded=False,
        ),
        symbols={
            "s": "standard error, in the unit of the values",
            "x_i": "value of example i",
            "m": "mean",
            "N": "number of examples",
        },
    ),
    Equation(
        "vae.prior_radius",
        "circle with a given share of the prior",
        r"r = \sqrt{-2 \log(1 - p)}",
        "r = √(−2 log(1 − p))",
        "Box & Muller (1958), for the radius of two normal numbers",
        "scratchgen.evaluation.latents:prior_radius",
        tutorial="02_vae.py#importance-sampling-how-far-below-the-evidence",
        example=Example(
            "p = ½: √(2 log 2) = 1.17741",
            1.17741,
            prior_radius,
            {"share": 0.5},
            recorded=False,
        ),
        symbols={"r": "radius in any plane of the latents", "p": "share of N(0, I) inside, in [0, 1)"},
    ),
)
