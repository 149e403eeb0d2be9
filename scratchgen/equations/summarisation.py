"""Summarisation: ROUGE scores."""

from __future__ import annotations

from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.rouge import rouge_l, rouge_n

SUMMARISATION = (
    Equation(
        "evaluation.rouge_n",
        "ROUGE-n of a summary",
        r"R = \frac{\sum_g \min(n_g(s), n_g(r))}{\sum_g n_g(r)}, \quad"
        r" P = \frac{\sum_g \min(n_g(s), n_g(r))}{\sum_g n_g(s)}, \quad F_1 = \frac{2 P R}{P + R}",
        "R = Σ_g min(n_g(s), n_g(r)) / Σ_g n_g(r),  P = Σ_g min(n_g(s), n_g(r)) / Σ_g n_g(s),"
        "  F₁ = 2 P R / (P + R)",
        "Lin (2004), eq. 1",
        "scratchgen.evaluation.rouge:rouge_n",
        example=Example(
            "s = the cat sat down, r = the cat sat on the mat, n = 2\n"
            "both have (the cat) and (cat sat): 2 of 5 in r, 2 of 3 in s\n"
            "R = 2/5 = 0.4, P = 2/3 = 0.66667\n"
            "F₁ = 2 · 0.66667 · 0.4 / (0.66667 + 0.4) = 0.5",
            (0.4, 0.66667, 0.5),
            rouge_n,
            {"summary": "the cat sat down", "reference": "the cat sat on the mat", "n": 2},
            recorded=False,
        ),
        symbols={
            "R": "recall: share of the reference's n-grams that the summary has",
            "P": "precision: share of the summary's n-grams that the reference has",
            "F₁": "harmonic mean of both",
            "g": "an n-gram: n words in a row",
            "n_g": "number of times that g occurs in a text",
            "s": "summary",
            "r": "reference, a summary that a person wrote",
        },
    ),
    Equation(
        "evaluation.rouge_l",
        "ROUGE-L of a summary",
        r"R = \frac{\operatorname{LCS}(s, r)}{|r|}, \quad P = \frac{\operatorname{LCS}(s, r)}{|s|}, \quad"
        r" F_1 = \frac{2 P R}{P + R}",
        "R = LCS(s, r) / |r|,  P = LCS(s, r) / |s|,  F₁ = 2 P R / (P + R)",
        "Lin (2004), eq. 2 to 4 with β = 1",
        "scratchgen.evaluation.rouge:rouge_l",
        example=Example(
            "s = on the cat sat, r = the cat lay, |s| = 4, |r| = 3\n"
            "longest words in one order: the cat, LCS = 2\n"
            "R = 2/3 = 0.66667, P = 2/4 = 0.5\n"
            "F₁ = 2 · 0.5 · 0.66667 / (0.5 + 0.66667) = 0.57143",
            (0.66667, 0.5, 0.57143),
            rouge_l,
            {"summary": "on the cat sat", "reference": "the cat lay"},
            recorded=False,
        ),
        symbols={
            "R": "recall: share of the reference",
            "P": "precision: share of the summary",
            "F₁": "harmonic mean of both",
            "LCS": "length of the longest common subsequence: words in the same order, gaps allowed",
            "s": "summary; |s| is its number of words",
            "r": "reference, a summary that a person wrote; |r| is its number of words",
        },
    ),
)
