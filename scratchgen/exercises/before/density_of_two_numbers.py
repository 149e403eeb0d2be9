"""Find the bug: a normaliser that is counted once per dimension, in each dimension."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import as_array, expect_close

SOLUTION = '''\
"""Find the bug.

This density is right for one number. For two independent numbers it should be the product of two densities, and it
is not. No line raises an error, and all derivatives by mu and logvar are right. Find the line, and repair it.
"""

import math

import numpy as np

LOG_2PI = math.log(2 * math.pi)


class Normal:
    """The density of points with D independent coordinates; coordinate d is N(mu_d, sigma_d²).

    mu, logvar    (B, D): one row for each of B points, with logvar = log sigma²
    """

    def __init__(self, mu, logvar):
        self.mu = mu
        self.logvar = logvar

    def log_prob(self, x):
        """−½ Σ_d [log 2π + log sigma_d² + (x_d − mu_d)² / sigma_d²]: B logarithms, one per point, in nats."""
        quadratic = (x - self.mu) ** 2 * np.exp(-self.logvar)
        return -0.5 * np.sum(LOG_2PI + self.logvar + quadratic, axis=-1)

    def entropy(self):
        """½ Σ_d [log 2π + 1 + log sigma_d²]: the mean of −log_prob, one per point, in nats."""
        return 0.5 * np.sum(LOG_2PI + 1 + self.logvar, axis=-1)
'''
RIGHT = "LOG_2PI + self.logvar + quadratic"
PLANTED = "self.logvar.shape[-1] * LOG_2PI + self.logvar + quadratic"
STUB = SOLUTION.replace(RIGHT, PLANTED)

LOG_2PI = math.log(2 * math.pi)
TICKS = np.linspace(-8, 8, 161)
TICKS.setflags(write=False)


def log_prob(Normal, x, mu, logvar):
    """log_prob for rows of points and one row of parameters."""
    points = np.array(x, np.float64)
    same = np.zeros_like(points)
    return as_array(Normal(same + mu, same + logvar).log_prob(points), (len(points),), "log_prob")


def one_number(Normal):
    """the density of one number is the bell curve"""
    found = log_prob(Normal, [[1.0], [3.0]], [1.0], [math.log(4)])
    expected = [-0.5 * (LOG_2PI + math.log(4)), -0.5 * (LOG_2PI + math.log(4) + 1)]
    expect_close(found, expected, "log N(x; 1, 4), at x = 1 and 3, is")


def two_numbers(Normal):
    """the log densities of two independent numbers add"""
    x, mu, logvar = [[1.0, -2.0]], [0.5, 1.0], [0.3, -0.7]
    parts = [log_prob(Normal, [[x[0][d]]], [mu[d]], [logvar[d]])[0] for d in range(2)]
    reasons = {
        sum(parts) - LOG_2PI: "it is too small by log 2π = 1.84: how many times is it counted?",
        sum(parts) + LOG_2PI / 2: "now log 2π is counted too seldom: once per number",
        sum(parts) + LOG_2PI: "log 2π is missing",
        sum(parts) / 2: "that is the mean over the two numbers; densities multiply, so logarithms add",
    }
    expect_close(log_prob(Normal, x, mu, logvar), sum(parts), "of two numbers the log density is", reasons)


def volume(Normal):
    """below the density of two numbers the volume is 1"""
    plane = np.stack(np.meshgrid(TICKS, TICKS), axis=-1).reshape(-1, 2)
    density = np.exp(log_prob(Normal, plane, [0.5, -1.0], [0.0, math.log(0.5)]))
    reasons = {1 / (2 * math.pi): "it is too small by the factor 2π"}
    expect_close(density.sum() * (TICKS[1] - TICKS[0]) ** 2, 1, "the volume is", reasons)


def entropy(Normal):
    """the entropy is the mean of −log_prob"""
    mu, logvar = np.array([[0.5, -1.0, 0.0]]), np.array([[0.0, 0.7, -0.4]])
    signs = np.stack(np.meshgrid(*[[-1.0, 1.0]] * 3), axis=-1).reshape(-1, 3)  # mean 0, variance 1
    mean = -log_prob(Normal, mu + signs * np.exp(logvar / 2), mu, logvar).mean()
    found = as_array(Normal(mu, logvar).entropy(), (1,), "the entropy")
    reasons = {-mean: "the entropy is the mean of −log p", mean / 3: "that is the mean over three numbers"}
    expect_close(found, mean, "of three numbers the entropy is", reasons)


EXERCISE = Exercise(
    name="density-of-two-numbers",
    title="A density that is wrong from two numbers on",
    page="0.3",
    kind="find-the-bug",
    ledger=("distributions.normal", "distributions.normal_entropy"),
    stub=STUB,
    solution=SOLUTION,
    properties=(one_number, two_numbers, volume, entropy),
    hints=(
        "For one number all is well. Which quantity of the file is 1 then, and 2 for two numbers?",
        "Write the sum over d out for D = 2. How many log 2π should there be, and how many are there?",
        "Everything inside np.sum is added once per number already.",
    ),
    explanation=(
        "Why: the sum over d adds log 2π once per number. The factor D inside of it made it D² times, and D² = D only "
        "for D = 1. The volume below the density was (2π)^(−½ D (D − 1)) in place of 1.\n\n"
        "In practice: the term is a constant, so training is not changed, and no derivative shows it; only the "
        "reported score is wrong, by ½ D (D − 1) log 2π nats: 1.84 for two numbers, 564,000 for an image of 28 × 28. "
        "A published VAE has this line (log_normal_diag of intro_dgm). Integrate a density in two "
        "dimensions before you trust it."
    ),
    wrong_answers=(
        WrongAnswer(STUB, two_numbers),
        WrongAnswer(
            STUB.replace("self.logvar.shape[-1] * LOG_2PI", "LOG_2PI / self.logvar.shape[-1]"), two_numbers
        ),
        WrongAnswer(SOLUTION.replace(RIGHT, "self.logvar + quadratic"), one_number),
        WrongAnswer(SOLUTION.replace("-0.5 * np.sum(LOG", "-0.5 * np.mean(LOG"), two_numbers),
        WrongAnswer(SOLUTION.replace("np.exp(-self.logvar)", "np.exp(self.logvar)"), one_number),
        WrongAnswer(
            SOLUTION.replace("LOG_2PI = math.log(2 * math.pi)", "LOG_2PI = math.log(2) * math.pi"), one_number
        ),
        WrongAnswer(SOLUTION.replace("0.5 * np.sum(LOG_2PI + 1", "-0.5 * np.sum(LOG_2PI + 1"), entropy),
    ),
    equivalent_mutants={
        "quadratic = (self.mu - x) ** 2 * np.exp(-self.logvar)": "the square of a difference has no sign",
        "return -0.5 * np.sum(LOG_2PI + self.logvar + quadratic, axis=1)": "x is (B, D): axis 1 is the last",
        "return 0.5 * np.sum(LOG_2PI + 1 + self.logvar, axis=1)": "logvar is (B, D): axis 1 is the last",
    },
    fault="normaliser counted once a dimension",
)
