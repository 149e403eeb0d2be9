"""Fill in: the generator's non-saturating loss, from logits."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import grad
from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, as_number, constant, expect, expect_close

HEAD = '''\
"""The loss of a generator whose gradient does not vanish."""

import numpy as np


def generator_loss(d_fake):
    """The non-saturating loss of G.

        −E[log D(G(z))],    D = σ(a) = 1 / (1 + e^−a)

    d_fake     the logits a of fakes, (B,)
    returns    one number in nats, finite for every logit
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
SOLUTION = filled_in(HEAD, "return np.mean(np.logaddexp(0, -d_fake))")

LOG_3 = math.log(3)  # the logit of D = ¾
THREE = constant([-LOG_3, 0.0, LOG_3])


def shape(generator_loss):
    """the loss is one number"""
    as_number(generator_loss(THREE), "the loss", "E is the mean over the fakes")


def undecided(generator_loss):
    """at D = ½ the loss is log 2 nats, however many fakes there are"""
    for n in (1, 4):
        reasons = {
            -math.log(2): "a loss is minimised: G wants log D large, so the sign is minus",
            n * math.log(2): "E is a mean, not a sum",
            1.0: "this is log2, in bits; a nat is of the natural logarithm",
            0.5: "this is D or 1 − D; the loss has its logarithm",
        }
        expect_close(
            as_number(generator_loss(np.zeros(n)), "the loss"),
            math.log(2),
            f"in a batch of {n}, at D = ½, the loss is",
            reasons,
        )


def rewards(generator_loss):
    """a fake that D takes for real costs less"""
    for probability in (0.25, 0.75):
        logit = math.log(probability / (1 - probability))
        reasons = {
            -math.log(1 - probability): "that is −log(1 − D): G would be rewarded for fakes that D rejects",
            math.log(1 - probability): "that is log(1 − D), G's term of V: it saturates",
            -probability: "that is −D, without its logarithm",
        }
        found = as_number(generator_loss(np.full(2, logit)), "the loss")
        expect_close(found, -math.log(probability), f"at D = {probability} the loss is", reasons)


def mean(generator_loss):
    """E is the mean of −log D, not −log of the mean"""
    expected = -(math.log(0.25) + math.log(0.5) + math.log(0.75)) / 3
    reasons = {math.log(2): "this is −log of the mean D, or that of the mean logit"}
    found = as_number(generator_loss(THREE), "the loss")
    expect_close(found, expected, "for D = ¼, ½, ¾ the loss is", reasons)


def slope(generator_loss):
    """the slope by a logit is −(1 − σ(a)) / B: it does not vanish"""
    logits = constant([-5.0, 0.0, 5.0])
    found = as_array(grad(generator_loss)(logits), (3,), "the slope")
    expected = -1 / (1 + np.exp(logits)) / 3
    reasons = {
        -1 / (1 + math.exp(5)) / 3: "that is −σ(a): nearly 0 for the worst fakes, so they are never improved",
        0.0: "the gradient is cut; stay with NumPy functions of d_fake",
    }
    expect_close(found, expected, "at logits of −5, 0 and 5 one slope is", reasons)


def no_overflow(generator_loss):
    """a logit of −1000 costs 1000 nats, one of 1000 costs none"""
    for logit, expected in ((-1000.0, 1000.0), (1000.0, 0.0)):
        found = as_number(generator_loss(np.full(2, logit)), "the loss")
        expect(
            math.isfinite(found),
            f"at a = {logit:g} the loss is {found}; σ rounds to 0 there, or e^−a overflows, so do not compute "
            "either by itself",
        )
        expect_close(found, expected, f"at a = {logit:g} the loss is", {16.0: "a clipped logit has no slope"})
    steep = as_array(grad(generator_loss)(np.full(2, -1000.0)), (2,), "the slope")
    expect_close(steep, -0.5, "at two logits of −1000 each slope is", {0.0: "clipping cuts the gradient"})


EXERCISE = Exercise(
    name="generator-loss-from-logits",
    title="A loss that still pulls when D is sure",
    page="3.2",
    kind="fill-in",
    ledger=("gan.generator_loss",),
    stub=STUB,
    solution=SOLUTION,
    properties=(shape, undecided, rewards, mean, slope, no_overflow),
    hints=(
        "Write −log σ(a) = −log(1 / (1 + e^−a)) as one logarithm, without a fraction.",
        "It is log(1 + e^−a) = log(e^0 + e^−a). NumPy has a function for the logarithm of a sum of two exponentials.",
        "np.logaddexp(u, v) = log(e^u + e^v). Then take the mean over the fakes.",
    ),
    explanation=(
        "Why: −log σ(a) = log(1 + e^−a). Its slope −(1 − σ(a)) is nearly −1 for a fake that D rejects and nearly 0 "
        "for one that D accepts: the worst fakes are improved first.\n\n"
        "In practice: G's term of V, log(1 − D), has the slope −σ(a). At a = −5 it is 148 times smaller, and G "
        "hardly moves while D is ahead. And a D that ends with a sigmoid loses everything beyond the rounding of D: "
        "log 0 is −∞, and a clipped D has the slope 0."
    ),
    wrong_answers=(
        WrongAnswer(filled_in(HEAD, "return np.mean(-np.logaddexp(0, d_fake))"), undecided),
        WrongAnswer(filled_in(HEAD, "return np.mean(np.logaddexp(0, d_fake))"), rewards),
        WrongAnswer(filled_in(HEAD, "return np.mean(-np.logaddexp(0, -d_fake))"), undecided),
        WrongAnswer(filled_in(HEAD, "return np.sum(np.logaddexp(0, -d_fake))"), undecided),
        WrongAnswer(filled_in(HEAD, "return np.logaddexp(0, -d_fake)"), shape),
        WrongAnswer(filled_in(HEAD, "return -np.log(np.mean(1 / (1 + np.exp(-d_fake))))"), mean),
        WrongAnswer(filled_in(HEAD, "return np.mean(-np.log(1 / (1 + np.exp(-d_fake))))"), no_overflow),
        WrongAnswer(
            filled_in(HEAD, "return np.mean(np.logaddexp(0, -np.clip(d_fake, -16, 16)))"), no_overflow
        ),
        WrongAnswer(filled_in(HEAD, "return -np.mean(1 / (1 + np.exp(-d_fake)))"), undecided),
        WrongAnswer(
            filled_in(
                HEAD,
                "from scratchgen import stop_gradient\n\nreturn np.mean(np.logaddexp(0, -stop_gradient(d_fake))) "
                "+ 0 * np.sum(d_fake)",
            ),
            slope,
        ),
    ),
    equivalent_mutants={
        "return np.mean(np.logaddexp(-d_fake, 0))": "log(eᵘ + eᵛ) is symmetric in u and v",
    },
)
