"""How likely the data are under a model with latents, and what the latents carry."""

from __future__ import annotations

from scratchgen.equations.entry import Equation

LIKELIHOOD = (
    Equation(
        "vae.importance",
        "log-likelihood by importance sampling",
        r"\log p(x) \approx \log \frac1k \sum_{i=1}^k w_i, \quad w_i"
        r" = \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)}, \quad z_i \sim q(z \mid x)",
        "log p(x) ≈ log (1/k) Σ_i w_i,  w_i = p(x|z_i) p(z_i) / q(z_i|x),  z_i ~ q(z|x)",
        "Rezende, Mohamed & Wierstra (2014), appendix E",
        "scratchgen.evaluation.likelihood:importance_sampled_log_likelihood",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.annealed",
        "log-likelihood by annealing",
        r"\log w = \sum_{t=1}^T (\beta_t - \beta_{t-1}) \log p(x \mid z_{t-1}), \quad \mathbb E[w] = p(x)",
        "log w = Σ_t (β_t − β_{t−1}) log p(x|z_{t−1}),  E[w] = p(x)",
        "Neal (2001), eq. 3-11",
        "scratchgen.evaluation.annealing:annealed_log_likelihood",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.bits",
        "bits per dimension",
        r"-\log p(x) / (D \log 2) \;[+ \log_2 \text{levels}]",
        "−log p(x) / (D log 2)  [+ log₂ levels]",
        "Theis, van den Oord & Bethge (2016), section 3.1",
        "scratchgen.evaluation.likelihood:bits_per_dimension",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.rate_distortion",
        "rate, distortion and the slope of their curve",
        r"R = \mathbb E_x[\mathrm{KL}(q(z \mid x) \,\|\, p(z))], \quad D"
        r" = -\mathbb E_{x,\, q}[\log p(x \mid z)], \quad dD / dR = -\beta",
        "R = E_x[KL(q(z|x) ‖ p(z))],  D = −E_x E_q[log p(x|z)],  dD/dR = −β",
        "Alemi et al. (2018), eq. 3, 4 and section 3",
        "scratchgen.evaluation.latents:rate_and_distortion",
        tutorial="02_vae.py",
    ),
    Equation(
        "vae.active_units",
        "latents in use",
        r"A_d = \mathrm{Var}_x(\mathbb E_{q(z \mid x)}[z_d]) > 0.01",
        "A_d = Var_x(E_q(z|x)[z_d]) > 0.01",
        "Burda, Grosse & Salakhutdinov (2016), section 5.2",
        "scratchgen.evaluation.latents:active_units",
        tutorial="02_vae.py",
    ),
)
