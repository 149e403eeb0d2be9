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
        "gan.discriminator_loss",
        "the discriminator's losses of the successors",
        r"\tfrac12 \mathbb E[(a - 1)^2] + \tfrac12 \mathbb E[b^2], \quad"
        r" \mathbb E[\max(0, 1 - a)] + \mathbb E[\max(0, 1 + b)], \quad \mathbb E[b] - \mathbb E[a]",
        "½ E[(a − 1)²] + ½ E[b²],  E[max(0, 1 − a)] + E[max(0, 1 + b)],  E[b] − E[a];  a = D(x), b = D(G(z))",
        "Mao et al. (2017), eq. 9; Miyato et al. (2018), eq. 16; Arjovsky et al. (2017), eq. 2",
        "scratchgen.gan.objectives:discriminator_loss",
        GAN,
    ),
    Equation(
        "gan.gradient_penalty",
        "gradient penalty",
        r"\lambda\, \mathbb E[(\lVert \nabla D(\hat x) \rVert - 1)^2], \quad \hat x = u x + (1 - u)\, G(z)",
        "λ E[(‖∇D(x̂)‖ − 1)²],  x̂ = u x + (1 − u) G(z)",
        "Gulrajani et al. (2017), eq. 3",
        "scratchgen.gan.penalties:gradient_penalty",
        GAN,
    ),
    Equation(
        "gan.zero_centred_penalty",
        "zero-centred penalty",
        r"\tfrac\gamma2\, \mathbb E[\lVert \nabla D(x) \rVert^2]",
        "γ/2 E[‖∇D(x)‖²]",
        "Mescheder et al. (2018), eq. 9",
        "scratchgen.gan.penalties:r1_penalty",
        GAN,
    ),
    Equation(
        "gan.spectral_norm",
        "spectral normalisation",
        r"\bar W = W / \sigma(W), \quad \sigma(W) = \max_{\lVert u \rVert = 1} \lVert W u \rVert",
        "W̄ = W / σ(W),  σ(W) = max ‖W u‖ over ‖u‖ = 1",
        "Miyato et al. (2018), eq. 6-8",
        "scratchgen.nn.spectral:SpectralNorm.forward",
        GAN,
    ),
    Equation(
        "gan.generated_density",
        "density of what is generated",
        r"p_g(x) = p_z(G^{-1}(x)) \left| \frac{dG^{-1}}{dx} \right|",
        "p_g(x) = p_z(G⁻¹(x)) |dG⁻¹/dx|",
        "Goodfellow et al. (2014), figure 1, by the change of variables",
        "scratchgen.gan.theory:generated_log_density",
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
