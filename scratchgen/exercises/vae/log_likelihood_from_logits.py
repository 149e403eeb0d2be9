"""Fill in: the log-likelihood of binary pixels from logits of any size."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from scratchgen.autograd import grad
from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, constant, expect_close

HEAD = '''\
"""The log-likelihood of an image, from the decoder's logits, without overflow."""

import numpy as np


def log_likelihood(logits, x):
    """log p(x|z) of binary pixels, each 1 with probability p_d = 1 / (1 + exp(−a_d)).

        log p(x|z) = Σ_d x_d log p_d + (1 − x_d) log(1 − p_d)

    logits     (B, D), the decoder's output a; any size: ±1000 as well
    x          (B, D), pixels 0 or 1
    returns    nats per image, (B,)
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
SOLUTION = filled_in(HEAD, "return np.sum(x * logits - np.logaddexp(0, logits), axis=-1)")

D = 64  # pixels of the embedded digits
LOGITS = constant([[0.5, -1.0, 2.0], [-0.3, 1.5, 0.0]])
X = constant([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
LARGE = 1000.0


def one(log_likelihood, logit: float, pixel: float) -> float:
    """The log-likelihood of an image of one pixel."""
    value = log_likelihood(np.full((1, 1), logit), np.full((1, 1), pixel))
    return as_array(value, (1,), "the log-likelihood").item()


def per_image(log_likelihood):
    """one number of nats per image: (B, D) → (B,)"""
    why = "the sum runs over the pixels of each image, the last axis, and over nothing else"
    as_array(log_likelihood(LOGITS, X), (len(X),), "the log-likelihood", why)


def fair_coins(log_likelihood):
    """an image of 64 fair coins costs 64 log 2 nats"""
    value = log_likelihood(np.zeros((1, D)), np.ones((1, D)))
    reasons = {
        -math.log(2): "this is the mean over the pixels; independent pixels add",
        D * math.log(2): "this is the cross entropy, minus the log-likelihood; no probability exceeds 1",
        math.log(2): "this is the mean over the pixels, and of the opposite sign",
        -D: "these are bits; the natural logarithm gives nats",
        -math.inf: "a logit is no probability: a = 0 means p = ½",
    }
    found = as_array(value, (1,), "the log-likelihood").item()
    expect_close(found, -D * math.log(2), "at logits of 0 the log-likelihood of 64 pixels is", reasons)


def ones_and_zeros(log_likelihood):
    """a pixel is 1 with probability p, and 0 with 1 − p"""
    a = math.log(3)  # p = ¾
    swapped = "0 and 1 have changed places: x belongs to p, and 1 − x to 1 − p"
    half = "both x and 1 − x count: a pixel of 0 has a probability, too"
    for pixel, p, other in ((1.0, 0.75, 0.25), (0.0, 0.25, 0.75)):
        reasons = {math.log(other): swapped, 0.0: half}
        found = one(log_likelihood, a, pixel)
        expect_close(found, math.log(p), f"at p = ¾ a pixel of {pixel:g} has", reasons)


def normalised(log_likelihood):
    """the probabilities of all 2³ images of 3 pixels sum to 1"""
    images = np.array([*product((0.0, 1.0), repeat=3)])
    value = log_likelihood(np.broadcast_to(LOGITS[0], images.shape), images)
    total = np.exp(as_array(value, (8,), "the log-likelihood")).sum()
    expect_close(total, 1, "the probabilities of all images of 3 pixels sum to")


def own_logits(log_likelihood):
    """each pixel has its own logit"""
    p = 1 / (1 + np.exp(-LOGITS))
    expected = np.log(np.where(X == 1, p, 1 - p)).sum(axis=1)
    found = as_array(log_likelihood(LOGITS, X), (len(X),), "the log-likelihood")
    expect_close(found, expected, "of two images one has")


def large_logits(log_likelihood):
    """a logit of ±1000 gives a finite number: 0 or −1000 nats"""
    # at a logit of 50, exp(a) is far from an overflow, but 1 − p is 0 already
    rounds = (
        "p rounds to 0 or 1 here, and log 0 is −∞; put p into log p and log(1 − p), and simplify on paper"
    )
    overflows = "exp(1000) is inf in floating point; np.logaddexp(0, a) is log(1 + exp(a)) without overflow"
    is_finite = math.isfinite(one(log_likelihood, 50.0, 0.0))
    infinite = dict.fromkeys((math.nan, math.inf, -math.inf), overflows if is_finite else rounds)
    for a in (LARGE, -LARGE):
        for pixel in (0.0, 1.0):
            right = min(0.0, a) if pixel else min(0.0, -a)
            found = one(log_likelihood, a, pixel)
            clipped = {found: "a clipped probability forgives a wrong pixel, and has no gradient"}
            reasons = clipped if right < found < 0 else infinite  # clipped, or a small number was added to p
            expect_close(found, right, f"at a logit of {a:g} a pixel of {pixel:g} has", reasons)


def gradient(log_likelihood):
    """the gradient by the logits is x − p, also at ±1000"""
    logits = np.array([[0.5, -1.0, LARGE, -LARGE]])
    x = np.array([[1.0, 0.0, 0.0, 1.0]])
    p = np.array([[1 / (1 + math.exp(-0.5)), 1 / (1 + math.exp(1.0)), 1.0, 0.0]])
    found = grad(lambda a: np.sum(log_likelihood(a, x)))(logits)
    expect_close(as_array(found, logits.shape, "the gradient"), x - p, "the gradient of a logit is")


TEXTBOOK = "np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)"
SIGMOID = "p = 1 / (1 + np.exp(-logits))\n"

EXERCISE = Exercise(
    name="log-likelihood-from-logits",
    title="The log-likelihood of an image, without overflow",
    page="2.3",
    kind="fill-in",
    ledger=("vae.likelihood",),
    stub=STUB,
    solution=SOLUTION,
    properties=(per_image, fair_coins, ones_and_zeros, normalised, own_logits, large_logits, gradient),
    hints=(
        "Put p = 1 / (1 + exp(−a)) into log p and into log(1 − p), and simplify on paper, before you write code. "
        "How do the two results differ?",
        "log(1 − p) = −log(1 + exp(a)), and log p = a − log(1 + exp(a)). Collect the terms with x.",
        "x a − log(1 + exp(a)) is left for each pixel. np.logaddexp(u, v) is log(exp(u) + exp(v)) without overflow.",
    ),
    explanation=(
        "Why: log p = a − log(1 + eᵃ) and log(1 − p) = −log(1 + eᵃ), so a pixel gives x a − log(1 + eᵃ). "
        "np.logaddexp(0, a) takes the larger exponent out before exp, so nothing overflows. Pixels are independent "
        "given z: their logarithms add.\n\n"
        "In practice: log(1 − p) with p = sigmoid(a) works until one logit reaches 37 in float64, or 17 in float32. "
        "Then p rounds to 1, and even for a pixel of 1, which is right, (1 − x) log(1 − p) is 0 · (−∞): the loss and "
        "all gradients are NaN. A p clipped to 1 − 10⁻⁷ hides it: a pixel that is wrong with confidence then costs 16 "
        "nats at most, and gets no gradient."
    ),
    wrong_answers=(
        WrongAnswer(filled_in(HEAD, f"{SIGMOID}return {TEXTBOOK}"), large_logits),
        WrongAnswer(
            filled_in(HEAD, f"{SIGMOID}p = np.clip(p, 1e-7, 1 - 1e-7)\nreturn {TEXTBOOK}"), large_logits
        ),
        WrongAnswer(
            filled_in(HEAD, "return np.mean(x * logits - np.logaddexp(0, logits), axis=-1)"), fair_coins
        ),
        WrongAnswer(
            filled_in(HEAD, "return np.sum(np.logaddexp(0, logits) - x * logits, axis=-1)"), fair_coins
        ),
        WrongAnswer(filled_in(HEAD, "return np.sum(x * logits - np.logaddexp(0, logits))"), per_image),
        WrongAnswer(
            filled_in(HEAD, "return np.sum((1 - x) * logits - np.logaddexp(0, logits), axis=-1)"),
            ones_and_zeros,
        ),
        WrongAnswer(
            filled_in(HEAD, "return np.sum(x * (logits - np.logaddexp(0, logits)), axis=-1)"), ones_and_zeros
        ),
        WrongAnswer(
            filled_in(HEAD, "return np.sum(x * np.log(logits) + (1 - x) * np.log(1 - logits), axis=-1)"),
            fair_coins,
        ),
        WrongAnswer(
            filled_in(HEAD, "return np.sum(x * logits - np.log(1 + np.exp(logits)), axis=-1)"),
            large_logits,
        ),
        WrongAnswer(
            filled_in(HEAD, f"{SIGMOID}return np.log2(np.where(x == 1, p, 1 - p)).sum(axis=-1)"), fair_coins
        ),
    ),
    equivalent_mutants={
        "return np.sum(x * logits - np.logaddexp(0, logits), axis=1)": "x is (B, D): axis 1 is the last",
        "return np.sum(x * logits - np.logaddexp(logits, 0), axis=-1)": "log(eᵘ + eᵛ) is symmetric in u and v",
    },
)
