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
        "vae.prior",
        "prior of the latent",
        r"p(z) = \mathcal N(0, I)",
        "p(z) = N(0, I)",
        "Kingma & Welling (2014), section 3",
        "scratchgen.vae.latent_model:LatentModel.sample",
        VAE,
    ),
    Equation(
        "vae.likelihood",
        "likelihood of binary pixels",
        r"\log p(x \mid z) = \sum_d x_d \log p_d"
        r" + (1 - x_d) \log(1 - p_d), \quad p = \sigma(\text{decoder}(z))",
        "log p(x|z) = Σ_d x_d log p_d + (1 − x_d) log(1 − p_d),  p = σ(decoder(z))",
        "Kingma & Welling (2014), appendix C.1",
        "scratchgen.distributions:Bernoulli.log_prob",
        VAE,
    ),
    Equation(
        "vae.evidence",
        "evidence",
        r"\log p(x) = \log \int p(x \mid z)\, p(z)\, dz",
        "log p(x) = log ∫ p(x|z) p(z) dz",
        "Kingma & Welling (2014), section 2.1",
        "scratchgen.vae.latent_model:LatentModel.log_likelihood",
        VAE,
    ),
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
        "vae.iwae",
        "importance-weighted bound",
        r"L_k = \mathbb E \log \frac1k \sum_{i=1}^k \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)}"
        r" \le \log p(x)",
        "L_k = E log (1/k) Σ_i p(x|z_i) p(z_i) / q(z_i|x) ≤ log p(x),  z_i ~ q(z|x)",
        "Burda, Grosse & Salakhutdinov (2016), eq. 8",
        "scratchgen.vae.objectives:iwae_bound",
        VAE,
    ),
    Equation(
        "vae.beta",
        "bound with a weighted rate",
        r"\mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \beta\, \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
        "E_q[log p(x|z)] − β KL(q(z|x) ‖ p(z))",
        "Higgins et al. (2017), eq. 4",
        "scratchgen.vae.objectives:beta_elbo",
        VAE,
    ),
    Equation(
        "vae.constrained",
        "least rate for a distortion",
        r"\min R \text{ subject to } D \le D_0: \quad R + \lambda (D - D_0), \quad \lambda = 1 / \beta",
        "min R subject to D ≤ D₀:  R + λ(D − D₀),  λ = 1/β",
        "Rezende & Viola (2018), eq. 1",
        "scratchgen.vae.objectives:lagrangian",
        VAE,
    ),
    Equation(
        "vae.geco",
        "multiplier of the constraint",
        r"\lambda \leftarrow \lambda\, e^{\eta \bar C}, \quad \bar C \leftarrow a \bar C + (1 - a)(D - D_0)",
        "λ ← λ exp(η C̄),  C̄ ← a C̄ + (1 − a)(D − D₀)",
        "Rezende & Viola (2018), algorithm 1",
        "scratchgen.vae.geco:GECO.update",
        VAE,
    ),
    Equation(
        "vae.free_bits",
        "rate with free nats",
        r"\sum_d \max\bigl(\text{free},\, \mathbb E_x[\mathrm{KL}(q(z_d \mid x) \,\|\, p(z_d))]\bigr)",
        "Σ_d max(free, E_x[KL(q(z_d|x) ‖ p(z_d))])",
        "Kingma et al. (2016), eq. 15",
        "scratchgen.vae.objectives:free_bits_rate",
        VAE,
    ),
    Equation(
        "vae.warm_up",
        "warm-up of the rate",
        r"\beta(t) = \min(1, t / T)",
        "β(t) = min(1, t/T)",
        "Bowman et al. (2016), section 3.1",
        "scratchgen.vae.objectives:warm_up",
        VAE,
    ),
    Equation(
        "vae.rate_distortion",
        "rate, distortion and the slope of their curve",
        r"R = \mathbb E_x[\mathrm{KL}(q(z \mid x) \,\|\, p(z))], \quad D"
        r" = -\mathbb E_{x,\, q}[\log p(x \mid z)], \quad dD / dR = -\beta",
        "R = E_x[KL(q(z|x) ‖ p(z))],  D = −E_x E_q[log p(x|z)],  dD/dR = −β",
        "Alemi et al. (2018), eq. 3, 4 and section 3",
        "scratchgen.evaluation.latents:rate_and_distortion",
        VAE,
    ),
    Equation(
        "vae.linear",
        "bound of the linear autoencoder",
        r"\mathbb E_q[\log p(x \mid z)] = -\tfrac12 \bigl[ D \log 2\pi\sigma^2"
        r" + (\|x - \mu W - b\|^2 + \sum_j s_j^2 \|W_j\|^2) / \sigma^2 \bigr]",
        "E_q log p(x|z) = −½ [D log 2πσ² + (‖x − mu W − b‖² + Σ_j s_j² ‖W_j‖²) / σ²]",
        "Lucas et al. (2019), appendix C",
        "scratchgen.vae.linear:LinearVAE.exact_elbo",
        VAE,
    ),
    Equation(
        "vae.ppca",
        "greatest likelihood of probabilistic PCA",
        r"-\tfrac12 \bigl[ D \log 2\pi + \sum_{i \le Z} \log \lambda_i + (D - Z) \log \sigma^2 + D \bigr]",
        "−½ [D log 2π + Σ_{i≤Z} log λ_i + (D − Z) log σ² + D]",
        "Tipping & Bishop (1999), eq. 8 and 9",
        "scratchgen.vae.linear:ppca_log_likelihood",
        VAE,
    ),
    Equation(
        "vae.conditional",
        "bound for a class that is known",
        r"\log p(x \mid y) \ge \mathbb E_q[\log p(x \mid z, y)] - \mathrm{KL}(q(z \mid x, y) \,\|\, p(z))",
        "log p(x|y) ≥ E_q[log p(x|z, y)] − KL(q(z|x, y) ‖ p(z))",
        "Sohn, Lee & Yan (2015), section 4",
        "scratchgen.vae.models:ConditionalVAE.given",
        VAE,
    ),
    Equation(
        "vae.straight_through",
        "gradient through a choice",
        r"z_q = z_e + \mathrm{sg}[e - z_e]",
        "z_q = z_e + sg[e − z_e]",
        "van den Oord et al. (2017), section 3.2",
        "scratchgen.vae.quantise:straight_through",
        VAE,
    ),
    Equation(
        "vae.vq",
        "objective of the autoencoder of codes",
        r"\log p(x \mid z_q) - \beta \sum \|z_e - \mathrm{sg}[e]\|^2",
        "log p(x|z_q) − β Σ ‖z_e − sg[e]‖²",
        "van den Oord et al. (2017), eq. 3",
        "scratchgen.vae.objectives:vq_objective",
        VAE,
    ),
    Equation(
        "vae.codebook",
        "codes as moving averages",
        r"N_k \leftarrow \gamma N_k + (1 - \gamma) n_k, \quad m_k \leftarrow \gamma m_k"
        r" + (1 - \gamma) \sum_i z_i, \quad e_k = m_k / N_k",
        "N_k ← γ N_k + (1 − γ) n_k,  m_k ← γ m_k + (1 − γ) Σ_i z_i,  e_k = m_k / N_k",
        "van den Oord et al. (2017), appendix A.1, eq. 6-8",
        "scratchgen.vae.quantise:Quantiser.update",
        VAE,
    ),
    Equation(
        "vae.codes",
        "bound of a code that is sure",
        r"\log p(x) = \log \sum_k p(x \mid k)\, p(k) \ge \log p(x \mid k) + \log p(k)",
        "log p(x) = log Σ_k p(x|k) p(k) ≥ log p(x|k) + log p(k)",
        "van den Oord et al. (2017), section 3.2",
        "scratchgen.vae.vq:VQVAE.elbo",
        VAE,
    ),
    Equation(
        "vae.importance",
        "log-likelihood by importance sampling",
        r"\log p(x) \approx \log \frac1k \sum_{i=1}^k w_i, \quad w_i"
        r" = \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)}, \quad z_i \sim q(z \mid x)",
        "log p(x) ≈ log (1/k) Σ_i w_i,  w_i = p(x|z_i) p(z_i) / q(z_i|x),  z_i ~ q(z|x)",
        "Rezende, Mohamed & Wierstra (2014), appendix E",
        "scratchgen.evaluation.likelihood:importance_sampled_log_likelihood",
        VAE,
    ),
    Equation(
        "vae.annealed",
        "log-likelihood by annealing",
        r"\log w = \sum_{t=1}^T (\beta_t - \beta_{t-1}) \log p(x \mid z_{t-1}), \quad \mathbb E[w] = p(x)",
        "log w = Σ_t (β_t − β_{t−1}) log p(x|z_{t−1}),  E[w] = p(x)",
        "Neal (2001), eq. 3-11",
        "scratchgen.evaluation.annealing:annealed_log_likelihood",
        VAE,
    ),
    Equation(
        "vae.bits",
        "bits per dimension",
        r"-\log p(x) / (D \log 2) \;[+ \log_2 \text{levels}]",
        "−log p(x) / (D log 2)  [+ log₂ levels]",
        "Theis, van den Oord & Bethge (2016), section 3.1",
        "scratchgen.evaluation.likelihood:bits_per_dimension",
        VAE,
    ),
    Equation(
        "vae.active_units",
        "latents in use",
        r"A_d = \mathrm{Var}_x(\mathbb E_{q(z \mid x)}[z_d]) > 0.01",
        "A_d = Var_x(E_q(z|x)[z_d]) > 0.01",
        "Burda, Grosse & Salakhutdinov (2016), section 5.2",
        "scratchgen.evaluation.latents:active_units",
        VAE,
    ),
    Equation(
        "vae.spherical",
        "way along the great circle",
        r"\frac{\sin((1 - t)\, \omega)}{\sin \omega}\, a + \frac{\sin(t\, \omega)}{\sin \omega}\, b",
        "sin((1 − t) ω)/sin ω · a + sin(t ω)/sin ω · b",
        "Shoemake (1985), section 3.3",
        "scratchgen.vae.interpolate:spherical",
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
    Equation(
        "rnn.lstm",
        "long short-term memory",
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh(c_t), \quad"
        r" (i, f, g, o)_t = (\sigma, \sigma, \tanh, \sigma)(W_{hh} h_{t-1} + W_{xh} x_t + b_h)",
        "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t,  h_t = o_t ⊙ tanh(c_t),"
        "  (i, f, g, o)_t = (σ, σ, tanh, σ)(W_hh h_{t−1} + W_xh x_t + b_h)",
        "Hochreiter & Schmidhuber (1997); forget gate: Gers, Schmidhuber & Cummins (2000)",
        "scratchgen.rnn.recurrence:lstm_recurrence",
        RNN,
    ),
    Equation(
        "rnn.gru",
        "gated recurrent unit",
        r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}, \quad"
        r" n_t = \tanh(W_{xn} x_t + b_{xn} + r_t \odot (W_{hn} h_{t-1} + b_{hn}))",
        "h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1},  n_t = tanh(W_xn x_t + b_xn + r_t ⊙ (W_hn h_{t−1} + b_hn))",
        "Cho et al. (2014), eq. 5-8",
        "scratchgen.rnn.recurrence:gru_recurrence",
        RNN,
    ),
    Equation(
        "rnn.truncation",
        "bias of truncated back-propagation through time",
        r"\lVert \hat g - g \rVert / \lVert g \rVert, \quad \hat g = \sum_{\text{chunks}}"
        r" \left. \frac{\partial L_\text{chunk}}{\partial \theta} \right|_{h_\text{before} \text{ fixed}}",
        "‖ĝ − g‖ / ‖g‖,  ĝ = Σ_chunks ∂L_chunk/∂θ with the state before the chunk held fixed",
        "Tallec & Ollivier (2017), section 2",
        "scratchgen.rnn.training:truncation_bias",
        RNN,
    ),
    Equation(
        "rnn.clipping",
        "clipping of the gradient",
        r"g \leftarrow g \cdot \min(1, c / \lVert g \rVert)",
        "g ← g · min(1, c / ‖g‖)",
        "Pascanu, Mikolov & Bengio (2013), algorithm 1",
        "scratchgen.optim:clip_grad_norm",
        RNN,
    ),
    Equation(
        "rnn.cross_entropy",
        "bits of a held-out text",
        r"-\frac{1}{N - 1} \sum_{t=2}^{N} \log_2 p(c_t \mid c_1 \dots c_{t-1}) \ge H",
        "−1/(N−1) Σ_t log₂ p(c_t | c_1 … c_{t−1}) ≥ H, the entropy rate of the source, in the mean",
        "Cover & Thomas (2006), Elements of Information Theory, section 5.4",
        "scratchgen.rnn.scoring:evaluate",
        RNN,
    ),
    Equation(
        "rnn.sampling",
        "temperature, top-k and nucleus",
        r"p_k \propto e^{y_k / \tau} \; [k \in K], \quad"
        r" K = \text{the } k \text{ likeliest, or the fewest with } \textstyle\sum_K p \ge p_\text{top}",
        "p_k ∝ exp(y_k / τ) on the k likeliest, or on the fewest whose probability is p_top or more",
        "Fan et al. (2018), section 5.1; Holtzman et al. (2020), eq. 2-3",
        "scratchgen.rnn.sampling:probabilities",
        RNN,
    ),
    Equation(
        "rnn.beam",
        "score of a text in beam search",
        r"\log p(y_1 \dots y_l) \,/\, \left(\tfrac{5 + l}{6}\right)^\alpha",
        "log p(y_1 … y_l) / ((5 + l) / 6)^α",
        "Sutskever et al. (2014), section 3.2; Wu et al. (2016), eq. 14",
        "scratchgen.rnn.beam:beam_search",
        RNN,
    ),
    Equation(
        "rnn.attention",
        "attention",
        r"c_t = \sum_j a_{tj} h_j, \quad a_{tj} = \operatorname{softmax}_j \operatorname{score}(s_t, h_j),"
        r" \quad \operatorname{score} = s^\top h / \sqrt H \text{ or } v^\top \tanh(W s + U h)",
        "c_t = Σ_j a_tj h_j,  a_tj = softmax_j score(s_t, h_j),  score = s·h/√H or v·tanh(W s + U h)",
        "Bahdanau et al. (2015), eq. 5-6; Luong et al. (2015), eq. 8",
        "scratchgen.rnn.attention:Attention.forward",
        RNN,
    ),
)

BY_ID = {equation.id: equation for equation in EQUATIONS}
