"""How far generated examples are from real ones."""

from __future__ import annotations

from scratchgen.equations.entry import Equation

TWO_SAMPLE = (
    Equation(
        "gan.parzen",
        "Parzen-window log-likelihood",
        r"\log \hat p(x) = \log \frac1N \sum_n \mathcal N(x; s_n, \sigma^2 I)",
        "log p̂(x) = log 1/N Σ_n N(x; s_n, σ² I)",
        "Goodfellow et al. (2014), section 5; Theis et al. (2016), section 3.2",
        "scratchgen.evaluation.parzen:parzen_log_likelihood",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.mmd",
        "squared maximum mean discrepancy",
        r"\mathrm{MMD}^2 = \mathbb E[k(x, x')] - 2\,\mathbb E[k(x, y)] + \mathbb E[k(y, y')]",
        "MMD² = E[k(x, x′)] − 2 E[k(x, y)] + E[k(y, y′)]",
        "Gretton et al. (2012), eq. 3; Bińkowski et al. (2018), section 4",
        "scratchgen.evaluation.mmd:mmd",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.frechet",
        "Fréchet distance of Gaussians",
        r"d^2 = \|m_x - m_y\|^2 + \operatorname{tr}(C_x + C_y - 2 (C_x C_y)^{1/2})",
        "d² = ‖m_x − m_y‖² + tr(C_x + C_y − 2 (C_x C_y)^½)",
        "Dowson & Landau (1982); Heusel et al. (2017), eq. 6",
        "scratchgen.evaluation.frechet:frechet_distance_of_gaussians",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.precision_recall",
        "precision and recall",
        r"\text{precision} = \frac1M \sum_j 1[\exists i: \|y_j - x_i\| \le r_k(x_i)], \quad"
        r" \text{recall} = \frac1N \sum_i 1[\exists j: \|x_i - y_j\| \le r_k(y_j)]",
        "precision = 1/M Σ_j 1[∃i: ‖y_j − x_i‖ ≤ r_k(x_i)],  recall = 1/N Σ_i 1[∃j: ‖x_i − y_j‖ ≤ r_k(y_j)]",
        "Kynkäänniemi et al. (2019), eqs. 1 and 2",
        "scratchgen.evaluation.neighbours:precision_recall",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.density_coverage",
        "density and coverage",
        r"\text{density} = \frac{1}{kM} \sum_{ij} 1[\|y_j - x_i\| \le r_k(x_i)], \quad"
        r" \text{coverage} = \frac1N \sum_i 1[\exists j: \|y_j - x_i\| \le r_k(x_i)]",
        "density = 1/(kM) Σ_ij 1[‖y_j − x_i‖ ≤ r_k(x_i)],  coverage = 1/N Σ_i 1[∃ j: ‖y_j − x_i‖ ≤ r_k(x_i)]",
        "Naeem et al. (2020), section 3",
        "scratchgen.evaluation.neighbours:density_coverage",
        tutorial="03_gan.py",
    ),
    Equation(
        "gan.mode_divergence",
        "divergence of the modes from even shares",
        r"\mathrm{KL}(q \,\|\, 1/K) = \sum_k q_k \log (K q_k)",
        "KL(q ‖ 1/K) = Σ_k q_k log(K q_k)",
        "Lin et al. (2018), section 4.1",
        "scratchgen.evaluation.modes:modes_captured",
        tutorial="03_gan.py",
    ),
)
