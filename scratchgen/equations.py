r"""The ledger: every equation that a docstring here names, its source, its code and its tutorial.

A test that verifies an equation bears `@pytest.mark.equation("vae.elbo")`; `tests/test_equations.py` fails if
an entry has no code, no test or no tutorial, or if a docstring or a test names an id that is not here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Equation:
    """One equation.

    id          "wing.name"
    latex       as it is typeset; `text` is the same for a terminal
    source      paper and equation number
    code        "module:qualified.name" of what computes it
    tutorial    the page that derives it
    """

    id: str
    name: str
    latex: str
    text: str
    source: str
    code: str
    tutorial: str


VAE, GAN, RNN = "02_vae.py", "03_gan.py", "04_rnn.py"

EQUATIONS = (
    Equation(
        "vae.posterior",
        "approximate posterior",
        r"q(z \mid x) = \mathcal N(\mu(x), \operatorname{diag} \sigma(x)^2)",
        "q(z|x) = N(mu(x), diag sigma(x)²)",
        "Kingma & Welling (2014), eq. 9",
        "scratchgen.vae.models:VAE.encode",
        VAE,
    ),
    Equation(
        "vae.reparameterisation",
        "reparameterised sample",
        r"z = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal N(0, I)",
        "z = mu + sigma ⊙ ε,  ε ~ N(0, I)",
        "Kingma & Welling (2014), section 2.4 and eq. 10",
        "scratchgen.distributions:Normal.rsample",
        VAE,
    ),
    Equation(
        "vae.kl",
        "divergence from the prior",
        r"\mathrm{KL}(q \,\|\, p) = \tfrac12 \sum_d (\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2)",
        "KL(q ‖ p) = ½ Σ_d (mu² + sigma² − 1 − log sigma²)",
        "Kingma & Welling (2014), appendix B",
        "scratchgen.distributions:Normal.kl_to_standard_normal",
        VAE,
    ),
    Equation(
        "vae.elbo",
        "evidence lower bound",
        r"\log p(x) \ge \mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
        "log p(x) ≥ E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))",
        "Kingma & Welling (2014), eq. 3",
        "scratchgen.vae.objectives:elbo",
        VAE,
    ),
    Equation(
        "gan.value",
        "value of the game",
        r"V(D, G) = \mathbb E_{x \sim p_\text{data}}[\log D(x)] + \mathbb E_{z \sim p_z}[\log(1 - D(G(z)))]",
        "V(D, G) = E_x[log D(x)] + E_z[log(1 − D(G(z)))]",
        "Goodfellow et al. (2014), eq. 1",
        "scratchgen.gan.objectives:value",
        GAN,
    ),
    Equation(
        "gan.optimal_discriminator",
        "the best discriminator, and the value there",
        r"D^*(x) = \frac{p(x)}{p(x) + q(x)}, \quad V(D^*, G) = -\log 4 + 2\,\mathrm{JSD}(p \,\|\, q)",
        "D*(x) = p(x) / (p(x) + q(x)),  V(D*, G) = −log 4 + 2 JSD(p ‖ q)",
        "Goodfellow et al. (2014), eq. 2 and theorem 1",
        "scratchgen.gan.objectives:value",
        GAN,
    ),
    Equation(
        "gan.generator_loss",
        "the generator's two losses",
        r"\mathbb E_z[\log(1 - D(G(z)))] \quad\text{or}\quad -\mathbb E_z[\log D(G(z))]",
        "E_z[log(1 − D(G(z)))]  or  −E_z[log D(G(z))]",
        "Goodfellow et al. (2014), section 3",
        "scratchgen.gan.objectives:generator_loss",
        GAN,
    ),
    Equation(
        "gan.parzen",
        "Parzen-window log-likelihood",
        r"\log \hat p(x) = \log \frac1N \sum_n \mathcal N(x; s_n, \sigma^2 I)",
        "log p̂(x) = log 1/N Σ_n N(x; s_n, σ² I)",
        "Goodfellow et al. (2014), section 5; Theis et al. (2016), section 3.2",
        "scratchgen.evaluation.parzen:parzen_log_likelihood",
        GAN,
    ),
    Equation(
        "gan.mmd",
        "squared maximum mean discrepancy",
        r"\mathrm{MMD}^2 = \mathbb E[k(x, x')] - 2\,\mathbb E[k(x, y)] + \mathbb E[k(y, y')]",
        "MMD² = E[k(x, x′)] − 2 E[k(x, y)] + E[k(y, y′)]",
        "Gretton et al. (2012), eq. 3; Bińkowski et al. (2018), section 4",
        "scratchgen.evaluation.mmd:mmd",
        GAN,
    ),
    Equation(
        "gan.frechet",
        "Fréchet distance of Gaussians",
        r"d^2 = \|m_x - m_y\|^2 + \operatorname{tr}(C_x + C_y - 2 (C_x C_y)^{1/2})",
        "d² = ‖m_x − m_y‖² + tr(C_x + C_y − 2 (C_x C_y)^½)",
        "Dowson & Landau (1982); Heusel et al. (2017), eq. 6",
        "scratchgen.evaluation.frechet:frechet_distance_of_gaussians",
        GAN,
    ),
    Equation(
        "gan.precision_recall",
        "precision and recall",
        r"\text{precision} = \frac1M \sum_j 1[\exists i: \|y_j - x_i\| \le r_k(x_i)], \quad"
        r" \text{recall} = \frac1N \sum_i 1[\exists j: \|x_i - y_j\| \le r_k(y_j)]",
        "precision = 1/M Σ_j 1[∃i: ‖y_j − x_i‖ ≤ r_k(x_i)],  recall = 1/N Σ_i 1[∃j: ‖x_i − y_j‖ ≤ r_k(y_j)]",
        "Kynkäänniemi et al. (2019), eqs. 1 and 2",
        "scratchgen.evaluation.neighbours:precision_recall",
        GAN,
    ),
    Equation(
        "gan.density_coverage",
        "density and coverage",
        r"\text{density} = \frac{1}{kM} \sum_{ij} 1[\|y_j - x_i\| \le r_k(x_i)], \quad"
        r" \text{coverage} = \frac1N \sum_i 1[\exists j: \|y_j - x_i\| \le r_k(x_i)]",
        "density = 1/(kM) Σ_ij 1[‖y_j − x_i‖ ≤ r_k(x_i)],  coverage = 1/N Σ_i 1[∃ j: ‖y_j − x_i‖ ≤ r_k(x_i)]",
        "Naeem et al. (2020), section 3",
        "scratchgen.evaluation.neighbours:density_coverage",
        GAN,
    ),
    Equation(
        "gan.mode_divergence",
        "divergence of the modes from even shares",
        r"\mathrm{KL}(q \,\|\, 1/K) = \sum_k q_k \log (K q_k)",
        "KL(q ‖ 1/K) = Σ_k q_k log(K q_k)",
        "Lin et al. (2018), section 4.1",
        "scratchgen.evaluation.modes:modes_captured",
        GAN,
    ),
    Equation(
        "rnn.hidden",
        "recurrence",
        r"h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)",
        "h_t = tanh(W_hh h_{t−1} + W_xh x_t + b_h)",
        "Elman (1990)",
        "scratchgen.rnn.recurrence:recurrence",
        RNN,
    ),
    Equation(
        "rnn.output",
        "output of the recurrence",
        r"y_t = W_{hy} h_t + b_y",
        "y_t = W_hy h_t + b_y",
        "Elman (1990)",
        "scratchgen.rnn.recurrence:output",
        RNN,
    ),
    Equation(
        "rnn.bptt",
        "back-propagation through time",
        r"\delta_t = (g_t + \delta_{t+1} W_{hh}^\top) \odot (1 - h_t^2), \quad"
        r" \frac{\partial L}{\partial W_{hh}} = \sum_t h_{t-1}^\top \delta_t",
        "δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²),  ∂L/∂W_hh = Σ_t h_{t−1}ᵀ δ_t",
        "Goodfellow et al., Deep Learning (2016), section 10.2.2",
        "scratchgen_kernels.tanh_recurrence:tanh_recurrence_backward",
        RNN,
    ),
)

BY_ID = {equation.id: equation for equation in EQUATIONS}
