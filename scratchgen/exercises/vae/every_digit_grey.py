"""Find the bug: a likelihood averaged over the pixels, next to a divergence that is summed."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import as_array, expect_close

SOLUTION = '''\
"""Find the bug.

A VAE that is trained with this file draws the same grey digit, whatever z is, and q(z|x) is the prior for every image.
No line raises an error, and the gradients agree with finite differences. One line is wrong: find it, and repair it.

The library is right: bernoulli_cross_entropy(logits, x) is −log p(x|z) of each image, in nats.
"""

import numpy as np

from scratchgen.functional import bernoulli_cross_entropy


class Normal:
    """q(z|x) = N(mu, sigma²), independently for each latent, with logvar = log sigma².

    mu, logvar    (B, Z): a row per image, a column per latent
    """

    def __init__(self, mu, logvar):
        self.mu = mu
        self.logvar = logvar

    @property
    def sigma(self):
        """The standard deviation, (B, Z)."""
        return np.exp(0.5 * self.logvar)

    def rsample(self, eps):
        """z = mu + sigma ⊙ ε, (B, Z)."""
        return self.mu + self.sigma * eps

    def kl_to_standard_normal(self):
        """½ Σ_d (mu² + sigma² − 1 − log sigma²), (B,) nats."""
        return 0.5 * np.sum(self.mu * self.mu + (np.expm1(self.logvar) - self.logvar), axis=-1)


class Bernoulli:
    """p(x|z) of pixels that are 0 or 1, from the decoder's logits.   logits: (B, D)"""

    def __init__(self, logits):
        self.logits = logits

    def log_prob(self, x):
        """Σ_d x_d log p_d + (1 − x_d) log(1 − p_d), (B,) nats."""
        return -bernoulli_cross_entropy(self.logits, x)


def elbo(x, q, decode, eps):
    """log p(x|z) − KL(q(z|x) ‖ p(z)), (B,) nats; training maximises its mean."""
    log_p = decode(q.rsample(eps)).log_prob(x)
    KL = q.kl_to_standard_normal()
    value = log_p - KL
    return value
'''
RIGHT = "return -bernoulli_cross_entropy(self.logits, x)"
PLANTED = "return -bernoulli_cross_entropy(self.logits, x) / self.logits.shape[-1]"
STUB = SOLUTION.replace(RIGHT, PLANTED)

D = 64


def samples(Normal):
    """the samples of q(z|x) have mean mu and variance exp(logvar)"""
    noise = np.array([[1.0], [-1.0]])  # of mean 0 and variance 1, exactly
    for mu, v in ((1.0, 0.25), (-2.0, 4.0)):
        q = Normal(np.full((2, 1), mu), np.full((2, 1), math.log(v)))
        z = as_array(q.rsample(noise), (2, 1), "z")
        expect_close(z.mean(), mu, f"at mu = {mu:g} the samples have mean")
        reasons = {v**2: "exp(logvar) is the variance, so its root is the scale"}
        expect_close(z.var(), v, f"at logvar = log {v:g} the samples have variance", reasons)
        expect_close((z[0] - z[1]) / 2, math.sqrt(v), "sigma is")


def divergence(Normal):
    """the divergence is ½ Σ_d (mu² + sigma² − 1 − log sigma²) nats"""
    mu, v = (
        np.array([[1.0, 0.0, 0.0, 0.0], [2.0, 0.5, -1.0, 0.0]]),
        np.array([[1.0] * 4, [4.0, 0.25, 1.0, 1.0]]),
    )
    expected = 0.5 * (mu**2 + v - 1 - np.log(v)).sum(axis=1)
    found = as_array(Normal(mu, np.log(v)).kl_to_standard_normal(), (2,), "the divergence")
    reasons = {
        0.125: "this is the mean over the 4 dimensions",
        0.5 / D: "this is divided by the number of pixels",
    }
    expect_close(found, expected, "in four dimensions a divergence is", reasons)


def likelihood(Bernoulli):
    """an image of 64 fair coins has −64 log 2 nats"""
    found = as_array(Bernoulli(np.zeros((2, D))).log_prob(np.ones((2, D))), (2,), "the log-likelihood")
    reasons = {
        D * math.log(2): "no probability exceeds 1: the sign is wrong",
        -D
        / 2
        * math.log(2): "half of it, in a batch of 2; each image has its own number, whatever the batch",
        -D * D * math.log(2): "that is 64 times too much; the cross entropy sums over the pixels by itself",
    }
    expect_close(found, -D * math.log(2), "at logits of 0 an image of 64 pixels has", reasons)


def normalised(Bernoulli):
    """the probabilities of all 2³ images of 3 pixels sum to 1"""
    images = np.array([*product((0.0, 1.0), repeat=3)])
    logits = np.broadcast_to([0.5, -1.0, 2.0], images.shape)
    total = np.exp(as_array(Bernoulli(logits).log_prob(images), (8,), "the log-likelihood")).sum()
    expect_close(total, 1, "the probabilities of all images of 3 pixels sum to")
    ones = as_array(Bernoulli(logits[:1]).log_prob(np.ones((1, 3))), (1,), "the log-likelihood")
    expect_close(ones, -np.log1p(np.exp([-0.5, 1.0, -2.0])).sum(), "an image of ones has")


def bound(elbo, Normal, Bernoulli):
    """the bound is log p(x|z) − KL at z = mu + sigma ε"""
    q = Normal(np.ones((1, 2)), np.zeros((1, 2)))  # 1 nat away from the prior
    found = elbo(np.ones((1, D)), q, lambda z: Bernoulli(np.zeros((1, D))), np.zeros((1, 2)))
    reasons = {
        1 - D * math.log(2): "the KL is subtracted",
        -1 - math.log(2): "nats per pixel are set against nats per image",
    }
    value = as_array(found, (1,), "the bound")
    expect_close(value, -D * math.log(2) - 1, "at a KL of 1 nat and 64 fair coins the bound is", reasons)
    narrow = Normal(np.ones((1, 1)), np.full((1, 1), math.log(0.25)))
    found = elbo(np.ones((1, 1)), narrow, lambda z: Bernoulli(z), np.full((1, 1), -2.0))  # z = 1 + ½ (−2) = 0
    expected = math.log(0.5) - 0.5 * (1 + 0.25 - 1 - math.log(0.25))
    expect_close(as_array(found, (1,), "the bound"), expected, "at z = 1 + ½ (−2) = 0 the bound is")


EXERCISE = Exercise(
    name="every-digit-grey",
    title="Every digit is the same grey blur",
    page="2.3",
    kind="find-the-bug",
    ledger=("vae.elbo", "vae.likelihood", "vae.kl"),
    stub=STUB,
    solution=SOLUTION,
    properties=(samples, divergence, likelihood, normalised, bound),
    hints=(
        "q(z|x) becomes the prior when the KL costs more than the latent saves. Which of the two terms is too small, "
        "or too large? Put in numbers that you know: 64 pixels at logits of 0. One pixel has log ½ = −0.693 nats.",
        "Compare each docstring with the line below it. `scratchgen debug vae.likelihood --trace` computes "
        "log_prob of two pixels with the right line: put the same numbers into yours.",
        "The docstring of Bernoulli.log_prob promises a sum over D pixels.",
    ),
    explanation=(
        "Why: the likelihood was a mean over D = 64 pixels, the KL a sum in nats. Relative to the likelihood the KL "
        "counted 64 times (a weight of the KL is called β, and this is a β-VAE with β = 64). At that price the latent "
        "saves less than it costs, q(z|x) becomes the prior, and the decoder draws the mean of all digits.\n\n"
        "In practice: mean is the default reduction of large libraries, so this line comes by itself; at 28 × 28 "
        "pixels β is 784. WorldModels for Keras has it. The loss looks fine, 0.39, because nobody knows what it "
        "should be: after 25 epochs on the digits the true bound is −25.5 nats per image, no better than 64 biased "
        "coins, where the right line reaches −19.4 (and −18.9 after the 40 epochs of page 2.3)."
    ),
    wrong_answers=(
        WrongAnswer(STUB, likelihood),
        WrongAnswer(  # both terms are means now: equal in weight only if there are as many latents as pixels
            STUB.replace("0.5 * np.sum(", "0.5 * np.mean("),
            divergence,
        ),
        WrongAnswer(STUB.replace("/ self.logits.shape[-1]", "/ len(self.logits)"), likelihood),
        WrongAnswer(STUB.replace("/ self.logits.shape[-1]", "* self.logits.shape[-1]"), likelihood),
        WrongAnswer(STUB.replace("value = log_p - KL", "value = log_p - KL / x.shape[-1]"), likelihood),
        WrongAnswer(SOLUTION.replace("value = log_p - KL", "value = log_p + KL"), bound),
        WrongAnswer(SOLUTION.replace("np.exp(0.5 * self.logvar)", "np.exp(self.logvar)"), samples),
        WrongAnswer(SOLUTION.replace(RIGHT, RIGHT.replace("-b", "b")), likelihood),
    ),
    equivalent_mutants={
        "return 0.5 * np.sum(self.mu * self.mu + (np.expm1(self.logvar) - self.logvar), axis=1)": (
            "mu is (B, Z): axis 1 is the last"
        ),
    },
    fault="mean over pixels",
)
