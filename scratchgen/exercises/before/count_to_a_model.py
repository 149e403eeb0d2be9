"""Fill in: from counts to the probabilities of a Markov chain."""

from __future__ import annotations

import numpy as np

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, constant, expect, expect_close

HEAD = '''\
"""Turn counts into the probabilities of a Markov chain, the oldest generative model of text."""

import numpy as np


def probabilities(counts):
    """The probability of each next character, given the character before it.

        P_ij = (n_ij + 1) / (n_i + V),    n_i = Σ_j n_ij

    V          the number of different characters
    counts     (V, V): n_ij, how often character j followed character i in the training text
    returns    P, (V, V): P_ij = p(next is j | now is i)
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
BODY = "V = len(counts)\nreturn (counts + 1) / (np.sum(counts, axis=1, keepdims=True) + V)"
SOLUTION = filled_in(HEAD, BODY)

COUNTS = constant([[2, 0, 1], [4, 1, 0], [0, 0, 0]])  # the third character was never followed by any
P = constant([[3 / 6, 1 / 6, 2 / 6], [5 / 8, 2 / 8, 1 / 8], [1 / 3, 1 / 3, 1 / 3]])


def found(probabilities, counts):
    """The answer for these counts, (V, V)."""
    return as_array(
        probabilities(counts), counts.shape, "P", "a row per character, a column per next character"
    )


def positive(probabilities):
    """nothing is impossible: every probability is above 0"""
    least = found(probabilities, COUNTS).min()
    expect(np.isfinite(least), "P has a number that is not finite; a row without counts is divided by 0")
    expect(
        least > 0,
        f"the smallest probability is {least:g}; a pair that was not seen yet may still come, so add 1",
    )


def rows(probabilities):
    """after each character, the probabilities sum to 1"""
    sums = found(probabilities, COUNTS).sum(axis=1)
    reasons = {
        2.0: "V counts of 1 were added to the row, so the divisor grows by V too",
        1.5: "V counts of 1 were added to the row, so the divisor grows by V, not by 1",
        6 / 17: "each row is divided by its own sum; this is divided by the sum of all",
        6.0: "these are counts; divide by the sum of their row",
        3 / 6 + 1 / 8 + 2 / 3: "the sums are a row vector, so NumPy divides column j by the sum of row j; "
        "keep them as a column",
        1 / 3 + 5 / 6: "each row is divided by its own sum, not by another's",
        3 / 9
        + 1 / 4
        + 2 / 4: "the sum goes over the next characters j, axis 1; this divides by sums of columns",
    }
    expect_close(sums, 1, "after a character the probabilities sum to", reasons)


def values(probabilities):
    """each row follows its own counts"""
    reasons = {
        1 / 3: "the counts have no effect",
        5 / 6: "P_ij is the probability of j after i: i is the row",
        17 / 8 / 6: "the row is that of the character before",
    }
    expect_close(found(probabilities, COUNTS), P, "a probability is", reasons)


def any_size(probabilities):
    """V is the number of characters, whatever it is"""
    expect_close(found(probabilities, np.zeros((5, 5))), 1 / 5, "without counts, of 5 characters each has")


def large(probabilities):
    """with many counts, P is the share of the pairs"""
    share = np.array([[0.9, 0.1], [0.4, 0.6]])
    expect_close(
        found(probabilities, 1e9 * share), share, "with a thousand million counts, the probability is"
    )


EXERCISE = Exercise(
    name="count-to-a-model",
    title="From counts to a model of text",
    page="0.1",
    kind="fill-in",
    ledger=("rnn.ngram", "data.entropy_rate"),
    stub=STUB,
    solution=SOLUTION,
    properties=(positive, rows, values, any_size, large),
    hints=(
        "Every n_ij gets 1 more, so that no pair is impossible. By how much does the sum of a row of V numbers grow?",
        "n_i is the sum over j, along a row: np.sum with axis=1.",
        "keepdims=True leaves the sums as a column, (V, 1), so that NumPy divides each row by its own sum.",
    ),
    explanation=(
        "Why: the probabilities of all that may come next sum to 1, after every character. The sum of (n_ij + 1) over "
        "j is n_i + V, so that is the divisor. This is maximum likelihood with one imagined pair of each kind.\n\n"
        "In practice: without the 1, one unseen pair gives a new text the probability 0, and its log-likelihood is "
        "−∞. Without the V, the score on new text looks better, as on the page, because the numbers sum to more than "
        "1. Check the sum of a model's probabilities before you believe its score."
    ),
    wrong_answers=(
        WrongAnswer(filled_in(HEAD, "return counts / np.sum(counts, axis=1, keepdims=True)"), positive),
        WrongAnswer(
            filled_in(HEAD, "return counts / np.maximum(np.sum(counts, axis=1, keepdims=True), 1)"), positive
        ),
        WrongAnswer(SOLUTION.replace("keepdims=True) + V)", "keepdims=True))"), rows),
        WrongAnswer(SOLUTION.replace("+ V)", "+ 1)"), rows),
        WrongAnswer(
            SOLUTION.replace("np.sum(counts, axis=1, keepdims=True) + V", "np.sum(counts + 1)"), rows
        ),
        WrongAnswer(SOLUTION.replace("axis=1", "axis=0"), rows),
        WrongAnswer(SOLUTION.replace(", keepdims=True", ""), rows),
        WrongAnswer(filled_in(HEAD, "return counts + 1"), rows),
        WrongAnswer(filled_in(HEAD, "return np.full(counts.shape, 1 / len(counts))"), values),
        WrongAnswer(
            SOLUTION.replace("V = len(counts)", "counts = counts.T\nV = len(counts)".replace("\n", "\n    ")),
            values,
        ),
        WrongAnswer(SOLUTION.replace("V = len(counts)", "V = 3"), any_size),
    ),
    equivalent_mutants={
        "return (counts + 1) / (np.sum(counts, axis=-1, keepdims=True) + V)": "counts is (V, V): axis 1 is the last",
    },
)
