"""Predict, then run: what a VAE of binary pixels costs before its first step."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import expect_prediction
from scratchgen.random import Generator
from scratchgen.vae import VAE, elbo

STUB = '''\
"""What does an untrained VAE cost?   Predict; the check then builds the network and measures.

The images have 8 × 8 pixels, 0 or 1. The last layers of the network start at zero: whatever it is given, the decoder
puts out the logit 0 for each pixel, and the encoder puts out mu = 0 and logvar = 0 for the 2 latent dimensions.

Write down what you expect for one image, to two decimals. Formulas such as 3 * math.log(5) are welcome.
"""

import math

log_likelihood = ...  # log p(x|z), in nats, of the whole image
kl = ...  # KL(q(z|x) ‖ p(z)), in nats
loss = ...  # the negative evidence lower bound, in nats
bits_per_pixel = ...  # the same loss in bits, for one pixel
'''
SOLUTION = (
    STUB.replace("log_likelihood = ...", "log_likelihood = -64 * math.log(2)")
    .replace("kl = ...", "kl = 0.0")
    .replace("loss = ...", "loss = 64 * math.log(2)")
    .replace("bits_per_pixel = ...", "bits_per_pixel = 1.0")
)

D = 64  # pixels
NAT = math.log(2)  # nats of a bit


@cache
def measured() -> tuple[float, float, float]:
    """log p(x|z), KL and loss of a network as the file describes it, on images of random pixels: nats per image."""
    model = VAE(D, latent_dim=2, hidden=16, rng=Generator(0))
    for layer in (model.to_mu, model.to_logvar, model.decoder.layers[-1]):
        for parameter in layer.parameters():
            parameter.data[...] = 0
    rng = np.random.default_rng(0)
    x = (rng.random((10, D)) < 0.3).astype(np.float32)
    eps = rng.standard_normal((10, 2)).astype(np.float32)
    bound = elbo(x, model.encode(x), model.decode, eps, terms=True)
    terms = -bound.distortion, bound.rate, -bound.value
    value = [float(np.mean(to_numpy(term))) for term in terms]
    return value[0], value[1], value[2]


def likelihood_of_an_image(log_likelihood):
    """log p(x|z) of the whole image, in nats"""
    reasons = {
        -NAT: "that is one pixel; independent pixels add",
        D * NAT: "a log-likelihood of pixels is negative: no probability exceeds 1",
        NAT: "that is the cross entropy of one pixel",
        -float(D): "that is in bits; the natural logarithm gives nats",
        float(D): "that is the cross entropy, in bits",
        0.0: "the logit 0 means the probability ½, not 1",
    }
    expect_prediction(log_likelihood, measured()[0], "log_likelihood", reasons)


def divergence(kl):
    """the KL divergence from the prior, in nats"""
    one = "sigma² = exp(0) = 1 cancels the −1 in the equation"
    expect_prediction(kl, measured()[1], "kl", {0.5: one, 1.0: one, 2.0: one, -1.0: one})


def negative_bound(loss):
    """the loss of the whole image, in nats"""
    reasons = {
        -D * NAT: "a loss is minimised: it is minus the bound",
        NAT: "that is one pixel; the loss is per image",
        float(D): "that is in bits",
    }
    expect_prediction(loss, measured()[2], "loss", reasons)


def bits(bits_per_pixel):
    """the loss per pixel, in bits"""
    reasons = {
        NAT: "that is in nats; a bit is log 2 nats",
        float(D): "that is per image",
        NAT**2: "nats become bits by a division by log 2",
        -1.0: "the loss is positive",
    }
    expect_prediction(bits_per_pixel, measured()[2] / (D * NAT), "bits_per_pixel", reasons)


def instead(name: str, expression: str) -> str:
    """The solution with another prediction of this name."""
    lines = SOLUTION.splitlines()
    return "\n".join(f"{name} = {expression}" if line.startswith(f"{name} =") else line for line in lines)


EXERCISE = Exercise(
    name="nats-before-training",
    title="What does an untrained VAE cost?",
    page="2.3",
    kind="predict",
    ledger=("vae.likelihood", "vae.elbo"),
    stub=STUB,
    solution=SOLUTION,
    properties=(likelihood_of_an_image, divergence, negative_bound, bits),
    hints=(
        "The logit 0 means p = ½. What does the logarithm of ½ cost, and how many pixels pay it? Does it matter "
        "which of them are 1?",
        "mu = 0 and logvar = 0 is N(0, I), which is the prior.",
        "A bit is log 2 nats, 0.693. A fair coin costs one bit.",
    ),
    explanation=(
        "Why: a network that knows nothing gives every pixel the probability ½, and any image then costs "
        "64 log 2 = 44.36 nats: one bit per pixel. The KL is 0, since q(z|x) is the prior.\n\n"
        "In practice: compute the first loss by hand before you train. A number such as 0.69 shows a mean over pixels, "
        "−44.36 a sign, 2,839 a sum over a batch of 64, before an hour is lost. A VAE of 28 × 28 binary pixels "
        "begins at 784 log 2 = 543.4 nats; if it starts much higher, the initial weights are too large."
    ),
    wrong_answers=(
        WrongAnswer(instead("log_likelihood", "-math.log(2)"), likelihood_of_an_image),
        WrongAnswer(instead("log_likelihood", "64 * math.log(2)"), likelihood_of_an_image),
        WrongAnswer(instead("log_likelihood", "-64"), likelihood_of_an_image),
        WrongAnswer(instead("kl", "0.5 * 2"), divergence),
        WrongAnswer(instead("loss", "-64 * math.log(2)"), negative_bound),
        WrongAnswer(instead("loss", "math.log(2)"), negative_bound),
        WrongAnswer(instead("bits_per_pixel", "math.log(2)"), bits),
        WrongAnswer(instead("bits_per_pixel", "64.0"), bits),
    ),
)
