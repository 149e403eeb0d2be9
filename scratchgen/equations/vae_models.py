"""Models beside the plain autoencoder: linear, of a known class, of codes; and ways from latent to latent."""

from __future__ import annotations

from scratchgen.equations.entry import Equation

VAE_MODELS = (
    Equation(
        "vae.linear",
        "bound of the linear autoencoder",
        r"\mathbb E_q[\log p(x \mid z)] = -\tfrac12 \bigl[ D \log 2\pi\sigma^2"
        r" + (\|x - \mu W - b\|^2 + \sum_j s_j^2 \|W_j\|^2) / \sigma^2 \bigr]",
        "E_q log p(x|z) = −½ [D log 2πσ² + (‖x − mu W − b‖² + Σ_j s_j² ‖W_j‖²) / σ²]",
        "Lucas et al. (2019), appendix C",
        "scratchgen.vae.linear:LinearVAE.exact_elbo",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.ppca",
        "greatest likelihood of probabilistic PCA",
        r"-\tfrac12 \bigl[ D \log 2\pi + \sum_{i \le Z} \log \lambda_i + (D - Z) \log \sigma^2 + D \bigr]",
        "−½ [D log 2π + Σ_{i≤Z} log λ_i + (D − Z) log σ² + D]",
        "Tipping & Bishop (1999), eq. 8 and 9",
        "scratchgen.vae.linear:ppca_log_likelihood",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.conditional",
        "bound for a class that is known",
        r"\log p(x \mid y) \ge \mathbb E_q[\log p(x \mid z, y)] - \mathrm{KL}(q(z \mid x, y) \,\|\, p(z))",
        "log p(x|y) ≥ E_q[log p(x|z, y)] − KL(q(z|x, y) ‖ p(z))",
        "Sohn, Lee & Yan (2015), section 4",
        "scratchgen.vae.models:ConditionalVAE.given",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.straight_through",
        "gradient through a choice",
        r"z_q = z_e + \mathrm{sg}[e - z_e]",
        "z_q = z_e + sg[e − z_e]",
        "van den Oord et al. (2017), section 3.2",
        "scratchgen.vae.quantise:straight_through",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.vq",
        "objective of the autoencoder of codes",
        r"\log p(x \mid z_q) - \beta \sum \|z_e - \mathrm{sg}[e]\|^2",
        "log p(x|z_q) − β Σ ‖z_e − sg[e]‖²",
        "van den Oord et al. (2017), eq. 3",
        "scratchgen.vae.objectives:vq_objective",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.codebook",
        "codes as moving averages",
        r"N_k \leftarrow \gamma N_k + (1 - \gamma) n_k, \quad m_k \leftarrow \gamma m_k"
        r" + (1 - \gamma) \sum_i z_i, \quad e_k = m_k / N_k",
        "N_k ← γ N_k + (1 − γ) n_k,  m_k ← γ m_k + (1 − γ) Σ_i z_i,  e_k = m_k / N_k",
        "van den Oord et al. (2017), appendix A.1, eq. 6-8",
        "scratchgen.vae.quantise:Quantiser.update",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.codes",
        "bound of a code that is sure",
        r"\log p(x) = \log \sum_k p(x \mid k)\, p(k) \ge \log p(x \mid k) + \log p(k)",
        "log p(x) = log Σ_k p(x|k) p(k) ≥ log p(x|k) + log p(k)",
        "van den Oord et al. (2017), section 3.2",
        "scratchgen.vae.vq:VQVAE.elbo",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.spherical",
        "way along the great circle",
        r"\frac{\sin((1 - t)\, \omega)}{\sin \omega}\, a + \frac{\sin(t\, \omega)}{\sin \omega}\, b",
        "sin((1 − t) ω)/sin ω · a + sin(t ω)/sin ω · b",
        "Shoemake (1985), section 3.3",
        "scratchgen.vae.interpolate:spherical",
        tutorial="02_vae.py",
    ),
)
