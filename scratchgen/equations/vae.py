"""The variational autoencoder: its model, its bound and other objectives."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.distributions import Bernoulli, Normal
from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import Noise, Pixel, Sum, blank
from scratchgen.random import Generator
from scratchgen.vae.geco import GECO
from scratchgen.vae.models import VAE as Autoencoder
from scratchgen.vae.objectives import beta_elbo, elbo, free_bits_rate, iwae_bound, kl_weight, lagrangian


def _posterior(x):
    model = blank(Autoencoder(1, 1, 1), encoder_0_W=2.0, to_mu_W=3.0, to_logvar_W=-1.0)
    q = model.encode(x)
    return np.stack([q.mu, q.logvar])


def _multiplier(D):
    multiplier = GECO(D0=2.0, eta=0.1, a=0.5)
    multiplier.t = 9  # as after nine steps: C̄ is a moving average by then
    multiplier.update(D)
    return multiplier.lam


VAE = (
    Equation(
        "vae.prior",
        "prior of the latent",
        r"p(z) = \mathcal N(0, I)",
        "p(z) = N(0, I)",
        "Kingma & Welling (2014), section 3",
        "scratchgen.vae.latent_model:LatentModel.sample",
        tutorial="2.3_vae_on_digits.py#deriving-the-evidence-lower-bound-elbo",
        example=Example(
            "z = ε = 0.5\nwhere p(x|z) = Bernoulli(σ(2z)), its pixel is 1 with probability σ(1) = 0.73106",
            0.73106,
            lambda eps: Pixel(2.0).sample(1, Noise(eps)),
            {"eps": 0.5},
            recorded=False,
        ),
    ),
    Equation(
        "vae.likelihood",
        "likelihood of binary pixels",
        r"\log p(x \mid z) = \sum_d x_d \log p_d"
        r" + (1 - x_d) \log(1 - p_d), \quad p = \sigma(\text{decoder}(z))",
        "log p(x|z) = Σ_d x_d log p_d + (1 − x_d) log(1 − p_d),  p = σ(decoder(z))",
        "Kingma & Welling (2014), appendix C.1",
        "scratchgen.distributions:Bernoulli.log_prob",
        tutorial="2.3_vae_on_digits.py#deriving-the-evidence-lower-bound-elbo",
        example=Example(
            "σ(0) = ½, σ(log 3) = ¾\nlog ½ + log(1 − ¾) = −0.69315 − 1.38629 = −2.07944",
            -2.07944,
            lambda logits, x: Bernoulli(logits).log_prob(x),
            {"logits": [[0.0, math.log(3)]], "x": [[1.0, 0.0]]},
        ),
    ),
    Equation(
        "vae.evidence",
        "evidence",
        r"\log p(x) = \log \int p(x \mid z)\, p(z)\, dz",
        "log p(x) = log ∫ p(x|z) p(z) dz",
        "Kingma & Welling (2014), section 2.1",
        "scratchgen.vae.latent_model:LatentModel.log_likelihood",
        tutorial="02_vae.py#the-evidence-lower-bound-elbo",
        example=Example(
            "x = z + noise, both N(0, 1), so p(x) = N(0, 2)\n"
            "log p(1) = −½ log 4π − 1²/4 = −1.26551 − 0.25 = −1.51551",
            -1.51551,
            lambda x: Sum().log_likelihood(x, 2, Generator(0)),
            {"x": [[1.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "vae.posterior",
        "approximate posterior",
        r"q(z \mid x) = \mathcal N(\mu(x), \operatorname{diag} \sigma(x)^2)",
        "q(z|x) = N(mu(x), diag sigma(x)²)",
        "Kingma & Welling (2014), eq. 9",
        "scratchgen.vae.models:VAE.encode",
        tutorial="2.3_vae_on_digits.py#deriving-the-evidence-lower-bound-elbo",
        example=Example(
            "h = relu(2 · 0.5) = 1\nmu = 3 · 1 = 3,  log sigma² = −1 · 1 = −1",
            (3.0, -1.0),
            _posterior,
            {"x": [[0.5]]},
        ),
    ),
    Equation(
        "vae.reparameterisation",
        "reparameterised sample",
        r"z = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal N(0, I)",
        "z = mu + sigma ⊙ ε,  ε ~ N(0, I)",
        "Kingma & Welling (2014), section 2.4 and eq. 10",
        "scratchgen.distributions:Normal.rsample",
        tutorial="2.2_reparameterisation.py#the-reparameterisation-trick-pathwise-estimator",
        example=Example(
            "sigma = √4 = 2\nz = 1 + 2 · 0.5 = 2",
            2.0,
            lambda mu, logvar, eps: Normal(mu, logvar).rsample(eps),
            {"mu": [[1.0]], "logvar": [[math.log(4)]], "eps": [[0.5]]},
        ),
    ),
    Equation(
        "vae.kl",
        "KL divergence from the prior",
        r"\mathrm{KL}(q \,\|\, p) = \tfrac12 \sum_d (\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2)",
        "KL(q ‖ p) = ½ Σ_d (mu² + sigma² − 1 − log sigma²)",
        "Kingma & Welling (2014), appendix B",
        "scratchgen.distributions:Normal.kl_to_standard_normal",
        tutorial="2.2_reparameterisation.py#the-kl-divergence-of-two-normal-distributions",
        example=Example(
            "mu = 1, sigma² = 1\n½ (1² + 1 − 1 − log 1) = 0.5",
            0.5,
            lambda mu, logvar: Normal(mu, logvar).kl_to_standard_normal(),
            {"mu": [[1.0]], "logvar": [[0.0]]},
        ),
    ),
    Equation(
        "vae.elbo",
        "evidence lower bound",
        r"\log p(x) \ge \mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
        "log p(x) ≥ E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))",
        "Kingma & Welling (2014), eq. 3",
        "scratchgen.vae.objectives:elbo",
        tutorial="02_vae.py#the-evidence-lower-bound-elbo",
        example=Example(
            "z = 1 + 1 · (−1) = 0, p(x|z) = σ(0) = ½\n"
            "log ½ − ½ (1² + 1 − 1 − log 1) = −0.69315 − 0.5 = −1.19315",
            -1.19315,
            lambda x, mu, logvar, eps: elbo(x, Normal(mu, logvar), Bernoulli, eps),
            {"x": [[1.0]], "mu": [[1.0]], "logvar": [[0.0]], "eps": [[-1.0]]},
        ),
    ),
    Equation(
        "vae.iwae",
        "importance-weighted bound",
        r"L_k = \mathbb E \log \frac1k \sum_{i=1}^k w_i \le \log p(x), \quad"
        r" w_i = \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)}, \quad z_i \sim q(z \mid x)",
        "L_k = E log (1/k) Σ_i w_i ≤ log p(x),  w_i = p(x|z_i) p(z_i) / q(z_i|x),  z_i ~ q(z|x)",
        "Burda, Grosse & Salakhutdinov (2016), eq. 8",
        "scratchgen.vae.objectives:iwae_bound",
        tutorial="02_vae.py#importance-sampling-how-far-below-the-evidence",
        example=Example(
            "q = p(z), so w = p(x|z): at z = 0 σ(0) = 0.5, at z = 1 σ(1) = 0.73106\n"
            "log ½ (0.5 + 0.73106) = −0.48527",
            -0.48527,
            lambda x, mu, logvar, eps: iwae_bound(x, Normal(mu, logvar), Bernoulli, 2, eps),
            {"x": [[1.0]], "mu": [[0.0]], "logvar": [[0.0]], "eps": [[[0.0]], [[1.0]]]},
        ),
    ),
    Equation(
        "vae.beta",
        "beta-VAE bound",
        r"\mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \beta\, \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
        "E_q[log p(x|z)] − β KL(q(z|x) ‖ p(z))",
        "Higgins et al. (2017), eq. 4",
        "scratchgen.vae.objectives:beta_elbo",
        tutorial="02_vae.py#minimise-the-kl-subject-to-a-constant-reconstruction",
        example=Example(
            "log p(x|z) = log σ(0) = −0.69315, KL = ½ · 1² = 0.5, β = 2\n−0.69315 − 2 · 0.5 = −1.69315",
            -1.69315,
            lambda x, mu, logvar, eps, beta: beta_elbo(x, Normal(mu, logvar), Bernoulli, eps, beta),
            {"x": [[1.0]], "mu": [[1.0]], "logvar": [[0.0]], "eps": [[-1.0]], "beta": 2.0},
        ),
    ),
    Equation(
        "vae.constrained",
        "constrained objective (Lagrangian)",
        r"\min R \text{ subject to } D \le D_0: \quad R + \lambda (D - D_0), \quad \lambda = 1 / \beta",
        "min R subject to D ≤ D₀:  R + λ(D − D₀),  λ = 1/β",
        "Rezende & Viola (2018), eq. 1",
        "scratchgen.vae.objectives:lagrangian",
        tutorial="02_vae.py#minimise-the-kl-subject-to-a-constant-reconstruction",
        example=Example(
            "D = 3 is above D₀ = 2 by 1, which costs λ = 4\n0.5 + 4 · (3 − 2) = 4.5",
            4.5,
            lagrangian,
            {"D": [3.0], "R": [0.5], "D0": 2.0, "lam": 4.0},
        ),
    ),
    Equation(
        "vae.geco",
        "GECO update of the multiplier",
        r"\lambda \leftarrow \lambda\, e^{\eta \bar C}, \quad \bar C \leftarrow a \bar C + (1 - a)(D - D_0)",
        "λ ← λ exp(η C̄),  C̄ ← a C̄ + (1 − a)(D − D₀)",
        "Rezende & Viola (2018), algorithm 1",
        "scratchgen.vae.geco:GECO.update",
        tutorial="02_vae.py#minimise-the-kl-subject-to-a-constant-reconstruction",
        example=Example(
            "D − D₀ = 3 − 2 = 1\nC̄ = 0.5 · 0 + 0.5 · 1 = 0.5\nλ = 1 · e^(0.1 · 0.5) = 1.05127",
            1.05127,
            _multiplier,
            {"D": 3.0},
            recorded=False,
        ),
    ),
    Equation(
        "vae.free_bits",
        "rate with free bits",
        r"\sum_d \max\bigl(\text{free},\, \mathbb E_x[\mathrm{KL}(q(z_d \mid x) \,\|\, p(z_d))]\bigr)",
        "Σ_d max(free, E_x[KL(q(z_d|x) ‖ p(z_d))])",
        "Kingma et al. (2016), eq. 15",
        "scratchgen.vae.objectives:free_bits_rate",
        tutorial="02_vae.py#active-units-warm-up-and-free-bits",
        example=Example(
            "KL of mu = 2 and mu = 0.1: ½ · 4 = 2 and ½ · 0.01 = 0.005\nmax(0.5, 2) + max(0.5, 0.005) = 2.5",
            2.5,
            lambda mu, logvar, free: free_bits_rate(Normal(mu, logvar), free),
            {"mu": [[2.0, 0.1]], "logvar": [[0.0, 0.0]], "free": 0.5},
        ),
    ),
    Equation(
        "vae.warm_up",
        "KL warm-up",
        r"\beta(t) = \min(1, t / T)",
        "β(t) = min(1, t/T)",
        "Bowman et al. (2016), section 3.1",
        "scratchgen.vae.objectives:kl_weight",
        tutorial="02_vae.py#active-units-warm-up-and-free-bits",
        example=Example("min(1, 3/4) = 0.75", 0.75, kl_weight, {"step": 3, "steps": 4}, recorded=False),
    ),
)
