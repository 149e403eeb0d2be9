"""Parts of a VAE: the Gaussian likelihood, the likelihood of a table, the prior over codes, linear interpolation."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import blank
from scratchgen.random import Generator
from scratchgen.vae.code_prior import CodePrior
from scratchgen.vae.columns import ColumnLikelihood
from scratchgen.vae.imputation import impute
from scratchgen.vae.interpolate import straight
from scratchgen.vae.likelihoods import GaussianLikelihood
from scratchgen.vae.linear import LinearVAE
from scratchgen.vae.quantise import perplexity
from scratchgen.vae.sigma import optimal_variance

VAE_PARTS = (
    Equation(
        "vae.gaussian_likelihood",
        "Gaussian likelihood of grey pixels",
        r"\log p(x \mid z) = -\tfrac12 \sum_d \bigl[ \log 2\pi\sigma^2 + (x_d - m_d)^2 / \sigma^2 \bigr],"
        r" \quad m = \text{decoder}(z)",
        "log p(x|z) = −½ Σ_d [log 2π + log σ² + (x_d − m_d)² / σ²],  m = decoder(z)",
        "Rybkin, Daniilidis & Levine (2021), section 3",
        "scratchgen.vae.likelihoods:GaussianLikelihood.forward",
        tutorial="02_vae.py#likelihoods-for-grey-pixels",
        example=Example(
            "m = (0, 1), σ² = 4, x = (1, 3)\n"
            "−½ (2 · (1.83788 + 1.38629) + 1/4 + 4/4) = −½ (6.44834 + 1.25) = −3.84917",
            -3.84917,
            lambda x, m: blank(GaussianLikelihood(), logvar=math.log(4)).forward(m).log_prob(x),
            {"x": [[1.0, 3.0]], "m": [[0.0, 1.0]]},
        ),
        symbols={"m": "the decoder's output, (B, D)", "σ": "one learned number for all pixels"},
    ),
    Equation(
        "vae.columns",
        "likelihood of a table's row",
        r"\log p(x \mid z) = \sum_{d\,\in\,\text{numbers}}"
        r" \Bigl[ -\tfrac12 \bigl( \log 2\pi\sigma_d^2 + (y_d - m_d)^2 / \sigma_d^2 \bigr)"
        r" - \log \bigl| \tfrac{dx_d}{dy_d} \bigr| \Bigr]"
        r" + \sum_{c\,\in\,\text{categories}} \sum_k x_{ck} \log \operatorname{softmax}(m_c)_k",
        "log p(x|z) = Σ_numbers [−½ (log 2π + log σ_d² + (y_d − m_d)² / σ_d²) − log |dx_d/dy_d|]"
        " + Σ_categories Σ_k x_ck log softmax(m_c)_k, over the cells that are there",
        "Nazabal, Olmos, Ghahramani & Valera (2020), sections 3.1 and 3.2",
        "scratchgen.vae.columns:ColumnDistribution.log_prob",
        example=Example(
            "a number x = 2 y, y = 1, m = 0, σ² = 4: −½ (1.83788 + 1.38629 + 1/4) − log 2 = −2.43023\n"
            "the first of two categories, m = (log 3, 0), of probability ¾: log ¾ = −0.28768\n"
            "−2.43023 − 0.28768 = −2.71791",
            -2.71791,
            lambda y, m: (
                blank(ColumnLikelihood([1, 2], scale=[2.0, 1.0]), logvar=math.log(4)).forward(m).log_prob(y)
            ),
            {"y": [[1.0, 1.0, 0.0]], "m": [[0.0, math.log(3), 0.0]]},
        ),
        symbols={
            "m": "the decoder's output, (B, D); x of a category is 0 and a 1",
            "y": "a number x in the units of the network: x = shift + scale · y, or log x = shift + scale · y",
            "σ": "one learned number for each column of numbers",
        },
    ),
    Equation(
        "vae.imputation",
        "imputation of missing cells",
        r"x_m \leftarrow \mathbb{E}[x_m \mid \bar z], \quad \bar z = \mu(x_m, x_o)",
        "x_m ← E[x_m | z̄],  z̄ = μ(x_m, x_o)",
        "Rezende, Mohamed & Wierstra (2014), data imputation, with means in place of draws",
        "scratchgen.vae.imputation:impute",
        example=Example(
            "p(x|z) = N((z, z), I), so μ(x) = (x_1 + x_2) / 3; x_1 = 3 and x_2 is missing\n"
            "x_2 ← (3 + x_2) / 3: 0, 1, 1.33, 1.44, … → 1.5, which is E[x_2 | x_1] = C_21 / C_11 · 3 = ½ · 3",
            (3.0, 1.5),
            lambda x_1: impute(
                blank(LinearVAE(2, 1), V_W=1 / 3, decoder_W=1.0), np.array([[*x_1, math.nan]])
            )[0],
            {"x_1": [3.0]},
            recorded=False,
        ),
        symbols={
            "x_m": "the missing cells of a row",
            "x_o": "the observed cells",
            "μ": "the mean of the encoder's posterior q(z|x)",
        },
    ),
    Equation(
        "vae.optimal_sigma",
        "best sigma of a Gaussian likelihood",
        r"\sigma^{*2} = \frac{1}{BD} \sum_{b,d} (x_{bd} - m_{bd})^2"
        r" = \sigma^2 \Bigl( 1 - \frac{2}{D} \frac{\partial L}{\partial \log \sigma^2} \Bigr),"
        r" \quad L = -\frac1B \sum_b \log p(x_b \mid z_b)",
        "σ*² = 1/(BD) Σ (x − m)² = σ² (1 − 2g/D),  g = ∂L/∂ log σ²,  L = −1/B Σ log p(x|z)",
        "Rybkin, Daniilidis & Levine (2021), section 3, the optimal σ-VAE",
        "scratchgen.vae.sigma:optimal_variance",
        tutorial="02_vae.py#likelihoods-for-grey-pixels",
        example=Example(
            "x = (1, 3), m = (0, 1), σ² = 4, D = 2: the mean of the squares 1 and 4 is 2.5\n"
            "g = ½ (2 − (1 + 4)/4) = 0.375\n"
            "4 (1 − 2 · 0.375 / 2) = 4 · 0.625 = 2.5",
            2.5,
            lambda variance, g: optimal_variance(variance, g, 2),
            {"variance": [4.0], "g": [0.375]},
            recorded=False,
        ),
        symbols={
            "m": "the decoder's output, (B, D)",
            "L": "loss of a batch, the mean over its B examples, in nats",
            "σ": "the sigma with which L was computed;  σ*: the best one for the batch",
            "g": "derivative of L by log σ²",
        },
    ),
    Equation(
        "vae.code_prior",
        "autoregressive prior over codes",
        r"p(k_1 \dots k_N) = \prod_n \operatorname{softmax}(y_n)_{k_n},"
        r" \quad h_n = \mathrm{GRU}(x_n, h_{n-1}), \quad x_n = W_{k_{n-1}} + P_n,"
        r" \quad y_n = h_n W_{hy} + b_y",
        "p(k_1 … k_N) = Π_n softmax(y_n)[k_n],  h_n = GRU(x_n, h_{n−1}),  x_n = W[k_{n−1}] + P[n],"
        "  y_n = h_n W_hy + b_y",
        "van den Oord et al. (2017), section 3.3, with a recurrent network in place of PixelCNN",
        "scratchgen.vae.code_prior:CodePrior.log_prob",
        tutorial="02_vae.py#discrete-codes-the-vq-vae",
        example=Example(
            "weights 0 and b_y = (log 3, 0): the codes have ¾ and ¼ at either place\n"
            "of (0, 1): log ¾ + log ¼ = −0.28768 − 1.38629 = −1.67398",
            -1.67398,
            lambda k: blank(CodePrior(2, 2, 1, Generator(0)), output_b=[math.log(3), 0.0]).log_prob(k),
            {"k": [[0, 1]]},
            recorded=False,
        ),
        symbols={
            "p": "probability; its logarithm in nats",
            "k_n": "code at position n of the image, row by row",
            "y_n": "logits of that code, (B, K)",
            "h_n": "state of the network, (B, H)",
            "x_n": "input of the network, (B, H)",
            "W": "one row per code and one for the start, (K + 1, H)",
            "P": "one row per position, (N, H)",
            "W_hy": "(H, K)",
            "b_y": "(K,)",
        },
    ),
    Equation(
        "vae.code_perplexity",
        "perplexity of the codes",
        r"\exp\Bigl( -\sum_j p_j \log p_j \Bigr)",
        "exp(−Σ_j p_j log p_j)",
        "Cover & Thomas (2006), eq. 2.1, of which it is the exponential",
        "scratchgen.vae.quantise:perplexity",
        tutorial="02_vae.py#discrete-codes-the-vq-vae",
        example=Example(
            "of codes (0, 0, 0, 1): p = (¾, ¼)\nexp(¾ · 0.28768 + ¼ · 1.38629) = exp 0.562335 = 1.75477",
            1.75477,
            perplexity,
            {"k": [0, 0, 0, 1]},
            recorded=False,
        ),
        symbols={"p_j": "share of code j among the codes of the data"},
    ),
    Equation(
        "vae.straight",
        "linear interpolation",
        r"(1 - t)\, a + t\, b",
        "(1 − t) a + t b",
        "White (2016), Sampling generative networks, where it is compared with the spherical interpolation",
        "scratchgen.vae.interpolate:straight",
        tutorial="02_vae.py#interpolation-in-the-latent-space",
        example=Example(
            "t = ½: ½ (1, 0) + ½ (0, 1) = (0.5, 0.5)",
            (0.5, 0.5),
            lambda a, b: straight(a, b, 3)[1],
            {"a": [1.0, 0.0], "b": [0.0, 1.0]},
            recorded=False,
        ),
        symbols={
            "a": "latent at t = 0, (…, Z)",
            "b": "latent at t = 1, (…, Z)",
            "t": "position on the path, from 0 to 1",
        },
    ),
)
