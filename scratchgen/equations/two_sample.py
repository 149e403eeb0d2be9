"""Two-sample scores: distances between generated and real examples."""

from __future__ import annotations

from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.class_histogram import chi_squared_tail, class_histogram
from scratchgen.evaluation.distances import squared_distances
from scratchgen.evaluation.frechet import frechet_distance_of_gaussians
from scratchgen.evaluation.mmd import GaussianKernel, mmd
from scratchgen.evaluation.modes import modes_captured
from scratchgen.evaluation.neighbours import density_coverage, precision_recall
from scratchgen.evaluation.parzen import parzen_log_likelihood


def _precision_and_recall(real, generated):
    found = precision_recall(real, generated, k=1)
    return found.precision.mean, found.recall.mean


def _density_and_coverage(real, generated):
    found = density_coverage(real, generated, k=1)
    return found.density.mean, found.coverage.mean


TWO_SAMPLE = (
    Equation(
        "gan.parzen",
        "Parzen-window log-likelihood",
        r"\log \hat p(x) = \log \frac1N \sum_n \mathcal N(x; s_n, \sigma^2 I)",
        "log p̂(x) = log 1/N Σ_n N(x; s_n, σ² I)",
        "Goodfellow et al. (2014), section 5; Theis et al. (2016), section 3.2",
        "scratchgen.evaluation.parzen:parzen_log_likelihood",
        tutorial="03_gan.py#parzen-windows-a-score-that-prefers-averages",
        example=Example(
            "windows of σ = 1 at 0 and 2\n"
            "log ½ (N(0; 0, 1) + N(0; 2, 1)) = log ½ (0.39894 + 0.05399) = −1.48516",
            -1.48516,
            lambda samples, test, sigma: (
                parzen_log_likelihood(samples, test, test, [sigma]).log_likelihood.mean
            ),
            {"samples": [[0.0], [2.0]], "test": [[0.0]], "sigma": 1.0},
            recorded=False,
        ),
    ),
    Equation(
        "gan.mmd",
        "squared maximum mean discrepancy",
        r"\mathrm{MMD}^2 = \mathbb E[k(x, x')] - 2\,\mathbb E[k(x, y)] + \mathbb E[k(y, y')]",
        "MMD² = E[k(x, x′)] − 2 E[k(x, y)] + E[k(y, y′)]",
        "Gretton et al. (2012), eq. 3; Bińkowski et al. (2018), section 4",
        "scratchgen.evaluation.mmd:mmd",
        tutorial="03_gan.py#two-sample-scores-mmd-fréchet-precision-and-recall",
        example=Example(
            "all x are 0, all y are 1, k(x, y) = exp(−½ (x − y)²)\n"
            "1 − 2 e^−½ + 1 = 2 − 2 · 0.60653 = 0.78694",
            0.78694,
            lambda x, y: mmd(x, y, GaussianKernel(1.0), blocks=2).mean,
            {"x": [[0.0], [0.0], [0.0], [0.0]], "y": [[1.0], [1.0], [1.0], [1.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "gan.frechet",
        "Fréchet distance of Gaussians",
        r"d^2 = \|m_x - m_y\|^2 + \operatorname{tr}(C_x + C_y - 2 (C_x C_y)^{1/2})",
        "d² = ‖m_x − m_y‖² + tr(C_x + C_y − 2 (C_x C_y)^½)",
        "Dowson & Landau (1982); Heusel et al. (2017), eq. 6",
        "scratchgen.evaluation.frechet:frechet_distance_of_gaussians",
        tutorial="03_gan.py#two-sample-scores-mmd-fréchet-precision-and-recall",
        example=Example(
            "means 0 and 3, variances 1 and 4\n3² + 1 + 4 − 2 √(1 · 4) = 10",
            10.0,
            frechet_distance_of_gaussians,
            {"m_x": [0.0], "C_x": [[1.0]], "m_y": [3.0], "C_y": [[4.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "gan.precision_recall",
        "precision and recall",
        r"\text{precision} = \frac1M \sum_j 1[\exists i: \|y_j - x_i\| \le r_k(x_i)], \quad"
        r" \text{recall} = \frac1N \sum_i 1[\exists j: \|x_i - y_j\| \le r_k(y_j)]",
        "precision = 1/M Σ_j 1[∃i: ‖y_j − x_i‖ ≤ r_k(x_i)],  recall = 1/N Σ_i 1[∃j: ‖x_i − y_j‖ ≤ r_k(y_j)]",
        "Kynkäänniemi et al. (2019), eqs. 1 and 2",
        "scratchgen.evaluation.neighbours:precision_recall",
        tutorial="03_gan.py#two-sample-scores-mmd-fréchet-precision-and-recall",
        example=Example(
            "k = 1: balls of radius 1 around 0 and 1 contain 0.5 but not 3\n"
            "balls of radius 2.5 around 0.5 and 3 contain 0 and 1\n"
            "precision ½ = 0.5, recall 2/2 = 1",
            (0.5, 1.0),
            _precision_and_recall,
            {"real": [[0.0], [1.0]], "generated": [[0.5], [3.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "gan.density_coverage",
        "density and coverage",
        r"\text{density} = \frac{1}{kM} \sum_{ij} 1[\|y_j - x_i\| \le r_k(x_i)], \quad"
        r" \text{coverage} = \frac1N \sum_i 1[\exists j: \|y_j - x_i\| \le r_k(x_i)]",
        "density = 1/(kM) Σ_ij 1[‖y_j − x_i‖ ≤ r_k(x_i)],  coverage = 1/N Σ_i 1[∃ j: ‖y_j − x_i‖ ≤ r_k(x_i)]",
        "Naeem et al. (2020), section 3",
        "scratchgen.evaluation.neighbours:density_coverage",
        tutorial="03_gan.py#two-sample-scores-mmd-fréchet-precision-and-recall",
        example=Example(
            "k = 1: balls of radius 1 around 0 and 1\n"
            "−0.5 is in the first, 3 in none\n"
            "density 1/(1 · 2) = 0.5, and one of two balls contains a generated example: coverage 0.5",
            (0.5, 0.5),
            _density_and_coverage,
            {"real": [[0.0], [1.0]], "generated": [[-0.5], [3.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "gan.mode_divergence",
        "KL of the mode shares from equal shares",
        r"\mathrm{KL}(q \,\|\, 1/K) = \sum_k q_k \log (K q_k)",
        "KL(q ‖ 1/K) = Σ_k q_k log(K q_k)",
        "Lin et al. (2018), section 4.1",
        "scratchgen.evaluation.modes:modes_captured",
        tutorial="03_gan.py#counting-modes",
        example=Example(
            "K = 2, q = (¾, ¼)\n¾ log(2 · ¾) + ¼ log(2 · ¼) = 0.30410 − 0.17329 = 0.13081",
            0.13081,
            lambda samples, centres: modes_captured(samples, centres, 1.0).reverse_kl,
            {"samples": [[0.0], [0.0], [0.0], [10.0]], "centres": [[0.0], [10.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "gan.chi_squared",
        "χ² statistic of class shares",
        r"\chi^2 = \sum_k \frac{(\sqrt{M/N}\, a_k - \sqrt{N/M}\, b_k)^2}{a_k + b_k}",
        "χ² = Σ_k (√(M/N) a_k − √(N/M) b_k)² / (a_k + b_k)",
        "Pearson (1900); Press et al. (2007), eq. 14.3.3",
        "scratchgen.evaluation.class_histogram:class_histogram",
        tutorial="03_gan.py#counting-modes",
        example=Example(
            "N = M = 4, a = (3, 1), b = (1, 3)\n(3 − 1)² / 4 + (1 − 3)² / 4 = 2",
            2.0,
            lambda real, generated: class_histogram(real, generated, 2).chi_squared,
            {"real": [0, 0, 0, 1], "generated": [0, 1, 1, 1]},
            recorded=False,
        ),
    ),
    Equation(
        "gan.chi_squared_tail",
        "p-value of the χ² test",
        r"P(\chi^2 > x) = Q(d / 2, x / 2)",
        "P(χ² > x) = Q(d/2, x/2)",
        "Abramowitz & Stegun (1964), 26.4.4 and 26.4.5",
        "scratchgen.evaluation.class_histogram:chi_squared_tail",
        tutorial="03_gan.py#counting-modes",
        example=Example(
            "d = 2: Q(1, x/2) = exp(−x/2)\nx = 2: exp(−1) = 0.36788",
            0.36788,
            chi_squared_tail,
            {"x": 2.0, "degrees": 2},
            recorded=False,
        ),
    ),
    Equation(
        "evaluation.squared_distances",
        "squared distances by a matrix product",
        r"\lVert x - y \rVert^2 = \lVert x \rVert^2 - 2\, x \cdot y + \lVert y \rVert^2",
        "‖x − y‖² = ‖x‖² − 2 x·y + ‖y‖²",
        "the binomial formula",
        "scratchgen.evaluation.distances:squared_distances",
        tutorial="03_gan.py#two-sample-scores-mmd-fréchet-precision-and-recall",
        example=Example(
            "x = (1, 2), y = (4, 6): 5 − 2 · 16 + 52 = 25 = 3² + 4²",
            25.0,
            squared_distances,
            {"x": [[1.0, 2.0]], "y": [[4.0, 6.0]]},
            recorded=False,
        ),
        symbols={"x": "(N, D)", "y": "(M, D)"},
    ),
)
