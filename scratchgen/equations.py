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
