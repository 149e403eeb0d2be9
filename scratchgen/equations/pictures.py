"""Pictures: Gaussian models to compare with, errors in decibels, strokes, and restoration by a VAE."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.distributions import Normal
from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.gaussian_mixture import GaussianMixture
from scratchgen.evaluation.probabilistic_pca import ProbabilisticPCA, most_likely_axes
from scratchgen.evaluation.psnr import psnr
from scratchgen.evaluation.strokes import slant, stroke_width
from scratchgen.vae.direction import latent_direction
from scratchgen.vae.posterior_search import candidate_weights, partial_bound

DIAGONAL = np.array([[1.0, 1.0], [1.0, -1.0]]) / math.sqrt(2)


def _em_step(x, mu):
    mixture = GaussianMixture(np.array([0.5, 0.5]), mu, np.ones((2, 1))).em_step(x)
    return mixture.weights, mixture.mu, mixture.variance


PICTURES = (
    Equation(
        "evaluation.ppca_axes",
        "most likely axes of probabilistic PCA",
        r"W = V_k (\Lambda_k - \sigma^2 I)^{\frac12}, \quad \sigma^2 = \frac{1}{D - k} \sum_{i > k} \lambda_i",
        "W = V_k (Λ_k − σ² I)^½,  σ² = 1/(D − k) Σ_{i>k} λ_i",
        "Tipping & Bishop (1999), eq. 7 and 8",
        "scratchgen.evaluation.probabilistic_pca:most_likely_axes",
        example=Example(
            "λ = (5, 1.2, 0.8), k = 1, the first eigenvector (1, 0, 0)\n"
            "σ² = (1.2 + 0.8) / 2 = 1\n"
            "W = (1, 0, 0) √(5 − 1) = (2, 0, 0)",
            (2.0, 0.0, 0.0, 1.0),
            lambda eigenvalues: most_likely_axes(eigenvalues, np.eye(3), 1),
            {"eigenvalues": [5.0, 1.2, 0.8]},
            recorded=False,
        ),
        symbols={
            "W": "axes, (D, k): x = m + W z + noise of variance σ²",
            "V_k": "eigenvectors of the covariance of the data with the k largest eigenvalues, (D, k)",
            "Λ_k": "these eigenvalues on the diagonal of a matrix, (k, k)",
            "λ_i": "eigenvalue i, the largest first",
            "σ": "standard deviation of the noise",
            "k": "number of latent dimensions",
        },
    ),
    Equation(
        "evaluation.gaussian_completion",
        "conditional mean of a Gaussian",
        r"\mathbb{E}[x \mid y_o] = m + C_{\cdot o} (C_{oo} + s^2 I)^{-1} (y_o - m_o)",
        "E[x | y_o] = m + C_·o (C_oo + s² I)⁻¹ (y_o − m_o)",
        "Bishop (2006), eq. 2.81",
        "scratchgen.evaluation.probabilistic_pca:ProbabilisticPCA.conditional_mean",
        example=Example(
            "m = 0, C = (2 1; 1 2), only y_1 = 3 is observed, with noise of variance s² = 1\n"
            "E[x | y_1] = (2, 1) · 3 / (2 + 1) = (2, 1)",
            (2.0, 1.0),
            lambda y: ProbabilisticPCA(np.zeros(2), np.array([3.0, 1.0]), DIAGONAL, 1).conditional_mean(
                y, np.array([True, False]), 1.0
            ),
            {"y": [[3.0, 0.0]]},
            recorded=False,
        ),
        symbols={
            "y_o": "observed values of an image, with noise of variance s²",
            "m": "mean image, (D,); m_o of the observed pixels",
            "C": "covariance of the images, (D, D): C_oo of the observed pixels, C_·o of all pixels with these",
            "s": "standard deviation of the noise",
        },
    ),
    Equation(
        "evaluation.em_step",
        "EM step of a mixture of Gaussians",
        r"\mu_k = \frac{\sum_n r_{nk} x_n}{\sum_n r_{nk}}, \quad"
        r" s_k^2 = \frac{\sum_n r_{nk} (x_n - \mu_k)^2}{\sum_n r_{nk}}, \quad \pi_k = \frac1N \sum_n r_{nk}, \quad"
        r" r_{nk} = \frac{\pi_k \mathcal N(x_n; \mu_k, s_k^2)}{\sum_j \pi_j \mathcal N(x_n; \mu_j, s_j^2)}",
        "μ_k = Σ_n r_nk x_n / Σ_n r_nk,  s_k² = Σ_n r_nk (x_n − μ_k)² / Σ_n r_nk,  π_k = 1/N Σ_n r_nk,"
        "  r_nk = π_k N(x_n; μ_k, s_k²) / Σ_j π_j N(x_n; μ_j, s_j²)",
        "Bishop (2006), section 9.2.2",
        "scratchgen.evaluation.gaussian_mixture:GaussianMixture.em_step",
        example=Example(
            "x = (−1, 1), means (−1, 1), weights ½, variances 1: r_11 = 1 / (1 + e⁻²) = 0.88080\n"
            "π = (0.5, 0.5),  μ_1 = −0.880797 + 0.119203 = −0.761594,  μ_2 = 0.761594\n"
            "s_1² = s_2² = 1 − 0.761594² = 0.419974",
            (0.5, 0.5, -0.761594, 0.761594, 0.419974, 0.419974),
            _em_step,
            {"x": [[-1.0], [1.0]], "mu": [[-1.0], [1.0]]},
            recorded=False,
        ),
        symbols={
            "r_nk": "responsibility: probability that example n is of component k",
            "x_n": "example n, (D,)",
            "N": "number of examples; N(x; μ, s²) is the density of a Gaussian",
            "μ_k": "mean of component k, (D,)",
            "s_k": "standard deviations of component k, (D,)",
            "π_k": "weight of component k",
        },
    ),
    Equation(
        "evaluation.psnr",
        "peak signal-to-noise ratio",
        r"\text{PSNR} = -10 \log_{10} \frac{1}{|S|} \sum_{d \in S} (x_d - \hat x_d)^2",
        "PSNR = −10 log₁₀ 1/|S| Σ_{d∈S} (x_d − x̂_d)²",
        "Gonzalez & Woods (2018), section 8.1",
        "scratchgen.evaluation.psnr:psnr",
        example=Example(
            "x = (0, 1), x̂ = (0.1, 0.9): the mean squared error is 0.01\n−10 log₁₀ 0.01 = 20 dB",
            20.0,
            psnr,
            {"x": [[0.0, 1.0]], "x_hat": [[0.1, 0.9]]},
            recorded=False,
        ),
        symbols={
            "PSNR": "in decibels, for pixels whose largest value is 1",
            "x_d": "pixel d of the image; x̂_d of the estimate",
            "S": "pixels that are counted, such as those of a hidden half",
        },
    ),
    Equation(
        "evaluation.slant",
        "slant of a drawing",
        r"s = \frac{\mu_{11}}{\mu_{02}}, \quad \mu_{pq} = \sum_{u, v} x(u, v) (u - \bar u)^p (v - \bar v)^q",
        "s = μ_11 / μ_02,  μ_pq = Σ x(u, v) (u − ū)^p (v − v̄)^q",
        "Teague (1980)",
        "scratchgen.evaluation.strokes:slant",
        example=Example(
            "two pixels of ink at bottom left, (u, v) = (0, 0), and top right, (2, 1)\n"
            "ū = 1, v̄ = ½, μ_11 = ½ + ½ = 1, μ_02 = ¼ + ¼ = ½, s = 2",
            2.0,
            lambda images: slant(images, (2, 3)),
            {"images": [[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]]},
            recorded=False,
        ),
        symbols={
            "s": "slant: pixels to the right per pixel upwards",
            "x": "ink of the pixel in column u from the left and row v from the bottom",
            "ū": "mean column of the ink; v̄ its mean row",
            "μ_pq": "central moment of orders p and q",
        },
    ),
    Equation(
        "evaluation.stroke_width",
        "width of strokes by total variation",
        r"w = \frac{2 \sum x}{\sum |\nabla x|}",
        "w = 2 Σ x / Σ |∇x|",
        "Rudin, Osher & Fatemi (1992), eq. 2.2, for |∇x|",
        "scratchgen.evaluation.strokes:stroke_width",
        example=Example(
            "a row of four pixels, x = (0, 1, 1, 0), and 0 around it: Σ x = 2\n"
            "Σ |∇x| = 2 above + 1 at the left + 1 and √2 below = 5.41421\n"
            "w = 4 / 5.41421 = 0.738796",
            0.738796,
            lambda images: stroke_width(images, (1, 4)),
            {"images": [[0.0, 1.0, 1.0, 0.0]]},
            recorded=False,
        ),
        symbols={
            "w": "mean width of the strokes, in pixels",
            "x": "ink of a pixel, from 0 to 1; ∇x are the differences of its right and lower neighbours from it",
        },
    ),
    Equation(
        "vae.latent_direction",
        "latent direction of a quantity",
        r"v = \frac{\sum_n (a_n - \bar a)(z_n - \bar z)}{\sum_n (a_n - \bar a)^2}",
        "v = Σ_n (a_n − ā)(z_n − z̄) / Σ_n (a_n − ā)²",
        "Larsen et al. (2016), section 4.2; least squares",
        "scratchgen.vae.direction:latent_direction",
        example=Example(
            "a = (0, 0, 1, 1), z = (1, 3, 6, 8): the difference of means 7 − 2\n"
            "v = (−½)(1 + 3) + ½ (6 + 8) over 4 · ¼ = 5",
            5.0,
            latent_direction,
            {"z": [[1.0], [3.0], [6.0], [8.0]], "a": [0.0, 0.0, 1.0, 1.0]},
            recorded=False,
        ),
        symbols={
            "v": "change of the latent per unit of the quantity, (Z,)",
            "a_n": "quantity of example n, such as the slant; ā its mean",
            "z_n": "latent of example n, (Z,); z̄ its mean",
        },
    ),
    Equation(
        "vae.partial_bound",
        "bound of a partial or noisy image",
        r"F(q) = \mathbb{E}_q\Bigl[ -\frac{1}{2 s^2} \sum_{d \in o} (y_d - \hat x_d(z))^2 \Bigr]"
        r" - \text{KL}(q \,\|\, \mathcal N(0, I))",
        "F(q) = E_q[−1/(2 s²) Σ_{d∈o} (y_d − x̂_d(z))²] − KL(q ‖ N(0, I))",
        "Kingma & Welling (2014), eq. 3, for the observed pixels",
        "scratchgen.vae.posterior_search:partial_bound",
        example=Example(
            "x̂(z) = (z, z), y = (1, 5) of which the first is observed, s = 1, q = N(1, 1), ε = 1: z = 2\n"
            "F = −½ (1 − 2)² − ½ · 1² = −1",
            -1.0,
            lambda mu: partial_bound(
                np.array([[1.0, 5.0]]),
                np.array([1.0, 0.0]),
                Normal(mu, np.zeros((1, 1))),
                lambda z: Normal(z + np.zeros((1, 2)), np.zeros((1, 2))),
                1.0,
                np.ones((1, 1)),
            ),
            {"mu": [[1.0]]},
        ),
        symbols={
            "F": "bound of log p(y_o) but for a constant, in nats",
            "y_d": "pixel d of the partial or noisy image",
            "o": "observed pixels",
            "x": "image; x̂(z) = E[x | z] is the mean of the decoder's distribution",
            "s": "standard deviation of the error of an observed pixel",
        },
    ),
    Equation(
        "vae.candidate_weights",
        "weights of candidate latents",
        r"w_n = \frac{\exp(-\|y_o - \hat x_{n,o}\|^2 / 2 s^2)}{\sum_m \exp(-\|y_o - \hat x_{m,o}\|^2 / 2 s^2)}",
        "w_n = exp(−‖y_o − x̂_n,o‖² / 2 s²) / Σ_m exp(−‖y_o − x̂_m,o‖² / 2 s²)",
        "Owen (2013), eq. 9.6: self-normalised importance sampling",
        "scratchgen.vae.posterior_search:candidate_weights",
        example=Example(
            "y_o = 0, candidates 1 and 2, s = 1: exp(−½) = 0.60653 and exp(−2) = 0.13534\n"
            "w = (0.606531, 0.135335) / 0.741866 = (0.817574, 0.182426)",
            (0.817574, 0.182426),
            lambda y, x_hat: candidate_weights(y, x_hat, 1.0),
            {"y": [[0.0]], "x_hat": [[1.0], [2.0]]},
            recorded=False,
        ),
        symbols={
            "w_n": "probability of candidate n",
            "y_o": "observed pixels of the partial or noisy image",
            "x": "image; x̂_n is the decoded image of candidate n, and x̂_n,o its observed pixels",
            "s": "standard deviation of the error of an observed pixel",
        },
    ),
)
