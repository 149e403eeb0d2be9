"""Fill in: the negative evidence lower bound, as an optimiser minimises it."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.distributions import Bernoulli, Normal
from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_number, constant, expect, expect_close

HEAD = '''\
"""The loss of a VAE: the negative evidence lower bound, averaged over the batch."""

import numpy as np


def loss(x, q, decode, eps):
    """The number that the optimiser minimises, in nats per image.

        ELBO(x) = log p(x|z) − KL(q(z|x) ‖ p(z)),    z = mu + sigma ⊙ ε

    x          (B, D), pixels 0 or 1
    q          q(z|x): q.rsample(eps) is z, (B, Z); q.kl_to_standard_normal() is (B,) nats
    decode     decode(z) is p(x|z); decode(z).log_prob(x) is (B,) nats
    eps        (B, Z), the noise
    returns    one number
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
SOLUTION = filled_in(
    HEAD,
    """\
z = q.rsample(eps)
elbo = decode(z).log_prob(x) - q.kl_to_standard_normal()
return -np.mean(elbo)""",
)

B, D = 4, 64
COINS = D * math.log(2)  # nats of an image of D fair coins
IMAGES = constant(np.arange(B * D).reshape(B, D) % 3 == 0)


def fair(z):
    """A decoder that ignores z: every pixel is a fair coin."""
    return Bernoulli(np.zeros((len(z), D)))


def one_pixel(z):
    """A decoder of one pixel, whose logit is 2 z."""
    return Bernoulli(2.0 * z)


def standard(n: int, mu: float = 0.0, dimensions: int = 2) -> Normal:
    """q(z|x) = N(mu, I) for n examples."""
    return Normal(np.full((n, dimensions), mu), np.zeros((n, dimensions)))


def one_number(loss):
    """one number for the batch"""
    value = loss(IMAGES, standard(B), fair, np.zeros((B, 2)))
    as_number(value, "the loss", "the batch is averaged, since an optimiser needs one number")


def distortion(loss):
    """where q(z|x) is the prior, the loss is −log p(x|z)"""
    reasons = {
        -COINS: "an optimiser minimises: the loss is minus the bound",
        COINS * B: "this is the sum over the batch, so it grows with the size of the batch",
        -COINS * B: "this is the sum over the batch, and of the opposite sign",
        COINS / D: "log_prob sums over the pixels; it is not divided by their number",
        0.0: "log p(x|z) is missing",
    }
    found = as_number(loss(IMAGES, standard(B), fair, np.zeros((B, 2))), "the loss")
    expect_close(found, COINS, "with a decoder of 64 fair coins the loss is", reasons)


def rate(loss):
    """a posterior 1 nat away from the prior costs 1 nat more"""
    found = as_number(loss(IMAGES, standard(B, 1.0), fair, np.zeros((B, 2))), "the loss")
    reasons = {
        COINS
        - 1: "the KL is subtracted in the bound, so it is added in the loss; this rewards leaving the prior",
        COINS: "the KL is missing",
        COINS + 4: "the KL is summed over the batch and log p(x|z) is averaged: both per image",
        COINS + 0.5: "the KL sums over the latent dimensions; it is not averaged",
        COINS + 1 / D: "the KL is divided by the number of pixels, which log p(x|z) is not",
        COINS + 2: "the KL counts twice",
    }
    expect_close(found, COINS + 1, "with mu = (1, 1) and 64 fair coins the loss is", reasons)


def sampled(loss):
    """the decoder gets the sample z = mu + sigma ε, not mu"""
    q = Normal(np.full((1, 1), 0.5), np.full((1, 1), math.log(4)))  # at ε = ¼, z = ½ + 2 · ¼ = 1
    KL = 0.5 * (0.25 + 4 - 1 - math.log(4))
    found = as_number(loss(np.ones((1, 1)), q, one_pixel, np.full((1, 1), 0.25)), "the loss")
    cost = lambda z: math.log1p(math.exp(-2 * z)) + KL  # −log σ(2z), and the divergence
    reasons = {
        cost(0.5): "the decoder was given mu; without noise it never sees the width of q",
        cost(0.25): "the decoder was given ε; the latent is q.rsample(eps)",
        cost(0.0): "the noise has the opposite sign",
    }
    expect_close(found, cost(1.0), "at mu = ½, sigma = 2, ε = ¼ and the logit 2z a pixel of 1 costs", reasons)


def mean_over_the_batch(loss):
    """the loss of a batch is the mean of the losses of its images"""
    x, eps = np.array([[1.0], [0.0], [1.0]]), np.array([[0.5], [2.0], [-1.0]])
    mu, logvar = np.array([[0.0], [1.0], [-2.0]]), np.array([[0.0], [-1.0], [0.5]])
    rows = [slice(n, n + 1) for n in range(3)]
    alone = [as_number(loss(x[n], Normal(mu[n], logvar[n]), one_pixel, eps[n]), "the loss") for n in rows]
    together = as_number(loss(x, Normal(mu, logvar), one_pixel, eps), "the loss")
    reasons = {n: "this is the loss of one of them alone" for n in alone} | {sum(alone): "this is their sum"}
    expect_close(together, np.mean(alone), "three images together have the loss", reasons)


def bound(loss):
    """on average over the noise, the loss is never below −log p(x)"""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()  # so that Σ w f(ε) is the mean of f over ε ~ N(0, 1)
    image = np.ones((1, 1))
    evidence = -math.log(0.5)  # by symmetry p(x = 1) = ½, whatever the slope of the logit
    for mu in (-0.5, 0.0, 0.6, 1.5):
        q = Normal(np.full((1, 1), mu), np.full((1, 1), -0.4))
        losses = [as_number(loss(image, q, one_pixel, np.full((1, 1), e)), "the loss") for e in nodes]
        found = float(weights @ losses)
        says = f"at mu = {mu:g} the mean loss is {found:.4g}, below −log p(x) = {evidence:.4g} nats"
        expect(found >= evidence, f"{says}; no lower bound allows that")


LOG_P, KL = "decode(q.rsample(eps)).log_prob(x)", "q.kl_to_standard_normal()"

EXERCISE = Exercise(
    name="negative-elbo",
    title="The loss of a VAE: signs and sums",
    page="2.3",
    kind="fill-in",
    ledger=("vae.elbo",),
    stub=STUB,
    solution=SOLUTION,
    properties=(one_number, distortion, rate, sampled, mean_over_the_batch, bound),
    hints=(
        "Write the bound first, one value per image: z, then log p(x|z), then minus the KL. All three are calls of "
        "what you are given.",
        "An optimiser minimises; the bound should be large. And the batch must not matter: twice the images, the same "
        "loss.",
        "-np.mean(log_p - KL), where both are (B,).",
    ),
    explanation=(
        "Why: the bound is log p(x|z) − KL for one sample of z, and the loss is its negative, so the KL is "
        "added. Both terms are sums over their own dimensions, pixels and latents, and only the batch is averaged: "
        "nats per image.\n\n"
        "In practice: with the KL's sign turned the loss has no lower bound. On the digits it is below −10²⁰ nats "
        "after two epochs; PyTorch-VAE logs the KL with this sign. A decoder that is given mu is harder to see: "
        "its loss reads 7 nats per image, but the true bound of held-out images is about −100, where 64 biased "
        "coins have −25."
    ),
    wrong_answers=(
        WrongAnswer(filled_in(HEAD, f"return -np.mean({LOG_P} + {KL})"), rate),
        WrongAnswer(filled_in(HEAD, f"return np.mean({LOG_P} - {KL})"), distortion),
        WrongAnswer(filled_in(HEAD, f"return -np.sum({LOG_P} - {KL})"), distortion),
        WrongAnswer(filled_in(HEAD, f"return {KL} - {LOG_P}"), one_number),
        WrongAnswer(filled_in(HEAD, f"return -np.mean({LOG_P} / x.shape[-1] - {KL})"), distortion),
        WrongAnswer(filled_in(HEAD, f"return -np.mean({LOG_P}) + np.sum({KL})"), rate),
        WrongAnswer(filled_in(HEAD, f"return -np.mean({LOG_P})"), rate),
        WrongAnswer(filled_in(HEAD, f"return -np.mean(decode(q.mu).log_prob(x) - {KL})"), sampled),
        WrongAnswer(filled_in(HEAD, f"return -np.mean(decode(eps).log_prob(x) - {KL})"), sampled),
        WrongAnswer(filled_in(HEAD, f"return -np.mean({LOG_P} - {KL} / x.shape[-1])"), rate),
        WrongAnswer(filled_in(HEAD, f"return ({KL} - {LOG_P})[0]"), mean_over_the_batch),
    ),
)
