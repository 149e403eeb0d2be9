"""Variants of the VAE: linear, conditional, vector-quantised; and interpolation between latents."""

from __future__ import annotations

import math

from scratchgen.distributions import Bernoulli
from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import blank
from scratchgen.random import Generator
from scratchgen.vae.interpolate import spherical
from scratchgen.vae.likelihoods import DiscretisedCategorical
from scratchgen.vae.linear import LinearVAE, ppca_log_likelihood
from scratchgen.vae.models import ConditionalVAE
from scratchgen.vae.objectives import elbo, vq_objective
from scratchgen.vae.quantise import Quantiser, straight_through
from scratchgen.vae.vq import VQVAE


def _exact_elbo(x):
    model = blank(LinearVAE(1, 1), V_W=0.5, logvar=-math.log(2), decoder_W=1.0)
    return model.exact_elbo(x)


def _elbo_of_a_class(x, eps, label):
    mu_of_1 = {"encoder_0_W": [[0.0], [0.0], [1.0]], "to_mu_W": 1.0}  # rows: x, class 0, class 1
    logits = {"decoder_0_W": [[1.0], [0.0], [2.0]], "decoder_2_W": 1.0}  # rows: z, class 0, class 1
    model = blank(ConditionalVAE(1, 1, 1, classes=2), **mu_of_1, **logits).given([label])
    return elbo(x, model.encode(x), model.decode, eps)


def _nearest(z_e):
    quantiser = Quantiser(codes=2, dimension=1, rng=Generator(0))
    quantiser.codebook.data[...] = [[0.0], [1.0]]
    return quantiser.forward(z_e)[0]


def _moved_code(z_e, k):
    quantiser = Quantiser(codes=1, dimension=1, rng=Generator(0), decay=0.5)
    quantiser.N.data[...], quantiser.m.data[...] = 1.0, 2.0
    quantiser.update(z_e, k, Generator(0))
    return quantiser.codebook


VAE_MODELS = (
    Equation(
        "vae.linear",
        "evidence lower bound of a linear VAE",
        r"\mathbb E_q[\log p(x \mid z)] = -\tfrac12 \bigl[ D \log 2\pi\sigma^2"
        r" + (\|x - \mu W - b\|^2 + \sum_j s_j^2 \|W_j\|^2) / \sigma^2 \bigr]",
        "E_q log p(x|z) = −½ [D log 2πσ² + (‖x − mu W − b‖² + Σ_j s_j² ‖W_j‖²) / σ²]",
        "Lucas et al. (2019), appendix C",
        "scratchgen.vae.linear:LinearVAE.exact_elbo",
        tutorial="02_vae.py#the-linear-vae-and-probabilistic-pca",
        example=Example(
            "mu = ½ · 1 = 0.5, s² = ½, W = sigma = 1\n"
            "−½ [log 2π + (1 − 0.5)² + ½ · 1²] = −1.29394\n"
            "KL = ½ (0.25 + 0.5 − 1 + log 2) = 0.22157\n"
            "−1.29394 − 0.22157 = −1.51551, which is log N(1; 0, 2)",
            -1.51551,
            _exact_elbo,
            {"x": [[1.0]]},
        ),
    ),
    Equation(
        "vae.exact_evidence",
        "exact evidence of a linear VAE",
        r"\log p(x) = \log \mathcal N(x; b, C), \quad C = W^\top W + \sigma^2 I",
        "log p(x) = −½ [D log 2π + log det C + (x − b) C⁻¹ (x − b)ᵀ],  C = WᵀW + σ² I",
        "Tipping & Bishop (1999), eq. 4 and 5",
        "scratchgen.vae.linear:LinearVAE.exact_log_likelihood",
        tutorial="02_vae.py#the-linear-vae-and-probabilistic-pca",
        example=Example(
            "W = sigma = 1, b = 0: C = 1 + 1 = 2\n"
            "−½ (log 2π + log 2 + 1²/2) = −½ (1.83788 + 0.69315 + 0.5) = −1.51551",
            -1.51551,
            lambda x: blank(LinearVAE(1, 1), decoder_W=1.0).exact_log_likelihood(x),
            {"x": [[1.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "vae.levels",
        "discretised categorical likelihood",
        r"\log p(x) = \sum_d \log \operatorname{softmax}(a_d)_k, \quad k = (V - 1)\, x_d",
        "log p(x|z) = Σ_d log softmax(a_d)[k],  k = (V − 1) x_d",
        "van den Oord, Kalchbrenner & Kavukcuoglu (2016), section 3.3",
        "scratchgen.vae.likelihoods:DiscretisedCategorical.log_prob",
        tutorial="02_vae.py#likelihoods-for-grey-pixels",
        example=Example(
            "three levels with the logits (0, log 3, 0): p = (1, 3, 1)/5;  x = ½ is level 2 · ½ = 1\n"
            "log 3/5 = −0.51083",
            -0.51083,
            lambda x, logits: DiscretisedCategorical(logits).log_prob(x),
            {"x": [[0.5]], "logits": [[[0.0, math.log(3), 0.0]]]},
        ),
    ),
    Equation(
        "vae.ppca",
        "maximum likelihood of probabilistic PCA",
        r"-\tfrac12 \bigl[ D \log 2\pi + \sum_{i \le Z} \log \lambda_i + (D - Z) \log \sigma^2 + D \bigr]",
        "−½ [D log 2π + Σ_{i≤Z} log λ_i + (D − Z) log σ² + D]",
        "Tipping & Bishop (1999), eq. 8 and 9",
        "scratchgen.vae.linear:ppca_log_likelihood",
        tutorial="02_vae.py#the-linear-vae-and-probabilistic-pca",
        example=Example(
            "variances (2² + 2²)/4 = 2 and (1² + 1²)/4 = ½\n"
            "−½ [2 log 2π + log 2 + log ½ + 2] = −log 2π − 1 = −2.83788",
            -2.83788,
            ppca_log_likelihood,
            {"x": [[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]], "latent_dim": 1},
            recorded=False,
        ),
    ),
    Equation(
        "vae.conditional",
        "bound of the conditional VAE",
        r"\log p(x \mid y) \ge \mathbb E_q[\log p(x \mid z, y)] - \mathrm{KL}(q(z \mid x, y) \,\|\, p(z))",
        "log p(x|y) ≥ E_q[log p(x|z, y)] − KL(q(z|x, y) ‖ p(z))",
        "Sohn, Lee & Yan (2015), section 4",
        "scratchgen.vae.models:ConditionalVAE.given",
        tutorial="02_vae.py#the-conditional-vae",
        example=Example(
            "class 1 gives mu = 1 and logits z + 2\n"
            "z = 1 + 1 · (−1) = 0\n"
            "log σ(0 + 2) − ½ · 1² = −0.12693 − 0.5 = −0.62693",
            -0.62693,
            _elbo_of_a_class,
            {"x": [[1.0]], "eps": [[-1.0]], "label": 1},
        ),
    ),
    Equation(
        "vae.nearest_code",
        "vector quantisation: nearest code",
        r"k = \arg\min_j \|z_e - e_j\|^2",
        "k = argmin_j ‖z_e − e_j‖²",
        "van den Oord et al. (2017), eq. 1",
        "scratchgen.vae.quantise:Quantiser.forward",
        tutorial="02_vae.py#discrete-codes-the-vq-vae",
        example=Example(
            "codes 0 and 1\n"
            "0.4² = 0.16 < 0.6² = 0.36, so 0.4 has code 0\n"
            "0.7² = 0.49 > 0.3² = 0.09, so 0.7 has code 1",
            (0, 1),
            _nearest,
            {"z_e": [[0.4], [0.7]]},
            recorded=False,
        ),
    ),
    Equation(
        "vae.straight_through",
        "straight-through gradient",
        r"z_q = z_e + \mathrm{sg}[e - z_e]",
        "z_q = z_e + sg[e − z_e]",
        "van den Oord et al. (2017), section 3.2",
        "scratchgen.vae.quantise:straight_through",
        tutorial="02_vae.py#discrete-codes-the-vq-vae",
        example=Example(
            "0.3 + sg[1 − 0.3] = 1, whose derivative by z_e is 1",
            1.0,
            straight_through,
            {"z_e": [0.3], "e": [1.0]},
        ),
    ),
    Equation(
        "vae.vq",
        "VQ-VAE objective",
        r"\log p(x \mid z_q) - \beta \sum \|z_e - \mathrm{sg}[e]\|^2",
        "log p(x|z_q) − β Σ ‖z_e − sg[e]‖²",
        "van den Oord et al. (2017), eq. 3",
        "scratchgen.vae.objectives:vq_objective",
        tutorial="02_vae.py#discrete-codes-the-vq-vae",
        example=Example(
            "z_q = e = 1, log σ(1) = −0.31326\n−0.31326 − ¼ (0.5 − 1)² = −0.31326 − 0.0625 = −0.37576",
            -0.37576,
            lambda x, z_e, e, beta: vq_objective(x, z_e, e, lambda z_q: Bernoulli(z_q[:, 0]), beta),
            {"x": [[1.0]], "z_e": [[[0.5]]], "e": [[[1.0]]], "beta": 0.25},
        ),
    ),
    Equation(
        "vae.codebook",
        "codebook update by moving averages",
        r"N_k \leftarrow \gamma N_k + (1 - \gamma) n_k, \quad m_k \leftarrow \gamma m_k"
        r" + (1 - \gamma) \sum_i z_i, \quad e_k = m_k / N_k",
        "N_k ← γ N_k + (1 − γ) n_k,  m_k ← γ m_k + (1 − γ) Σ_i z_i,  e_k = m_k / N_k",
        "van den Oord et al. (2017), appendix A.1, eq. 6-8",
        "scratchgen.vae.quantise:Quantiser.update",
        tutorial="02_vae.py#discrete-codes-the-vq-vae",
        example=Example(
            "N = ½ · 1 + ½ · 2 = 1.5\nm = ½ · 2 + ½ · (1 + 2) = 2.5\ne = 2.5 / 1.5 = 1.66667",
            1.66667,
            _moved_code,
            {"z_e": [[1.0], [2.0]], "k": [0, 0]},
            recorded=False,
        ),
    ),
    Equation(
        "vae.codes",
        "bound for deterministic codes (VQ-VAE)",
        r"\log p(x) = \log \sum_k p(x \mid k)\, p(k) \ge \log p(x \mid k) + \log p(k)",
        "log p(x) = log Σ_k p(x|k) p(k) ≥ log p(x|k) + log p(k)",
        "van den Oord et al. (2017), section 3.2",
        "scratchgen.vae.vq:VQVAE.elbo",
        tutorial="02_vae.py#discrete-codes-the-vq-vae",
        example=Example(
            "all weights 0: each of 4 pixels is 1 with probability ½, each of 2 codes has probability ½\n"
            "4 log ½ + log ½ = −2.77259 − 0.69315 = −3.46574",
            -3.46574,
            lambda x: blank(VQVAE((2, 2), 2, 1, (1,), 1)).elbo(x),
            {"x": [[1.0, 0.0, 1.0, 1.0]]},
        ),
    ),
    Equation(
        "vae.spherical",
        "spherical interpolation",
        r"\frac{\sin((1 - t)\, \omega)}{\sin \omega}\, a + \frac{\sin(t\, \omega)}{\sin \omega}\, b",
        "sin((1 − t) ω)/sin ω · a + sin(t ω)/sin ω · b",
        "Shoemake (1985), section 3.3",
        "scratchgen.vae.interpolate:spherical",
        tutorial="02_vae.py#interpolation-in-the-latent-space",
        example=Example(
            "ω = 90°, t = ½\nsin 45° / sin 90° · (1, 0) + sin 45° / sin 90° · (0, 1) = (0.70711, 0.70711)",
            (0.70711, 0.70711),
            lambda a, b: spherical(a, b, 3)[1],
            {"a": [1.0, 0.0], "b": [0.0, 1.0]},
            recorded=False,
        ),
    ),
)
