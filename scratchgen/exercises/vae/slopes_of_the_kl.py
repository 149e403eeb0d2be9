"""Derive: the slopes of the KL divergence, compared with finite differences of an integral."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, constant, expect_close
from scratchgen.exercises.vae.kl_to_the_prior import by_quadrature

BY_MU = '''\
"""Derive on paper how the KL pulls at the encoder's output; then write the two slopes down."""

import numpy as np


def by_mu(mu, logvar):
    """∂KL/∂mu for each latent dimension, where

        KL = ½ Σ_d (mu_d² + exp(logvar_d) − 1 − logvar_d)

    mu, logvar    (B, Z)
    returns       (B, Z)
    """
'''
BY_LOGVAR = '''

def by_logvar(mu, logvar):
    """∂KL/∂logvar for each latent dimension.   mu, logvar (B, Z) → (B, Z)"""
'''


def both(first: str, second: str) -> str:
    """The file with these bodies of the two functions."""
    return filled_in(BY_MU, first) + filled_in(BY_LOGVAR, second)


MU, LOGVAR = constant([[[0.5, -1.0], [0.0, 2.0]], [[0.7, -0.4], [-2.0, 1.0]]])
STEP = 1e-4  # of the central differences: they are wrong by about STEP², and by rounding, 1e-13 / STEP


def shapes(by_mu, by_logvar):
    """one slope for each latent dimension of each example"""
    why = "the other terms of the sum do not depend on this dimension, and have the slope 0"
    as_array(by_mu(MU, LOGVAR), MU.shape, "∂KL/∂mu", why)
    as_array(by_logvar(MU, LOGVAR), MU.shape, "∂KL/∂logvar", why)


def level_at_the_prior(by_mu, by_logvar):
    """both slopes are 0 where q(z|x) is the prior"""
    zero = np.zeros((1, 1))
    expect_close(as_array(by_mu(zero, zero), (1, 1), "∂KL/∂mu"), 0, "at mu = 0 and logvar = 0, ∂KL/∂mu is")
    second_logarithm = "logvar itself has the slope 1; it is a logarithm already"
    reasons = {
        0.5: "the −½ logvar has a slope, too",
        1.0: "the −½ logvar has a slope, too",
        -0.5: "the ½ exp(logvar) has a slope, too",
        math.inf: second_logarithm,
        -math.inf: second_logarithm,
    }
    found = as_array(by_logvar(zero, zero), (1, 1), "∂KL/∂logvar")
    expect_close(found, 0, "at mu = 0 and logvar = 0, ∂KL/∂logvar is", reasons)


def slope_of_mu(by_mu):
    """by mu: what finite differences of ∫ q log(q/p) dz give"""
    for mu, logvar in ((3.0, 0.0), (-0.7, 0.8), (2.0, -1.0)):
        up, down = (by_quadrature(mu + step, logvar) for step in (STEP, -STEP))
        found = as_array(by_mu(np.full((1, 1), mu), np.full((1, 1), logvar)), (1, 1), "∂KL/∂mu")
        reasons = {
            2 * mu: "the ½ in front halves the 2 of (mu²)′ = 2 mu",
            mu / 2: "(mu²)′ is 2 mu",
            -mu: "uphill is away from the prior: the sign is that of mu",
            mu * mu / 2: "this is the divergence itself, not its slope",
        }
        expect_close(found, (up - down) / (2 * STEP), f"at mu = {mu:g}, ∂KL/∂mu is", reasons)


def slope_of_logvar(by_logvar):
    """by logvar: what finite differences of ∫ q log(q/p) dz give"""
    for mu, v in ((0.0, 9.0), (1.5, 0.25), (-1.0, 2.0)):
        logvar = math.log(v)
        up, down = (by_quadrature(mu, logvar + step) for step in (STEP, -STEP))
        found = as_array(by_logvar(np.full((1, 1), mu), np.full((1, 1), logvar)), (1, 1), "∂KL/∂logvar")
        reasons = {
            v - 1: "the ½ in front of the sum is missing",
            0.5 * (1 - v): "the sign is turned round: a wide q(z|x) gets cheaper by narrowing",
            math.sqrt(v) - 1 / math.sqrt(v): "this is the slope by sigma; by the chain rule, times ½ sigma",
            0.5 * (1 - 1 / v): "this is the slope by sigma²; by the chain rule, times sigma²",
            0.5 * (v - 1 - logvar): "this is the divergence itself, not its slope",
        }
        expect_close(found, (up - down) / (2 * STEP), f"at sigma² = {v:g}, ∂KL/∂logvar is", reasons)


def descent(by_mu, by_logvar):
    """going down both slopes leads to the prior"""
    mu, logvar = MU.copy(), LOGVAR.copy()
    for _ in range(400):
        down_mu = as_array(by_mu(mu.copy(), logvar.copy()), MU.shape, "∂KL/∂mu")
        down_logvar = as_array(by_logvar(mu.copy(), logvar.copy()), MU.shape, "∂KL/∂logvar")
        mu, logvar = mu - 0.1 * down_mu, logvar - 0.1 * down_logvar
    expect_close(mu, 0, "after 400 steps of gradient descent, one mu is")
    expect_close(logvar, 0, "after 400 steps of gradient descent, one logvar is")


RIGHT = "return 0.5 * (np.exp(logvar) - 1)"

EXERCISE = Exercise(
    name="slopes-of-the-kl",
    title="The slopes that pull to the prior",
    page="2.2",
    kind="derive",
    ledger=("vae.kl",),
    stub=both(STILL_TO_WRITE, STILL_TO_WRITE),
    solution=both("return mu", RIGHT),
    properties=(shapes, level_at_the_prior, slope_of_mu, slope_of_logvar, descent),
    hints=(
        "Each slope is that of one term of the sum: all others are constants. Which parts of the term have mu in them, "
        "and which have logvar?",
        "(mu²)′ = 2 mu. By logvar: exp(logvar) is its own slope, and −logvar has the slope −1. The ½ stays in front.",
        "∂KL/∂logvar = ½ (exp(logvar) − 1), and exp is np.exp.",
    ),
    explanation=(
        "Why: of ½ (mu² + exp(logvar) − 1 − logvar) only ½ mu² depends on mu, with the slope mu. By logvar the slopes "
        "of ½ exp(logvar) and −½ logvar remain: ½ (sigma² − 1). The KL pulls at mu like a spring, and makes sigma "
        "wider or narrower until it is 1.\n\n"
        "In practice: these two lines are the backward pass of the KL in the library, next to its value. Without the "
        "½ the KL itself is right, and so is the loss that is printed; the training is not, since it follows another "
        "slope. Only a comparison with finite differences sees it."
    ),
    wrong_answers=(
        WrongAnswer(both("return mu", "return np.exp(logvar) - 1"), slope_of_logvar),
        WrongAnswer(both("return 2 * mu", RIGHT), slope_of_mu),
        WrongAnswer(both("return 0.5 * mu", RIGHT), slope_of_mu),
        WrongAnswer(both("return mu", "return 0.5 * np.exp(logvar)"), level_at_the_prior),
        WrongAnswer(both("return mu", "return 0.5 * (np.exp(logvar) - 1 / logvar)"), level_at_the_prior),
        WrongAnswer(both("return mu", "return 0.5 * (1 - np.exp(logvar))"), slope_of_logvar),
        WrongAnswer(
            both("return mu", "return np.exp(0.5 * logvar) - np.exp(-0.5 * logvar)"), slope_of_logvar
        ),
        WrongAnswer(both("return mu", "return 0.5 * (1 - np.exp(-logvar))"), slope_of_logvar),
        WrongAnswer(both("return np.sum(mu, axis=-1)", RIGHT), shapes),
        WrongAnswer(both("return -mu", RIGHT), slope_of_mu),
    ),
)
