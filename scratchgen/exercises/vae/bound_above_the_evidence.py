"""Find the bug: a density of q(z|x) without its width, in a bound for three pixels."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import TOLERANCE, as_array, constant, expect, expect_close

SOLUTION = '''\
"""Find the bug.

The mean of elbo over the noise ε should be a lower bound of log p(x), whatever q(z|x) is. In this file it is right only
at sigma = 1: for a narrow q(z|x) it is above log p(x), and for a wide one it is too low. No line raises an error. One
line is wrong: find it, and repair it.
"""

import numpy as np


class Posterior:
    """q(z|x) = N(mu, sigma²), independently for each latent, with logvar = log sigma².

    mu, logvar    (B, Z): a row per image, a column per latent
    """

    def __init__(self, mu, logvar):
        self.mu = mu
        self.logvar = logvar

    def sample(self, eps):
        """z = mu + sigma ⊙ ε, (B, Z)."""
        return self.mu + np.exp(0.5 * self.logvar) * eps


def log_likelihood(x, logits):
    """log p(x|z) = Σ_d x_d a_d − log(1 + exp(a_d)), for the logits a: (B, D) → (B,) nats.

    This is Σ_d x_d log p_d + (1 − x_d) log(1 − p_d) with p = sigmoid(a), and np.logaddexp(0, a) is log(1 + exp(a)).
    """
    return np.sum(x * logits - np.logaddexp(0, logits), axis=-1)


def log_prior_over_posterior(q, z, eps):
    """log p(z) − log q(z|x), where p(z) = N(0, I) and z = mu + sigma ⊙ ε: (B, Z) → (B,) nats."""
    return 0.5 * np.sum(q.logvar + eps**2 - z**2, axis=-1)


def elbo(x, q, decode, eps):
    """log p(x|z) + log p(z) − log q(z|x) at z = mu + sigma ⊙ ε, (B,) nats; decode(z) are the logits."""
    z = q.sample(eps)
    return log_likelihood(x, decode(z)) + log_prior_over_posterior(q, z, eps)
'''
RIGHT = "np.sum(q.logvar + eps**2 - z**2, axis=-1)"
PLANTED = "np.sum(eps**2 - z**2, axis=-1)"
STUB = SOLUTION.replace(RIGHT, PLANTED)

W, C, IMAGE = constant([[2.0, 1.0, -1.5], [0.0, -0.5, 0.3], [1.0, 1.0, 0.0]])  # the model of page 2.1
EIGHT = constant(list(np.ndindex(2, 2, 2)))
EPS = constant(np.linspace(-9, 9, 721))
WEIGHTS = constant(np.exp(-(EPS**2) / 2) / math.sqrt(2 * math.pi) * (EPS[1] - EPS[0]))
FITTED = (1.16, math.log(0.49))  # mu and logvar of a q(z|x) near the posterior
CHOICES = ((1.0, math.log(0.01)), FITTED, (0.0, 0.0), (-1.0, math.log(4)))


def decode(z):
    """The logits of page 2.1's three pixels."""
    return z * W + C


def log_normal(z, mu, v):
    """log N(z; mu, v), element by element."""
    return -0.5 * (math.log(2 * math.pi) + np.log(v) + (z - mu) ** 2 / v)


def exact_evidence() -> float:
    """log p(x) of the image, by quadrature."""
    z = np.linspace(-10, 10, 2001)[:, None]
    p = 1 / (1 + np.exp(-decode(z)))
    joint = np.prod(np.where(IMAGE == 1, p, 1 - p), axis=1) * np.exp(log_normal(z[:, 0], 0, 1))
    return math.log(joint.sum() * 0.01)


def exact_bound(mu: float, logvar: float) -> float:
    """The ELBO by its definition: the mean over q of log p(x|z) + log p(z) − log q(z|x), on a grid of z."""
    v = math.exp(logvar)
    z = np.linspace(mu - 9 * math.sqrt(v), mu + 9 * math.sqrt(v), 721)
    p = 1 / (1 + np.exp(-decode(z[:, None])))
    log_p = np.log(np.where(IMAGE == 1, p, 1 - p)).sum(axis=1)
    terms = np.exp(log_normal(z, mu, v)) * (log_p + log_normal(z, 0, 1) - log_normal(z, mu, v))
    return float(terms.sum() * (z[1] - z[0]))


def mean_over_noise(Posterior, elbo, mu: float, logvar: float) -> float:
    """The answer's bound, with a grid of ε in place of random numbers."""
    same = np.ones((len(EPS), 1))
    values = elbo(np.tile(IMAGE, (len(EPS), 1)), Posterior(mu * same, logvar * same), decode, EPS[:, None])
    return float(WEIGHTS @ as_array(values, (len(EPS),), "elbo"))


def samples(Posterior):
    """the samples of q(z|x) are mu + sigma ε"""
    mu, v, eps = np.array([[1.0, -2.0]]), np.array([[0.25, 4.0]]), np.array([[1.0, -0.5]])
    z = as_array(Posterior(mu, np.log(v)).sample(eps), (1, 2), "z")
    reasons = {1.25: "exp(logvar) is the variance, so its root is the scale"}
    expect_close(z, mu + np.sqrt(v) * eps, "at mu = 1, sigma = ½, ε = 1 and at −2, 2, −½, one z is", reasons)


def likelihood(log_likelihood):
    """log p(x|z) is the sum of the pixels' log-probabilities, for all eight images of three pixels"""
    logits = np.broadcast_to([0.5, -1.0, 2.0], (8, 3))
    p = 1 / (1 + np.exp(-logits))
    expected = np.log(np.where(EIGHT == 1, p, 1 - p)).sum(axis=1)
    found = as_array(log_likelihood(EIGHT.copy(), logits), (8,), "log_likelihood")
    reasons = {expected[0] / 3: "that is the mean over the pixels; probabilities multiply, so logarithms add"}
    expect_close(found, expected, "for one of the images log p(x|z) is", reasons)


def never_above(Posterior, elbo):
    """no q(z|x) lifts the bound above log p(x)"""
    evidence = exact_evidence()
    for mu, logvar in CHOICES:
        found = mean_over_noise(Posterior, elbo, mu, logvar)
        sigma = math.exp(logvar / 2)
        why = f"at mu = {mu:g} and sigma = {sigma:.3g} the bound is {found:.5g}, above log p(x) = {evidence:.5g}"
        if math.isclose(found - exact_bound(mu, logvar), -logvar / 2, abs_tol=1e-4):
            why += "; it is too high by log 1/sigma: the narrower a bell curve, the higher it is"
        expect(found <= evidence + TOLERANCE, why)


def exact(Posterior, elbo):
    """for each q(z|x) it is the bound that its definition gives"""
    for mu, logvar in CHOICES:
        sigma = math.exp(logvar / 2)
        right = exact_bound(mu, logvar)
        reasons = {
            right - logvar / 2: "the log of sigma is missing: a narrow curve is high, a wide one low",
            right + logvar / 2: "½ logvar is log sigma; here it counts twice",
            right - logvar: "the log of sigma has the wrong sign",
            right - 0.5: "the exponent of q(z|x), −½ ε², is missing",
            right + 0.5 * (mu**2 + sigma**2): "the exponent of the prior, −½ z², is missing",
        }
        found = mean_over_noise(Posterior, elbo, mu, logvar)
        expect_close(found, right, f"at mu = {mu:g} and sigma = {sigma:.3g} the bound is", reasons)


def densities(Posterior, log_prior_over_posterior):
    """log p(z) − log q(z|x) is the difference of two log densities, summed over the latents"""
    # log 0.25 + log 9 is not 0: the log of sigma cannot cancel
    mu, v, eps = np.array([[1.0, -2.0]]), np.array([[0.25, 9.0]]), np.array([[1.0, -0.5]])
    z = mu + np.sqrt(v) * eps
    expected = np.sum(log_normal(z, 0, 1) - log_normal(z, mu, v), axis=1)
    found = as_array(log_prior_over_posterior(Posterior(mu, np.log(v)), z, eps), (1,), "the difference")
    reasons = {expected[0] / 2: "that is the mean over the latents; densities multiply, so logarithms add"}
    expect_close(found, expected, "for two latents the difference is", reasons)


EXERCISE = Exercise(
    name="bound-above-the-evidence",
    title="A bound above the evidence",
    page="2.1",
    kind="find-the-bug",
    ledger=("vae.elbo", "vae.evidence"),
    stub=STUB,
    solution=SOLUTION,
    properties=(samples, likelihood, never_above, exact, densities),
    hints=(
        "At sigma = 1 all is well. Which term of the bound depends on sigma, and is 0 there?",
        "Put mu = 0 and ε = 0, so that z = 0. What is log p(z) − log q(z|x) at sigma = ½: how high is each bell curve?",
        "log q(z|x) = −½ [log 2π + logvar + (z − mu)²/sigma²], and (z − mu)/sigma is ε. Subtract it from "
        "log p(z) = −½ [log 2π + z²].",
    ),
    explanation=(
        "Why: z = mu + sigma ε has the density of ε divided by sigma: a curve that is squeezed gets higher, because "
        "its area stays 1. So log q(z|x) is log N(ε; 0, 1) − ½ logvar, for each latent. Without the ½ logvar, q(z|x) "
        "has the area sigma in place of 1, and by Jensen's inequality the result bounds log p(x) − log sigma.\n\n"
        "In practice: the number looks like a bound and rises in training. But with the term goes the only force that "
        "keeps q(z|x) wide: gradient ascent makes sigma ever smaller, and the VAE becomes an autoencoder without "
        "noise. For the image of page 2.1 the number reaches −0.87 nats, where log p(x) is −1.72. Compare a new bound "
        "with the evidence of a model so small that you can integrate it."
    ),
    wrong_answers=(
        WrongAnswer(STUB, never_above),
        WrongAnswer(SOLUTION.replace("(q.logvar + eps", "(-q.logvar + eps"), never_above),
        WrongAnswer(SOLUTION.replace("(q.logvar + eps", "(2 * q.logvar + eps"), exact),
        WrongAnswer(SOLUTION.replace("eps**2 - z**2", "eps**2 + z**2"), never_above),
        WrongAnswer(SOLUTION.replace("q.logvar + eps**2 - z**2", "q.logvar - z**2"), exact),
        WrongAnswer(SOLUTION.replace("0.5 * np.sum(q", "0.5 * np.mean(q"), densities),
        WrongAnswer(SOLUTION.replace("np.exp(0.5 * self.logvar)", "np.exp(self.logvar)"), samples),
        WrongAnswer(SOLUTION.replace("np.sum(x * logits", "np.mean(x * logits"), likelihood),
        WrongAnswer(SOLUTION.replace("(x, decode(z)) + log_p", "(x, decode(z)) - log_p"), never_above),
    ),
    equivalent_mutants={
        "return np.sum(x * logits - np.logaddexp(logits, 0), axis=-1)": "log(eᵘ + eᵛ) is symmetric in u and v",
        "return np.sum(x * logits - np.logaddexp(0, logits), axis=1)": "x is (B, D): axis 1 is the last",
        "return 0.5 * np.sum(q.logvar + eps ** 2 - z ** 2, axis=1)": "z is (B, Z): axis 1 is the last",
    },
    fault="importance weights without the volume of the noise",
)
