"""Generated text: how varied it is, and how much of it is copied."""

from __future__ import annotations

from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.novelty import distinct_n, longest_copied_run

NOVELTY = (
    Equation(
        "evaluation.distinct_n",
        "distinct-n of a text",
        r"\text{distinct-}n = \frac{|\{\, g_i : 1 \le i \le N \,\}|}{N}",
        "distinct-n = |{g_i : 1 ≤ i ≤ N}| / N",
        "Li et al. (2016), section 5.2",
        "scratchgen.evaluation.novelty:distinct_n",
        example=Example(
            "to be or not to be, n = 2\n"
            "g = (to be), (be or), (or not), (not to), (to be): N = 5, of which 4 differ\n"
            "distinct-2 = 4/5 = 0.8",
            0.8,
            distinct_n,
            {"text": "to be or not to be", "n": 2},
            recorded=False,
        ),
        symbols={
            "g_i": "n-gram i of the text: the words i, …, i + n − 1",
            "N": "number of n-grams, W − n + 1 of W words",
            "n": "number of words of an n-gram",
        },
    ),
    Equation(
        "evaluation.copied_run",
        "longest run copied from a source",
        r"r = \max \{\, b - a : x_a \dots x_{b-1} \text{ occurs in } y \,\}",
        "r = max { b − a : x_a … x_{b−1} occurs in y }",
        "Gusfield (1997), section 7.4",
        "scratchgen.evaluation.novelty:longest_copied_run",
        example=Example(
            "x = the rain in spain, y = a train in france\n"
            "the run `rain in ` of x occurs in y, and none of 9 characters does\n"
            "r = 8",
            8,
            lambda text, source: len(longest_copied_run(text, source)),
            {"text": "the rain in spain", "source": "a train in france"},
            recorded=False,
        ),
        symbols={
            "r": "number of characters of the run",
            "x": "text, the generated one",
            "y": "source, the training text",
            "a": "position of the first character of the run",
            "b": "position after its last character",
        },
    ),
)
