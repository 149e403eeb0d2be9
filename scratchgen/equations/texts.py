"""Scores of translations and summaries, and the dictionary that translations are compared with."""

from __future__ import annotations

from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.chrf import chrf
from scratchgen.evaluation.summaries import copied_share, repeated_share
from scratchgen.evaluation.word_alignment import WordTranslations


def _translated(pairs, words):
    dictionary = WordTranslations(pairs, iterations=1)
    return tuple(dictionary.probability(y, x) for x, y in words)


TEXTS = (
    Equation(
        "evaluation.chrf",
        "chrF of translations",
        r"\text{chrF}_\beta = 100 \frac{(1 + \beta^2) P R}{\beta^2 P + R}, \quad"
        r" P = \frac{1}{N} \sum_n \frac{m_n}{h_n}, \quad R = \frac{1}{N} \sum_n \frac{m_n}{r_n}",
        "chrF_β = 100 (1 + β²) P R / (β² P + R),  P = 1/N Σ_n m_n / h_n,  R = 1/N Σ_n m_n / r_n",
        "Popović (2015), eq. 1",
        "scratchgen.evaluation.chrf:chrf",
        example=Example(
            "translation abc, reference abd, N = 2, β = 2\n"
            "n = 1: a and b of three, m/h = m/r = 2/3; n = 2: ab of two, 1/2\n"
            "P = R = (2/3 + 1/2)/2 = 7/12, and so is their mean of any weights\n"
            "chrF = 100 · 7/12 = 58.33333",
            58.33333,
            chrf,
            {"translations": ("abc",), "references": (("abd",),), "order": 2},
            recorded=False,
        ),
        symbols={
            "chrF": "score of the translations in 0 … 100",
            "β": "weight of the recall",
            "P": "precision, the mean over the orders",
            "R": "recall, the mean over the orders",
            "N": "number of orders, 6: n-grams of one to six characters",
            "m_n": "number of n-grams that translations share with their references",
            "h_n": "number of n-grams of the translations",
            "r_n": "number of n-grams of the references",
        },
    ),
    Equation(
        "evaluation.ibm_model_1",
        "IBM model 1, a step of EM",
        r"t(y|x) \leftarrow \frac{c(x, y)}{\sum_{y'} c(x, y')}, \quad"
        r" c(x, y) = \sum_{i, j:\, x_i = x,\, y_j = y} \frac{t(y_j|x_i)}{\sum_{i'} t(y_j|x_{i'})}",
        "t(y|x) ← c(x, y) / Σ_y′ c(x, y′),  c(x, y) = Σ_{i, j: x_i = x, y_j = y} t(y_j|x_i) / Σ_i′ t(y_j|x_i′)",
        "Brown et al. (1993), eq. 13 and 14",
        "scratchgen.evaluation.word_alignment:em_step",
        example=Example(
            "pairs (a b, u v) and (a, u), each source with the empty word before it; all t are equal\n"
            "posteriors 1/3 in the first pair, 1/2 in the second\n"
            "c(a, u) = 1/3 + 1/2 = 5/6, c(a, v) = 1/3: t(u|a) = 5/7 = 0.71429, t(v|a) = 0.28571\n"
            "c(b, u) = c(b, v) = 1/3: t(u|b) = 0.5",
            (0.71429, 0.28571, 0.5),
            _translated,
            {"pairs": (("a b", "u v"), ("a", "u")), "words": (("a", "u"), ("a", "v"), ("b", "u"))},
            recorded=False,
        ),
        symbols={
            "t": "probability that the source word x is translated as y, (K,) for K pairs of words",
            "x": "source word; x_i is the word at place i of a source, x_0 the empty word",
            "y": "target word; y_j is the word at place j of a target",
            "c": "expected number of times that y is the translation of x",
        },
    ),
    Equation(
        "evaluation.copied_share",
        "share of a summary copied from its text",
        r"\text{copied}_n = \frac{\sum_i \sum_{g \in x_i} n_g(s_i)}{\sum_i \sum_g n_g(s_i)}",
        "copied_n = Σ_i Σ_{g ∈ x_i} n_g(s_i) / Σ_i Σ_g n_g(s_i)",
        "See, Liu & Manning (2017), section 7.2",
        "scratchgen.evaluation.summaries:copied_share",
        example=Example(
            "s = a tool for old files, x = it is a tool that reads old files, n = 2\n"
            "of (a tool), (tool for), (for old), (old files), two occur in x\n"
            "copied = 2/4 = 0.5",
            0.5,
            copied_share,
            {
                "summaries": ("a tool for old files",),
                "texts": ("it is a tool that reads old files",),
                "n": 2,
            },
            recorded=False,
        ),
        symbols={
            "copied_n": "share in [0, 1] of the n-grams of words",
            "g": "n-gram, n words in a row",
            "x_i": "text i",
            "s_i": "summary of text i",
            "n_g": "number of times that g occurs in a summary",
        },
    ),
    Equation(
        "evaluation.repeated_share",
        "share of a summary that repeats",
        r"\text{repeated}_n = 1 - \frac{\sum_i |\{\, g : n_g(s_i) > 0 \,\}|}{\sum_i \sum_g n_g(s_i)}",
        "repeated_n = 1 − Σ_i |{g : n_g(s_i) > 0}| / Σ_i Σ_g n_g(s_i)",
        "See, Liu & Manning (2017), section 7.1",
        "scratchgen.evaluation.summaries:repeated_share",
        example=Example(
            "s_1 = files for old files, s_2 = tools, n = 1\n"
            "3 different words of 4, and 1 of 1\n"
            "repeated = 1 − (3 + 1) / (4 + 1) = 0.2",
            0.2,
            repeated_share,
            {"summaries": ("files for old files", "tools"), "n": 1},
            recorded=False,
        ),
        symbols={
            "repeated_n": "share in [0, 1) of the n-grams of words",
            "g": "n-gram, n words in a row",
            "s_i": "summary i",
            "n_g": "number of times that g occurs in a summary",
        },
    ),
)
