"""Fill in: a sample of q(z|x) that the gradient passes through."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import grad
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import as_array, expect_close

HEAD = '''\
"""Draw z from q(z|x), so that the gradient reaches mu and logvar."""

import numpy as np


def sample(mu, logvar, eps):
    """A sample of q(z|x) = N(mu, diag sigma²).

        z = mu + sigma ⊙ ε,    ε ~ N(0, I)

    mu, logvar    (B, Z), the encoder's output; logvar = log sigma²
    eps           (B, Z), the noise ε, already drawn
    returns       z, (B, Z)
    """
'''
STUB = HEAD + "    raise NotImplementedError  # your line here\n"
SOLUTION = HEAD + "    return mu + np.exp(0.5 * logvar) * eps\n"

MU, LOGVAR, EPS = np.array(
    [[[0.3, -1.2], [2.0, 0.0]], [[0.7, -0.4], [-2.0, 1.0]], [[0.5, -1.5], [1.0, -0.25]]]
)
TWO_POINTS = np.array([[1.0], [-1.0]])  # noise of mean 0 and variance 1, exactly


def shape(sample):
    """z has the shape of mu: a sample per example"""
    as_array(sample(MU, LOGVAR, EPS), MU.shape, "z")


def given_noise(sample):
    """the noise is the given ε: equal ε, equal z"""
    first, second = sample(MU, LOGVAR, EPS), sample(MU, LOGVAR, EPS)
    expect_close(
        as_array(first, MU.shape, "z") - as_array(second, MU.shape, "z"),
        0,
        "for the same ε two samples differ by",
        {},
    )


def mean(sample):
    """without noise, at ε = 0, z is mu"""
    mu = np.full((1, 1), 2.0)
    z = as_array(sample(mu, np.ones((1, 1)), np.zeros((1, 1))), (1, 1), "z")
    expect_close(z, 2, "at mu = 2 and ε = 0, z is", {0.0: "the noise is around mu, so mu is added"})


def variance(sample):
    """noise of variance 1 gives z the variance exp(logvar)"""
    for v in (0.25, 4.0):
        logvar = np.full((2, 1), math.log(v))
        found = np.var(as_array(sample(np.zeros((2, 1)), logvar, TWO_POINTS), (2, 1), "z"))
        reasons = {
            v**2: "exp(logvar) is the variance, so its root is the scale",
            v**4: "logvar = 2 log sigma: the scale is the root of exp(logvar)",
            math.log(v) ** 2: "logvar is the logarithm of sigma², not sigma itself",
            1 / v: "exp(−½ logvar) is 1/sigma",
            1.0: "the noise is not scaled: sigma is missing",
            0.0: "the noise has no effect: all samples are mu",
        }
        expect_close(found, v, f"at logvar = log {v:g} the samples have variance", reasons)


def own_sigma(sample):
    """each example and dimension has its own mu and sigma"""
    expected = MU + np.sqrt(np.exp(LOGVAR)) * EPS
    z = as_array(sample(MU, LOGVAR, EPS), MU.shape, "z")
    expect_close(z, expected, "of mu + sigma ⊙ ε, element by element, one is")


def gradient(sample):
    """the gradient reaches mu and logvar: 1 and ½ sigma ε"""
    total = lambda mu, logvar: np.sum(sample(mu, logvar, EPS))
    by_mu, by_logvar = grad(total, (0, 1))(MU, LOGVAR)
    cut = {0.0: "the gradient is cut; stay with NumPy functions of mu and logvar"}
    expect_close(as_array(by_mu, MU.shape, "∂z/∂mu"), 1, "∂z/∂mu is", cut)
    expected = 0.5 * np.exp(0.5 * LOGVAR) * EPS
    expect_close(as_array(by_logvar, MU.shape, "∂z/∂logvar"), expected, "∂z/∂logvar is", cut)


def instead(expression: str) -> str:
    """The solution with another expression after its return."""
    return HEAD + f"    return {expression}\n"


EXERCISE = Exercise(
    name="reparameterise",
    title="A sample that the gradient passes through",
    page="2.3",
    kind="fill-in",
    ledger=("vae.reparameterisation",),
    stub=STUB,
    solution=SOLUTION,
    properties=(shape, given_noise, mean, variance, own_sigma, gradient),
    hints=(
        "The noise has mean 0 and variance 1. What do a factor and a summand do to a mean and to a variance?",
        "z = mu + sigma ⊙ ε needs sigma. You have logvar = log sigma² = 2 log sigma; solve it for sigma.",
        "sigma = exp(½ logvar). In NumPy, ⊙ is *.",
    ),
    explanation=(
        "Why: a factor sigma multiplies the variance of ε by sigma², and sigma² = exp(logvar), so "
        "sigma = exp(½ logvar). Because ε is drawn outside, z is a smooth function of mu and logvar, and "
        "backpropagation reaches the encoder.\n\n"
        "In practice: with exp(logvar) in place of its root the code runs, its gradients agree with finite "
        "differences, and the loss falls. But the samples come from N(mu, sigma⁴), while the KL term is that of "
        "N(mu, sigma²): the loss is no bound. On the digits it reads 15 nats per image instead of 19, and the "
        "true bound of held-out images is more than 1 nat worse. numpy-ml's BernoulliVAE has this line."
    ),
    wrong_answers=(
        WrongAnswer(instead("mu + np.exp(logvar) * eps"), variance),
        WrongAnswer(instead("mu + logvar * eps"), variance),
        WrongAnswer(instead("mu + np.exp(-0.5 * logvar) * eps"), variance),
        WrongAnswer(instead("mu + eps"), variance),
        WrongAnswer(instead("np.exp(0.5 * logvar) * eps"), mean),
        WrongAnswer(instead("mu + np.exp(0.5 * logvar) * np.random.standard_normal(mu.shape)"), given_noise),
        WrongAnswer(instead("mu + np.exp(0.5 * np.mean(logvar)) * eps"), own_sigma),
        WrongAnswer(instead("mu - np.exp(0.5 * logvar) * eps"), own_sigma),
        WrongAnswer(instead("np.sum(mu + np.exp(0.5 * logvar) * eps, axis=-1)"), shape),
        WrongAnswer(
            HEAD + "    from scratchgen import stop_gradient\n\n"
            "    return mu + stop_gradient(np.exp(0.5 * logvar)) * eps\n",
            gradient,
        ),
    ),
)
