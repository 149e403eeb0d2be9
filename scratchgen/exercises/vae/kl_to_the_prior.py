"""Fill in: the KL divergence of q(z|x) from the standard normal, in closed form."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, constant, expect_close

HEAD = '''\
"""The KL divergence of a VAE: how far q(z|x) is from the prior, in nats per example."""

import numpy as np


def kl(mu, logvar):
    """KL(q ‖ p) of q = N(mu, sigma²), independently for each latent, from the prior p = N(0, I).

        KL(q ‖ p) = ½ Σ_d (mu_d² + sigma_d² − 1 − log sigma_d²)

    mu, logvar    (B, Z), a row per image, a column per latent; logvar = log sigma²
    returns       nats per example, (B,)
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
SOLUTION = filled_in(HEAD, "return 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=-1)")

MU, LOGVAR = constant([[[0.5, -1.0], [0.0, 2.0], [1.5, 0.3]], [[0.7, -0.4], [-2.0, 1.0], [0.2, -1.1]]])


def by_quadrature(mu: float, logvar: float) -> float:
    """∫ q log(q/p) dz in one dimension, by the trapezoidal rule: nothing of the closed form is in it."""
    z = np.linspace(mu - 12 * math.exp(0.5 * logvar), mu + 12 * math.exp(0.5 * logvar), 2001)
    log_q = -0.5 * (math.log(2 * math.pi) + logvar + (z - mu) ** 2 / math.exp(logvar))
    log_p = -0.5 * (math.log(2 * math.pi) + z**2)
    return float(np.trapezoid(np.exp(log_q) * (log_q - log_p), z))


def one(kl, mu: float, logvar: float) -> float:
    """The divergence of one example with one latent dimension."""
    return as_array(kl(np.full((1, 1), mu), np.full((1, 1), logvar)), (1,), "the divergence").item()


def per_example(kl):
    """one number of nats per example: (B, Z) → (B,)"""
    why = "the sum runs over the latent dimensions, the last axis, and over nothing else"
    as_array(kl(MU, LOGVAR), (len(MU),), "the divergence", why)


def zero_at_the_prior(kl):
    """the prior itself, mu = 0 and logvar = 0, costs nothing"""
    reasons = {
        0.5: "at sigma = 1 the −1 cancels sigma²",
        1.0: "at sigma = 1 the −1 cancels sigma²",
        -0.5: "sigma² = exp(logvar) is 1 where logvar is 0",
        math.inf: "logvar = 0 means sigma² = exp(0) = 1, not 0: logvar is a logarithm already",
    }
    expect_close(one(kl, 0.0, 0.0), 0, "KL(N(0, 1) ‖ N(0, 1)) is", reasons)


def moved_mean(kl):
    """a mean of m, at sigma = 1, costs ½ m² nats"""
    reasons = {
        -2.0: "no divergence is negative: this is −KL, the term of the bound",
        4.0: "the factor ½ is missing",
        1.0: "the mean counts squared, as in the exponent of the density",
        0.0: "mu does not count",
    }
    expect_close(one(kl, 2.0, 0.0), 2, "KL(N(2, 1) ‖ N(0, 1)) is", reasons)


def scale(kl):
    """a sigma other than 1, at mu = 0, costs ½ (sigma² − 1 − log sigma²)"""
    for v in (0.25, 4.0):
        log = math.log(v)
        reasons = {
            0.5 * (v**2 - 1 - 2 * log): "logvar is log sigma², not log sigma: exp(logvar) is sigma² already",
            0.5 * (v**2 - 1 - log): "exp(logvar) is sigma² already; it is not squared again",
            0.5 * (math.sqrt(v) - 1 - log): "exp(½ logvar) is sigma; the equation has sigma²",
            0.5 * (log - 1 - math.log(abs(log))): "logvar is the logarithm of sigma², not sigma² itself",
            0.5 * (v - 1 + log): "the logarithm is subtracted",
            0.5 * (v - 1 - log / 2): "log sigma² is logvar itself, not half of it",
        }
        expect_close(
            one(kl, 0.0, log), by_quadrature(0.0, log), f"at sigma² = {v:g} the divergence is", reasons
        )


def dimensions_add(kl):
    """independent dimensions add up"""
    found = as_array(kl(np.ones((1, 4)), np.zeros((1, 4))), (1,), "the divergence").item()
    reasons = {0.5: "this is the mean over the dimensions; the log of a product of densities is a sum"}
    expect_close(found, 2, "four dimensions of ½ nat each give", reasons)


def integral(kl):
    """it agrees with the integral ∫ q log(q/p) dz"""
    expected = [sum(map(by_quadrature, *rows)) for rows in zip(MU, LOGVAR, strict=True)]
    found = as_array(kl(MU, LOGVAR), (len(MU),), "the divergence")
    expect_close(found, expected, "for one of three examples the divergence is")


EXERCISE = Exercise(
    name="kl-to-the-prior",
    title="The divergence from the prior, in nats",
    page="2.2",
    kind="fill-in",
    ledger=("vae.kl",),
    stub=STUB,
    solution=SOLUTION,
    properties=(per_example, zero_at_the_prior, moved_mean, scale, dimensions_add, integral),
    hints=(
        "Translate the equation term by term: mu², then sigma², then −1, then −log sigma². "
        "Two of the four are functions of logvar; which is the simpler one?",
        "sigma² = exp(logvar), and log sigma² is logvar itself.",
        "The sum runs over the latent dimensions, the last axis: np.sum(…, axis=-1). The ½ is in front of it.",
    ),
    explanation=(
        "Why: log q − log p is a quadratic in z, and the mean of z² under q is mu² + sigma². The 2π cancel. Each "
        "dimension gives ½ (mu² + sigma² − 1 − log sigma²), which is 0 only at mu = 0 and sigma = 1, and independent "
        "dimensions add.\n\n"
        "In practice: a mean over Z latents divides the KL by Z; the bound then has a weight in it that nobody chose. "
        "Take logvar for log sigma, and the number is the divergence of another posterior, with the standard "
        "deviation exp(logvar). The gradients of both agree with finite differences; only a number from elsewhere, "
        "such as the integral above, shows the fault."
    ),
    wrong_answers=(
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=-1)"), moved_mean
        ),
        WrongAnswer(
            filled_in(HEAD, "return np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=-1)"), moved_mean
        ),
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.mean(mu**2 + np.exp(logvar) - 1 - logvar, axis=-1)"),
            dimensions_add,
        ),
        WrongAnswer(filled_in(HEAD, "return 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar)"), per_example),
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=0)"), per_example
        ),
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.sum(mu**2 + np.exp(2 * logvar) - 1 - 2 * logvar, axis=-1)"),
            scale,
        ),
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.sum(mu**2 + np.exp(logvar) ** 2 - 1 - logvar, axis=-1)"), scale
        ),
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.sum(mu**2 + np.exp(logvar) - logvar, axis=-1)"),
            zero_at_the_prior,
        ),
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.sum(mu**2 + logvar - 1 - np.log(logvar), axis=-1)"),
            zero_at_the_prior,
        ),
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.sum(mu**2 + logvar**2 - 1 - np.log(logvar**2), axis=-1)"),
            zero_at_the_prior,
        ),
        WrongAnswer(
            filled_in(HEAD, "return 0.5 * np.sum(mu + np.exp(logvar) - 1 - logvar, axis=-1)"), moved_mean
        ),
    ),
    equivalent_mutants={
        "return 0.5 * np.sum(mu ** 2 + np.exp(logvar) - 1 - logvar, axis=1)": "mu is (B, Z): axis 1 is the last",
    },
)
