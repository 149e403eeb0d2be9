"""Predict, then run: a density, a mean square, an entropy, a divergence and a standard error."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from scratchgen.distributions import Categorical, Normal
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import expect_prediction

STUB = '''\
"""Five numbers of chance.   Predict; the check then measures each.

Write down what you expect, to two decimals. Formulas such as 3 * math.log(5) are welcome.
"""

import math

density = ...  # the density of N(0, 0.1²) at its mean, 0
mean_of_square = ...  # the mean of z² for z ~ N(3, 0.5²): mean 3, standard deviation 0.5
entropy = ...  # the entropy of a fair die with 8 faces, in bits
divergence = ...  # KL(q ‖ p) in nats, for a coin q that always shows heads and a fair coin p
error = ...  # the standard error of the mean of 25 samples whose standard deviation is 10
'''
RIGHT = {
    "density": "1 / (0.1 * math.sqrt(2 * math.pi))",
    "mean_of_square": "3**2 + 0.5**2",
    "entropy": "3.0",
    "divergence": "math.log(2)",
    "error": "10 / math.sqrt(25)",
}
TOP = 1 / math.sqrt(2 * math.pi)


def with_predictions(predictions: dict[str, str]) -> str:
    """The file with these predictions."""
    text = STUB
    for name, expression in predictions.items():
        text = text.replace(f"\n{name} = ...", f"\n{name} = {expression}")
    return text


def instead(name: str, expression: str) -> str:
    """The solution with another prediction of this name."""
    return with_predictions({**RIGHT, name: expression})


SOLUTION = with_predictions(RIGHT)


@cache
def measured() -> dict[str, float]:
    """The five numbers, by sums over slices, faces and samples."""
    z = np.linspace(-2, 8, 10_001)
    p = np.exp(Normal(np.full((10_001, 1), 3.0), np.full((10_001, 1), math.log(0.25))).log_prob(z[:, None]))
    q, fair = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    shown = q > 0  # what never happens surprises nobody
    heads = np.arange(26)  # of 25 tosses that give 10 or −10, each combination with the probability 2⁻²⁵
    share = np.array([math.comb(25, int(k)) for k in heads]) / 2**25
    means = 10 * (2 * heads - 25) / 25
    return {
        "density": float(np.exp(Normal(np.zeros((1, 1)), np.full((1, 1), math.log(0.01))).log_prob(0.0))[0]),
        "mean_of_square": float(np.sum(z**2 * p) / np.sum(p)),
        "entropy": float(Categorical(np.zeros(8)).entropy() / math.log(2)),
        "divergence": float(np.sum(q[shown] * np.log(q[shown] / fair[shown]))),
        "error": float(np.sqrt(np.sum(share * means**2))),
    }


def height(density):
    """the density of N(0, 0.1²) at its mean"""
    reasons = {
        1.0: "the area below the density is 1, not its height",
        TOP: "that is N(0, 1); a curve ten times narrower is ten times higher",
        TOP / 0.01: "the height has 1/sigma; this has 1/sigma²",
        0.0: "the probability of a single point is 0; its density is not",
    }
    expect_prediction(density, measured()["density"], "density", reasons)


def square(mean_of_square):
    """the mean of z²"""
    reasons = {
        9.0: "that is the square of the mean; the variance is added",
        9.5: "sigma is squared before it is added",
        0.25: "that is the variance, the mean of (z − mu)²",
        8.75: "the variance is added, not subtracted",
        12.25: "that is (mu + sigma)²",
    }
    expect_prediction(mean_of_square, measured()["mean_of_square"], "mean_of_square", reasons)


def faces(entropy):
    """the entropy of the die, in bits"""
    reasons = {
        math.log(8): "that is in nats; a bit is log 2 nats",
        8.0: "that is the number of faces; the entropy is its logarithm",
        0.125: "that is the probability of a face; its surprise is −log p",
        -3.0: "−log p is positive",
    }
    expect_prediction(entropy, measured()["entropy"], "entropy", reasons)


def coins(divergence):
    """the divergence of the two coins, in nats"""
    reasons = {
        1.0: "that is in bits; the question is in nats",
        0.0: "the two coins differ, so the divergence is not 0",
        -math.log(2): "a divergence is never negative",
        0.5: "that is a difference of probabilities; compare logarithms",
        math.inf: "that is KL(p ‖ q): heads always expected, and tails seen",
    }
    expect_prediction(divergence, measured()["divergence"], "divergence", reasons)


def mean_of_25(error):
    """the standard error of the mean of 25 samples"""
    reasons = {
        0.4: "the standard deviation is divided by √n, not by n",
        4.0: "that is the variance of the mean; take the root",
        10.0: "that is the standard deviation of one sample",
        50.0: "that is of the sum; the mean divides by n",
        0.5: "the larger the deviation, the larger the error",
    }
    expect_prediction(error, measured()["error"], "error", reasons)


EXERCISE = Exercise(
    name="chance-in-numbers",
    title="Five numbers of chance",
    page="0.3",
    kind="predict",
    ledger=("distributions.normal", "distributions.entropy", "evaluation.standard_error"),
    stub=STUB,
    solution=SOLUTION,
    properties=(height, square, faces, coins, mean_of_25),
    hints=(
        "Put x = mu into log N(x; mu, sigma²), and take the exponential. Which sigma makes the height 1?",
        "E[z²] = mu² + sigma². The surprise of a face with the probability 1/8 is −log 1/8; a bit is log 2.",
        "Of the coin q only heads ever shows: the sum has one term, 1 · log(1 / 0.5). The error is sigma/√n.",
    ),
    explanation=(
        "Why: the height of a normal density is 1/(sigma √(2π)) = 3.99; E[z²] = 9 + 0.25; 8 = 2³ faces are 3 "
        "bits; always heads surprises a believer in a fair coin by log 2 = 0.69 nats at each toss; and "
        "10/√25 = 2.\n\n"
        "In practice: a Gaussian likelihood of images may be positive, in nats, because densities exceed 1; it "
        "cannot be compared with the log-probability of pixels that are 0 or 1. And a loss that is reported in bits by "
        "one paper and in nats by another differs by the factor 1.44."
    ),
    wrong_answers=(
        WrongAnswer(instead("density", "1.0"), height),
        WrongAnswer(instead("density", "1 / math.sqrt(2 * math.pi)"), height),
        WrongAnswer(instead("mean_of_square", "9.0"), square),
        WrongAnswer(instead("mean_of_square", "9 + 0.5"), square),
        WrongAnswer(instead("entropy", "math.log(8)"), faces),
        WrongAnswer(instead("entropy", "8"), faces),
        WrongAnswer(instead("divergence", "1.0"), coins),
        WrongAnswer(instead("divergence", "math.inf"), coins),
        WrongAnswer(instead("error", "10 / 25"), mean_of_25),
        WrongAnswer(instead("error", "10.0"), mean_of_25),
    ),
)
