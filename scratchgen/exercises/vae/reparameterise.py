"""Fill in: a sample of q(z|x) that the gradient passes through."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import grad
from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, constant, expect, expect_close

HEAD = '''\
"""Draw z from q(z|x), so that the gradient reaches mu and logvar."""

import numpy as np


def sample(mu, logvar, eps):
    """A sample of q(z|x) = N(mu, sigma²), independently for each latent.

        z = mu + sigma ⊙ ε,    ε ~ N(0, I)

    mu, logvar    (B, Z), a row per image, a column per latent; logvar = log sigma²
    eps           (B, Z), the noise ε, already drawn
    returns       z, (B, Z)
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
SOLUTION = filled_in(HEAD, "return mu + np.exp(0.5 * logvar) * eps")

MU, LOGVAR, EPS = constant(
    [[[0.3, -1.2], [2.0, 0.0]], [[0.7, -0.4], [-2.0, 1.0]], [[0.5, -1.5], [1.0, -0.25]]]
)
TWO_POINTS = constant([[1.0], [-1.0]])  # noise of mean 0 and variance 1, exactly


def shape(sample):
    """z has the shape of mu: a sample per example"""
    why = "each latent dimension of each example has a sample of its own; nothing is summed"
    as_array(sample(MU, LOGVAR, EPS), MU.shape, "z", why)


def given_noise(sample):
    """the noise is the given ε: equal ε, equal z"""
    first, second = (as_array(sample(MU, LOGVAR, EPS), MU.shape, "z") for _ in range(2))
    expect(
        np.array_equal(first, second),
        "the same mu, logvar and ε gave two samples that differ; the noise is drawn outside and comes in as eps",
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
    first = MU[0, 0] - np.sqrt(np.exp(LOGVAR[0, 0])) * EPS[0, 0]
    pooled = MU + np.exp(0.5 * LOGVAR.mean()) * EPS
    reasons = {
        first: "this is mu − sigma ε: of the same distribution, but not the z of the equation",
        pooled[0, 0]: "this sigma is from the mean of all logvar; exp goes element by element",
    }
    expect_close(z, expected, "of mu + sigma ⊙ ε, element by element, one is", reasons)


def gradient(sample):
    """the gradient reaches mu and logvar: 1 and ½ sigma ε"""
    total = lambda mu, logvar: np.sum(sample(mu, logvar, EPS))
    by_mu, by_logvar = grad(total, (0, 1))(MU, LOGVAR)
    cut = {0.0: "the gradient is cut; stay with NumPy functions of mu and logvar"}
    expect_close(as_array(by_mu, MU.shape, "∂z/∂mu"), 1, "∂z/∂mu is", cut)
    expected = 0.5 * np.exp(0.5 * LOGVAR) * EPS
    expect_close(as_array(by_logvar, MU.shape, "∂z/∂logvar"), expected, "∂z/∂logvar is", cut)


EXERCISE = Exercise(
    name="reparameterise",
    title="A sample that the gradient passes through",
    page="2.2",
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
        "Why: a factor sigma multiplies the variance of ε by sigma², and sigma² = exp(logvar), so sigma = exp(½ "
        "logvar). Because ε is drawn outside, z is a smooth function of mu and logvar, and backpropagation reaches "
        "the encoder.\n\n"
        "In practice: with exp(logvar) in place of its root the code runs, its gradients agree with finite "
        "differences, and the loss falls. But the samples come from N(mu, sigma⁴), while the KL term is that of N(mu, "
        "sigma²): the loss is no bound. After 25 epochs on the digits it reads 15 nats per image instead of 19, and "
        "the true bound of held-out images is more than 1 nat worse. numpy-ml's BernoulliVAE has this line."
    ),
    wrong_answers=(
        WrongAnswer(filled_in(HEAD, "return mu + np.exp(logvar) * eps"), variance),
        WrongAnswer(filled_in(HEAD, "return mu + logvar * eps"), variance),
        WrongAnswer(filled_in(HEAD, "return mu + np.exp(-0.5 * logvar) * eps"), variance),
        WrongAnswer(filled_in(HEAD, "return mu + eps"), variance),
        WrongAnswer(filled_in(HEAD, "return np.exp(0.5 * logvar) * eps"), mean),
        WrongAnswer(
            filled_in(HEAD, "return mu + np.exp(0.5 * logvar) * np.random.standard_normal(mu.shape)"),
            given_noise,
        ),
        WrongAnswer(filled_in(HEAD, "return mu + np.exp(0.5 * np.mean(logvar)) * eps"), own_sigma),
        WrongAnswer(filled_in(HEAD, "return mu - np.exp(0.5 * logvar) * eps"), own_sigma),
        WrongAnswer(filled_in(HEAD, "return np.sum(mu + np.exp(0.5 * logvar) * eps, axis=-1)"), shape),
        WrongAnswer(
            filled_in(
                HEAD,
                "from scratchgen import stop_gradient\n\nreturn mu + stop_gradient(np.exp(0.5 * logvar)) * eps",
            ),
            gradient,
        ),
    ),
)
