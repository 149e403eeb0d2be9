"""Predict, then run: errors of differences, and what a gradient costs."""

from __future__ import annotations

from functools import cache

import numpy as np

from scratchgen.autograd import grad
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import expect_prediction

STUB = '''\
"""How wrong is a difference, and what does a gradient cost?   Predict; the check then computes and counts.

The function is f(x) = x³ at x = 1, where f′ = 3, f″ = 6 and f‴ = 6. Write down each number to two decimals.
Compute the first two exactly, by hand: the page has approximations, and these are not good enough here.
"""

one_sided = ...  # (f(1 + h) − f(1)) / h with h = 0.1
central = ...  # (f(1 + h) − f(1 − h)) / (2h) with h = 0.1
too_small = ...  # (f(1 + h) − f(1)) / h with h = 1e-17, computed with 16 digits

# F is a function of 50 inputs, with one number as its result; how often is F computed for its gradient?
runs_of_differences = ...  # with central differences
runs_of_forward_mode = ...
runs_of_reverse_mode = ...
'''
ANSWERS = {
    "one_sided": "3.31",
    "central": "3.01",
    "too_small": "0.0",
    "runs_of_differences": "100",
    "runs_of_forward_mode": "50",
    "runs_of_reverse_mode": "1",
}


def answers(**others: str) -> str:
    """The file with the right predictions, but for these."""
    lines = STUB
    for name, number in (ANSWERS | others).items():
        lines = lines.replace(f"\n{name} = ...", f"\n{name} = {number}")
    return lines


N = 50  # inputs


def f(x: float) -> float:
    """x³."""
    return x * x * x


class _Dual:
    """A value, and its derivative along one direction; enough for a sum of cubes."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def __mul__(self, other):
        return _Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def sum(self):
        return _Dual(self.value.sum(), self.slope.sum())


@cache
def counted() -> tuple[int, int, int]:
    """The number of evaluations of F for its gradient: by central differences, in forward mode, in reverse mode."""
    runs = 0

    def F(x):
        nonlocal runs
        runs += 1
        return (x * x * x).sum()

    x, h, counts = np.linspace(-1, 1, N), 1e-5, []
    gradient = 3 * x**2
    for way in (
        lambda: [(F(x + h * d) - F(x - h * d)) / (2 * h) for d in np.eye(N)],
        lambda: [F(_Dual(x, d)).slope for d in np.eye(N)],
        lambda: grad(F)(x).numpy(),
    ):
        runs = 0
        assert np.allclose(way(), gradient), "what is counted must be a gradient"
        counts.append(runs)
    return counts[0], counts[1], counts[2]


def error_of_one_sided(one_sided):
    """the one-sided difference with h = 0.1"""
    reasons = {
        3.0: "that is the derivative; the difference is off by about ½ h f″ = 0.3",
        3.3: "that is 3 + ½ h f″; the term with h² is there, too: 1.1³ = 1.331",
        3.6: "Taylor's formula has a ½ before h² f″",
        0.331: "divide by h",
    }
    expect_prediction(one_sided, (f(1 + 0.1) - f(1)) / 0.1, "one_sided", reasons)


def error_of_central(central):
    """the central difference with h = 0.1"""
    reasons = {
        3.0: "that is the derivative; of a cube the difference is off by h²",
        3.31: "that is one-sided; the term with f″ cancels",
        6.02: "divide by 2h: there is a step to each side",
        0.602: "divide by 2h",
        3.1: "the error is h² f‴ / 6, not h",
    }
    expect_prediction(central, (f(1 + 0.1) - f(1 - 0.1)) / 0.2, "central", reasons)


def rounded_away(too_small):
    """the one-sided difference with h = 1e-17"""
    reasons = {3.0: "1 + 1e-17 would need 18 digits"}
    expect_prediction(too_small, (f(1 + 1e-17) - f(1)) / 1e-17, "too_small", reasons)


def two_per_input(runs_of_differences):
    """runs of F for central differences"""
    reasons = {
        float(N): "a step to each side: two per input",
        float(N + 1): "that is the number of one-sided differences, which share F(x)",
        2.0: "that is one input; each input has its own steps",
        1.0: "one value of F says nothing of its slopes",
    }
    expect_prediction(runs_of_differences, counted()[0], "runs_of_differences", reasons)


def one_per_input(runs_of_forward_mode):
    """runs of F for forward mode"""
    reasons = {
        1.0: "one run follows one direction of the inputs, and gives one number",
        2.0 * N: "there are no steps to two sides: one run gives an exact derivative",
    }
    expect_prediction(runs_of_forward_mode, counted()[1], "runs_of_forward_mode", reasons)


def one_for_all(runs_of_reverse_mode):
    """runs of F for reverse mode"""
    reasons = {
        float(N): "one sweep back passes all inputs",
        2.0: "the sweep back does not compute F again; it uses the values of the run",
    }
    expect_prediction(runs_of_reverse_mode, counted()[2], "runs_of_reverse_mode", reasons)


EXERCISE = Exercise(
    name="steps-and-runs",
    title="How wrong is a difference, and what does a gradient cost?",
    page="1.1",
    kind="predict",
    ledger=("autograd.difference", "autograd.vjp"),
    stub=STUB,
    solution=answers(),
    properties=(
        error_of_one_sided,
        error_of_central,
        rounded_away,
        two_per_input,
        one_per_input,
        one_for_all,
    ),
    hints=(
        "(1 + h)³ = 1 + 3h + 3h² + h³. Which terms remain after the subtraction, and after the division by h?",
        "For (1 − h)³ the terms with h and h³ change their signs. And is 1 + 1e-17 another number than 1?",
        "A difference or a run of forward mode changes the inputs in one direction. A sweep back starts at the result.",
    ),
    explanation=(
        "Why: (f(1 + h) − f(1)) / h = 3 + 3h + h², and the central difference is 3 + h². With h = 1e-17 the sum 1 + h "
        "is 1, so the difference is exactly 0. Differences and forward mode follow one input at a time; reverse mode "
        "starts at the one result.\n\n"
        "In practice: differences check derivatives, with a central step near 1e-5 in 64 bits, and reverse mode "
        "computes them. A network with a million parameters would take two million runs per step of training by "
        "central differences, and takes one."
    ),
    wrong_answers=(
        WrongAnswer(answers(one_sided="3.0"), error_of_one_sided),
        WrongAnswer(answers(one_sided="3.3"), error_of_one_sided),
        WrongAnswer(answers(central="3.31"), error_of_central),
        WrongAnswer(answers(central="6.02"), error_of_central),
        WrongAnswer(answers(too_small="3.0"), rounded_away),
        WrongAnswer(answers(runs_of_differences="51"), two_per_input),
        WrongAnswer(answers(runs_of_differences="50"), two_per_input),
        WrongAnswer(answers(runs_of_forward_mode="1"), one_per_input),
        WrongAnswer(answers(runs_of_reverse_mode="50"), one_for_all),
    ),
)
