"""Samples of a condition: how much they vary, and which numbers of another image they keep."""

from __future__ import annotations

from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.correlation import correlation_within
from scratchgen.evaluation.diversity import diversity_within

CONDITIONS = (
    Equation(
        "evaluation.diversity_within",
        "diversity within a condition",
        r"d = \frac1K \sum_k \frac{1}{n_k (n_k - 1)} \sum_{i \ne j,\; y_i = y_j = k} "
        r"\lVert \varphi_i - \varphi_j \rVert",
        "d = 1/K Σ_k 1/(n_k (n_k − 1)) Σ_{i ≠ j, y_i = y_j = k} ‖φ_i − φ_j‖",
        "Zhu et al. (2017), section 5",
        "scratchgen.evaluation.diversity:diversity_within",
        example=Example(
            "condition 0: 0 and 4, whose distance is 4\n"
            "condition 1: 1, 3 and 5, whose distances are 2, 4 and 2, and their mean 8/3\n"
            "(4 + 8/3)/2 = 3.33333",
            3.33333,
            diversity_within,
            {"features": [[0.0], [4.0], [1.0], [3.0], [5.0]], "labels": [0, 0, 1, 1, 1]},
            recorded=False,
        ),
        symbols={
            "φ_i": "features of example i, (D,)",
            "y_i": "condition of example i, such as its class",
            "K": "number of conditions",
            "n_k": "number of examples of condition k",
        },
    ),
    Equation(
        "evaluation.correlation_within",
        "correlation within groups",
        r"r = \frac{\sum_i (a_i - \bar a_g)(b_i - \bar b_g)}"
        r"{\sqrt{\sum_i (a_i - \bar a_g)^2 \sum_i (b_i - \bar b_g)^2}}",
        "r = Σ (a_i − ā_g) (b_i − b̄_g) / √(Σ (a_i − ā_g)² Σ (b_i − b̄_g)²),   g the group of i",
        "Pearson's correlation, after the means of groups are subtracted",
        "scratchgen.evaluation.correlation:correlation_within",
        example=Example(
            "groups (0, 2), (8, 10) of a and (0, 2), (3, 3) of b\n"
            "without the means: a (−1, 1, −1, 1), b (−1, 1, 0, 0)\n"
            "r = 2/√(4 · 2) = 0.70711",
            0.70711,
            correlation_within,
            {"a": [0.0, 2.0, 8.0, 10.0], "b": [0.0, 2.0, 3.0, 3.0], "groups": [0, 0, 1, 1]},
            recorded=False,
        ),
        symbols={
            "a_i": "first number of example i, with mean ā_g in its group",
            "b_i": "second number of example i, with mean b̄_g in its group",
            "g": "group of example i",
        },
    ),
)
