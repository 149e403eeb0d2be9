"""Activations, losses and densities."""

from __future__ import annotations

import math

from scratchgen.distributions import Bernoulli, Categorical, Normal
from scratchgen.equations.entry import Equation, Example
from scratchgen.functional import (
    leaky_relu,
    logsumexp,
    relu,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    softplus,
)
from scratchgen.random import by_inversion

LOSSES = (
    Equation(
        "nn.sigmoid",
        "logistic function",
        r"\sigma(x) = \frac{1}{1 + e^{-x}}",
        "σ(x) = 1 / (1 + exp(−x))",
        "Goodfellow et al., Deep Learning (2016), eq. 3.30",
        "scratchgen.functional:sigmoid",
        tutorial="01_gradients.py#nonlinearities-and-initial-weights",
        example=Example(
            "x = log 3: 1 / (1 + 1/3) = 0.75, and at 0: 1 / (1 + 1) = 0.5",
            (0.75, 0.5),
            lambda x: sigmoid(x),
            {"x": [math.log(3), 0.0]},
        ),
    ),
    Equation(
        "nn.softplus",
        "softplus",
        r"\log(1 + e^x) = \max(x, 0) + \log(1 + e^{-|x|})",
        "log(1 + exp(x)) = max(x, 0) + log(1 + exp(−|x|))",
        "Dugas et al. (2001), section 3",
        "scratchgen.functional:softplus",
        tutorial="01_gradients.py#nonlinearities-and-initial-weights",
        example=Example(
            "x = log 3: log(1 + 3) = 1.09861 + log(1 + 1/3) = 1.09861 + 0.28768 = 1.38629",
            1.38629,
            lambda x: softplus(x),
            {"x": [math.log(3)]},
        ),
    ),
    Equation(
        "nn.relu",
        "rectified linear unit (ReLU)",
        r"\max(x, 0)",
        "max(x, 0)",
        "Glorot, Bordes & Bengio (2011), section 3",
        "scratchgen.functional:relu",
        tutorial="01_gradients.py#nonlinearities-and-initial-weights",
        example=Example("max(−2, 0) = 0, max(3, 0) = 3", (0.0, 3.0), lambda x: relu(x), {"x": [-2.0, 3.0]}),
    ),
    Equation(
        "nn.leaky_relu",
        "leaky ReLU",
        r"\max(x, 0) + a \min(x, 0)",
        "max(x, 0) + a min(x, 0): x where x > 0, a x elsewhere",
        "Maas, Hannun & Ng (2013), section 2",
        "scratchgen.functional:leaky_relu",
        tutorial="01_gradients.py#nonlinearities-and-initial-weights",
        example=Example(
            "a = 0.2: 0.2 · (−2) = −0.4, and 3 stays 3",
            (-0.4, 3.0),
            lambda x: leaky_relu(x),
            {"x": [-2.0, 3.0]},
        ),
    ),
    Equation(
        "nn.logsumexp",
        "log-sum-exp",
        r"\log \sum_k e^{x_k} = m + \log \sum_k e^{x_k - m}, \quad m = \max_k x_k",
        "log Σ_k exp(x_k) = m + log Σ_k exp(x_k − m),  m = max x_k",
        "Blanchard, Higham & Higham (2021), eq. 1.3",
        "scratchgen.functional:logsumexp",
        tutorial="01_gradients.py#jacobians-and-hessian-vector-products",
        example=Example(
            "x = (0, log 3): m = log 3 = 1.09861\n"
            "1.09861 + log(1/3 + 1) = 1.09861 + 0.28768 = log 4 = 1.38629",
            1.38629,
            lambda x: logsumexp(x),
            {"x": [0.0, math.log(3)]},
        ),
    ),
    Equation(
        "nn.softmax",
        "softmax",
        r"p_k = \frac{e^{x_k}}{\sum_j e^{x_j}}",
        "p_k = exp(x_k) / Σ_j exp(x_j)",
        "Bridle (1990), eq. 1",
        "scratchgen.functional:softmax",
        tutorial="01_gradients.py#jacobians-and-hessian-vector-products",
        example=Example(
            "x = (0, log 3): (1, 3) / (1 + 3) = (0.25, 0.75)",
            (0.25, 0.75),
            softmax,
            {"x": [0.0, math.log(3)]},
        ),
    ),
    Equation(
        "nn.cross_entropy",
        "softmax cross entropy",
        r"L = -\log \operatorname{softmax}(a)_k = \log \sum_v e^{a_v} - a_k",
        "L = −log softmax(a)[k] = log Σ_v exp(a_v) − a_k",
        "Goodfellow et al., Deep Learning (2016), eq. 6.30",
        "scratchgen.functional:softmax_cross_entropy",
        tutorial="01_gradients.py#the-gradients-of-a-network-by-hand",
        example=Example(
            "a = (0, log 3), k = 0: log(1 + 3) − 0 = 1.38629",
            1.38629,
            lambda logits, targets: softmax_cross_entropy(logits, targets),
            {"logits": [[0.0, math.log(3)]], "targets": [0]},
        ),
    ),
    Equation(
        "distributions.normal",
        "normal density",
        r"\log \mathcal N(x; \mu, \sigma^2) = -\tfrac12 \sum_d \bigl[ \log 2\pi + \log \sigma_d^2"
        r" + (x_d - \mu_d)^2 / \sigma_d^2 \bigr]",
        "log N(x; mu, sigma²) = −½ Σ_d [log 2π + log sigma² + (x − mu)² / sigma²]",
        "Goodfellow et al., Deep Learning (2016), eq. 3.21",
        "scratchgen.distributions:Normal.log_prob",
        tutorial="02_vae.py#likelihoods-for-grey-pixels",
        example=Example(
            "x = 1, mu = 0, sigma² = 4\n−½ (1.83788 + 1.38629 + 1/4) = −1.73709",
            -1.73709,
            lambda x, mu, logvar: Normal(mu, logvar).log_prob(x),
            {"x": [[1.0]], "mu": [[0.0]], "logvar": [[math.log(4)]]},
        ),
    ),
    Equation(
        "distributions.entropy",
        "entropy of a categorical distribution",
        r"H = -\sum_k p_k \log p_k",
        "H = −Σ_k p_k log p_k",
        "Cover & Thomas (2006), eq. 2.1",
        "scratchgen.distributions:Categorical.entropy",
        tutorial="04_rnn.py#sampling-with-a-temperature",
        example=Example(
            "p = (¼, ¾): ¼ · 1.38629 + ¾ · 0.28768 = 0.346574 + 0.215762 = 0.562335",
            0.562335,
            lambda logits: Categorical(logits).entropy(),
            {"logits": [[0.0, math.log(3)]]},
        ),
    ),
    Equation(
        "distributions.inversion",
        "categorical sampling by inversion",
        r"k = \min \Bigl\{ j : u \sum_i p_i < \sum_{i \le j} p_i \Bigr\}, \quad u \sim U(0, 1)",
        "k = the first with u Σ_i p_i < p_0 + … + p_k,  u ~ U(0, 1)",
        "Devroye (1986), section III.2",
        "scratchgen.random:by_inversion",
        tutorial="04_rnn.py#sampling-with-a-temperature",
        example=Example(
            "p = (1, 2, 1) / 4, u = 0.7: 0.7 · 4 = 2.8, and the sums are 1, 3, 4\n"
            "2.8 < 3 for the first time: k = 1",
            1,
            lambda p, u: by_inversion(p, u),
            {"p": [[1.0, 2.0, 1.0]], "u": [0.7]},
            recorded=False,
        ),
        symbols={"p": "(V,), not negative; their sum need not be 1", "u": "uniform noise", "k": "0 … V − 1"},
    ),
    Equation(
        "distributions.normal_entropy",
        "entropy of a normal distribution",
        r"H = \tfrac12 \sum_d \bigl[ \log 2\pi + 1 + \log \sigma_d^2 \bigr]",
        "H = ½ Σ_d [log 2π + 1 + log sigma²]",
        "Cover & Thomas (2006), theorem 8.4.1",
        "scratchgen.distributions:Normal.entropy",
        tutorial="02_vae.py#likelihoods-for-grey-pixels",
        example=Example(
            "sigma² = 4: ½ (1.83788 + 1 + 1.38629) = 2.11209",
            2.11209,
            lambda mu, logvar: Normal(mu, logvar).entropy(),
            {"mu": [[0.0]], "logvar": [[math.log(4)]]},
        ),
        symbols={"H": "entropy, (B,), nats", "sigma": "standard deviation, (B, D)"},
    ),
    Equation(
        "distributions.bernoulli_entropy",
        "entropy of a Bernoulli distribution",
        r"H = -\sum_d \bigl[ p_d \log p_d + (1 - p_d) \log(1 - p_d) \bigr]"
        r" = \sum_d \log(1 + e^{a_d}) - p_d a_d",
        "H = −Σ_d [p_d log p_d + (1 − p_d) log(1 − p_d)] = Σ_d softplus(a_d) − p_d a_d,  p_d = σ(a_d)",
        "Cover & Thomas (2006), section 2.1",
        "scratchgen.distributions:Bernoulli.entropy",
        tutorial="02_vae.py#likelihoods-for-grey-pixels",
        example=Example(
            "a = log 3, p = ¾: log 4 − ¾ · 1.098612 = 1.386294 − 0.823959 = 0.562335",
            0.562335,
            lambda logits: Bernoulli(logits).entropy(),
            {"logits": [[math.log(3)]]},
        ),
        symbols={
            "H": "entropy, (B,), nats",
            "p_d": "probability that pixel d is 1",
            "a_d": "its logit",
            "σ": "logistic function",
        },
    ),
)
