"""The game of generator and discriminator, and its variants."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.gan.objectives import discriminator_loss, generator_loss, value
from scratchgen.gan.penalties import gradient_penalty, r1_penalty
from scratchgen.gan.theory import generated_log_density
from scratchgen.nn import Linear, SpectralNorm
from scratchgen.random import Generator


def _half_square(x):
    return 0.5 * np.sum(x * x, axis=1)


def _normed(x):
    layer = SpectralNorm(Linear(2, 2, Generator(0)), Generator(1)).eval()
    layer.layer.W.data[...], layer.u.data[...] = np.diag([3.0, 1.0]), [1.0, 0.0]
    return layer.forward(x)


GAN = (
    Equation(
        "gan.value",
        "value of the minimax game",
        r"\min_G \max_D V(D, G), \quad"
        r" V(D, G) = \mathbb E_{x \sim p_\text{data}}[\log D(x)] + \mathbb E_{z \sim p_z}[\log(1 - D(G(z)))]",
        "min_G max_D V(D, G),  V(D, G) = E_x[log D(x)] + E_z[log(1 − D(G(z)))]",
        "Goodfellow et al. (2014), eq. 1",
        "scratchgen.gan.objectives:value",
        tutorial="03_gan.py#the-value-function-of-the-game",
        example=Example(
            "D(x) = σ(log 3) = ¾, D(G(z)) = σ(−log 3) = ¼\nlog ¾ + log(1 − ¼) = 2 log ¾ = −0.57536",
            -0.57536,
            value,
            {"d_real": [math.log(3)], "d_fake": [-math.log(3)]},
        ),
    ),
    Equation(
        "gan.optimal_discriminator",
        "optimal discriminator and its value",
        r"D^*(x) = \frac{p(x)}{p(x) + q(x)}, \quad V(D^*, G) = -\log 4 + 2\,\mathrm{JSD}(p \,\|\, q)",
        "D*(x) = p(x) / (p(x) + q(x)),  V(D*, G) = −log 4 + 2 JSD(p ‖ q)",
        "Goodfellow et al. (2014), eq. 2 and theorem 1",
        "scratchgen.gan.objectives:value",
        tutorial="03_gan.py#the-optimal-discriminator",
        example=Example(
            "of points 0 and 1, p = (¾, ¼), q = (¼, ¾), so D* = (¾, ¼), with the logits a = (log 3, −log 3)\n"
            "(¾ log ¾ + ¼ log ¼) + (¼ log ¼ + ¾ log ¾) = −1.12467\n"
            "−log 4 + 2 JSD = −1.38629 + 2 (¾ log 1.5 + ¼ log ½) = −1.38629 + 2 · 0.13081 = −1.12467",
            -1.12467,
            lambda a, x, y: value(a[x], a[y]),
            {"a": [math.log(3), -math.log(3)], "x": [0, 0, 0, 1], "y": [0, 1, 1, 1]},
        ),
    ),
    Equation(
        "gan.generator_loss",
        "generator losses",
        r"\mathbb E_z[\log(1 - D(G(z)))] \quad\text{or}\quad -\mathbb E_z[\log D(G(z))]",
        "E_z[log(1 − D(G(z)))]  or  −E_z[log D(G(z))]",
        "Goodfellow et al. (2014), section 3",
        "scratchgen.gan.objectives:generator_loss",
        tutorial="03_gan.py#the-saturating-and-the-non-saturating-generator-loss",
        example=Example(
            "D(G(z)) = σ(−log 3) = ¼\n−log ¼ = 1.38629",
            1.38629,
            generator_loss,
            {"d_fake": [-math.log(3)], "kind": "nonsaturating"},
        ),
    ),
    Equation(
        "gan.discriminator_loss",
        "least-squares, hinge, Wasserstein losses",
        r"\tfrac12 \mathbb E[(a - 1)^2] + \tfrac12 \mathbb E[b^2], \quad"
        r" \mathbb E[\max(0, 1 - a)] + \mathbb E[\max(0, 1 + b)], \quad \mathbb E[b] - \mathbb E[a]",
        "½ E[(a − 1)²] + ½ E[b²],  E[max(0, 1 − a)] + E[max(0, 1 + b)],  E[b] − E[a]",
        "Mao et al. (2017), eq. 9; Miyato et al. (2018), eq. 16; Arjovsky et al. (2017), eq. 2",
        "scratchgen.gan.objectives:discriminator_loss",
        tutorial="03_gan.py#other-objectives",
        example=Example(
            "least squares, a = 0.5, b = −2\n½ (0.5 − 1)² + ½ (−2)² = 0.125 + 2 = 2.125",
            2.125,
            discriminator_loss,
            {"d_real": [0.5], "d_fake": [-2.0], "kind": "least_squares"},
        ),
    ),
    Equation(
        "gan.gradient_penalty",
        "gradient penalty",
        r"\lambda\, \mathbb E[(\lVert \nabla a(\hat x) \rVert - 1)^2], \quad \hat x = u x + (1 - u)\, G(z)",
        "λ E[(‖∇a(x̂)‖ − 1)²],  x̂ = u x + (1 − u) G(z)",
        "Gulrajani et al. (2017), eq. 3",
        "scratchgen.gan.penalties:gradient_penalty",
        tutorial="03_gan.py#the-gradient-penalty-of-wgan-gp",
        example=Example(
            "a(x) = ½ ‖x‖², so ∇a(x̂) = x̂ = ½ (3, 0) + ½ (0, 4) = (1.5, 2), ‖x̂‖ = 2.5\n(2.5 − 1)² = 2.25",
            2.25,
            lambda real, fake, u: gradient_penalty(_half_square, real, fake, u),
            {"real": [[3.0, 0.0]], "fake": [[0.0, 4.0]], "u": [[0.5]]},
        ),
    ),
    Equation(
        "gan.zero_centred_penalty",
        "zero-centred gradient penalty (R1)",
        r"\tfrac\gamma2\, \mathbb E[\lVert \nabla a(x) \rVert^2]",
        "γ/2 E[‖∇a(x)‖²]",
        "Mescheder et al. (2018), eq. 9",
        "scratchgen.gan.penalties:r1_penalty",
        tutorial="03_gan.py#the-dirac-gan-circles-spirals-and-the-r1-penalty",
        example=Example(
            "a(x) = ½ ‖x‖², so ∇a(x) = x = (3, 4)\n‖∇a‖² = 9 + 16 = 25, before the weight γ/2",
            25.0,
            lambda real: r1_penalty(_half_square, real),
            {"real": [[3.0, 4.0]]},
        ),
    ),
    Equation(
        "gan.spectral_norm",
        "spectral normalisation",
        r"\bar W = W / \sigma(W), \quad \sigma(W) = \max_{\lVert u \rVert = 1} \lVert W u \rVert",
        "W̄ = W / σ(W),  σ(W) = max ‖W u‖ over ‖u‖ = 1",
        "Miyato et al. (2018), eq. 6-8",
        "scratchgen.nn.spectral:SpectralNorm.forward",
        tutorial="03_gan.py#spectral-norm",
        example=Example(
            "W = diag(3, 1), so σ(W) = 3\n(1, 1) W / 3 = (3, 1) / 3 = (1, 0.33333)",
            (1.0, 0.33333),
            _normed,
            {"x": [[1.0, 1.0]]},
        ),
    ),
    Equation(
        "gan.generated_density",
        "density of the generated samples",
        r"p_g(x) = p_z(G^{-1}(x)) \left| \frac{dG^{-1}}{dx} \right|",
        "p_g(x) = p_z(G⁻¹(x)) |dG⁻¹/dx|",
        "Goodfellow et al. (2014), figure 1, by the change of variables",
        "scratchgen.gan.theory:generated_log_density",
        tutorial="03_gan.py#the-distribution-of-the-generated-examples",
        example=Example(
            "G(z) = 2z, whose slope is 2\nlog N(0; 0, 1) − log 2 = −0.91894 − 0.69315 = −1.61209",
            -1.61209,
            lambda z: generated_log_density(lambda z: 2 * z, z),
            {"z": [0.0]},
        ),
    ),
)
