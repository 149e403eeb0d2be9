"""The game of generator and discriminator, and its successors."""

from __future__ import annotations

from scratchgen.equations.entry import Equation

GAN = (
    Equation(
        "gan.value",
        "value of the game",
        r"V(D, G) = \mathbb E_{x \sim p_\text{data}}[\log D(x)] + \mathbb E_{z \sim p_z}[\log(1 - D(G(z)))]",
        "V(D, G) = E_x[log D(x)] + E_z[log(1 − D(G(z)))]",
        "Goodfellow et al. (2014), eq. 1",
        "scratchgen.gan.objectives:value",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.optimal_discriminator",
        "the best discriminator, and the value there",
        r"D^*(x) = \frac{p(x)}{p(x) + q(x)}, \quad V(D^*, G) = -\log 4 + 2\,\mathrm{JSD}(p \,\|\, q)",
        "D*(x) = p(x) / (p(x) + q(x)),  V(D*, G) = −log 4 + 2 JSD(p ‖ q)",
        "Goodfellow et al. (2014), eq. 2 and theorem 1",
        "scratchgen.gan.objectives:value",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.generator_loss",
        "the generator's two losses",
        r"\mathbb E_z[\log(1 - D(G(z)))] \quad\text{or}\quad -\mathbb E_z[\log D(G(z))]",
        "E_z[log(1 − D(G(z)))]  or  −E_z[log D(G(z))]",
        "Goodfellow et al. (2014), section 3",
        "scratchgen.gan.objectives:generator_loss",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.discriminator_loss",
        "the discriminator's losses of the successors",
        r"\tfrac12 \mathbb E[(a - 1)^2] + \tfrac12 \mathbb E[b^2], \quad"
        r" \mathbb E[\max(0, 1 - a)] + \mathbb E[\max(0, 1 + b)], \quad \mathbb E[b] - \mathbb E[a]",
        "½ E[(a − 1)²] + ½ E[b²],  E[max(0, 1 − a)] + E[max(0, 1 + b)],  E[b] − E[a];  a = D(x), b = D(G(z))",
        "Mao et al. (2017), eq. 9; Miyato et al. (2018), eq. 16; Arjovsky et al. (2017), eq. 2",
        "scratchgen.gan.objectives:discriminator_loss",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.gradient_penalty",
        "gradient penalty",
        r"\lambda\, \mathbb E[(\lVert \nabla D(\hat x) \rVert - 1)^2], \quad \hat x = u x + (1 - u)\, G(z)",
        "λ E[(‖∇D(x̂)‖ − 1)²],  x̂ = u x + (1 − u) G(z)",
        "Gulrajani et al. (2017), eq. 3",
        "scratchgen.gan.penalties:gradient_penalty",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.zero_centred_penalty",
        "zero-centred penalty",
        r"\tfrac\gamma2\, \mathbb E[\lVert \nabla D(x) \rVert^2]",
        "γ/2 E[‖∇D(x)‖²]",
        "Mescheder et al. (2018), eq. 9",
        "scratchgen.gan.penalties:r1_penalty",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.spectral_norm",
        "spectral normalisation",
        r"\bar W = W / \sigma(W), \quad \sigma(W) = \max_{\lVert u \rVert = 1} \lVert W u \rVert",
        "W̄ = W / σ(W),  σ(W) = max ‖W u‖ over ‖u‖ = 1",
        "Miyato et al. (2018), eq. 6-8",
        "scratchgen.nn.spectral:SpectralNorm.forward",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.generated_density",
        "density of what is generated",
        r"p_g(x) = p_z(G^{-1}(x)) \left| \frac{dG^{-1}}{dx} \right|",
        "p_g(x) = p_z(G⁻¹(x)) |dG⁻¹/dx|",
        "Goodfellow et al. (2014), figure 1, by the change of variables",
        "scratchgen.gan.theory:generated_log_density",
        tutorial="03_gan.py",
    ),
)
