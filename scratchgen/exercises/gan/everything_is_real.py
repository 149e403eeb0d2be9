"""Find the bug: a value in which the fakes count as real."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import grad
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import as_array, as_number, constant, expect_close

SOLUTION = '''\
"""Find the bug.

A discriminator that is trained with this file calls everything real: digits, fakes and noise. No line raises an error,
and the gradients agree with finite differences. One line is wrong: find it, and repair it.
"""

import numpy as np

from scratchgen.functional import softplus


def value(d_real, d_fake):
    """V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))], one number in nats.

    d_real, d_fake    logits of real images and of fakes, (B,) each; D = σ(logit)

    log σ(a) = −softplus(−a),    log(1 − σ(a)) = −softplus(a)
    """
    return np.mean(-softplus(-d_real)) + np.mean(-softplus(d_fake))


def discriminator_loss(d_real, d_fake):
    """D maximises V(D, G), so it minimises −V(D, G)."""
    return -value(d_real, d_fake)


def minimax_loss(d_fake):
    """G minimises its term of V(D, G): E[log(1 − D(G(z)))]."""
    return np.mean(-softplus(d_fake))
'''
RIGHT = "return np.mean(-softplus(-d_real)) + np.mean(-softplus(d_fake))"
PLANTED = "return np.mean(-softplus(-d_real)) + np.mean(-softplus(-d_fake))"
STUB = SOLUTION.replace(RIGHT, PLANTED)

LOG_3 = math.log(3)  # the logit of D = ¾
TWO, THREE = constant([LOG_3, 0.0]), constant([-LOG_3, 0.0, LOG_3])


def undecided(value):
    """a D that always says ½ has the value −log 4"""
    found = as_number(value(np.zeros(2), np.zeros(3)), "V", "it is one number for all images")
    reasons = {
        math.log(4): "a logarithm of a probability is never positive",
        0.0: "both terms are added; each is log ½",
        -5 * math.log(2): "each E is a mean, not a sum",
    }
    expect_close(found, -math.log(4), "at logits of 0 the value is", reasons)


def right_and_sure(value):
    """a D that is right and sure has a value near 0"""
    found = as_number(value(np.full(2, 30.0), np.full(2, -30.0)), "V")
    reasons = {
        -30.0: "a fake that D rejects costs 30 nats, as if its label were 1",
        -60.0: "real images and fakes are exchanged",
        30.0: "the two terms are added",
    }
    expect_close(found, 0, "if D is right on all images with logits of ±30, the value is", reasons)


def wrong_and_sure(value):
    """a D that is wrong and sure pays 30 nats twice"""
    found = as_number(value(np.full(2, -30.0), np.full(2, 30.0)), "V")
    reasons = {-30.0: "only one of the two mistakes costs anything", 0.0: "being wrong costs nothing"}
    expect_close(found, -60, "if D is wrong on all images with logits of ∓30, the value is", reasons)


def worked(value):
    """each E is the mean over its own images"""
    expected = (math.log(0.75) + math.log(0.5)) / 2 + (math.log(0.75) + math.log(0.5) + math.log(0.25)) / 3
    found = as_number(value(TWO, THREE), "V")
    expect_close(found, expected, "for D = ¾, ½ of real images and ¼, ½, ¾ of fakes the value is")


def pulls(discriminator_loss):
    """D's step raises the logits of real images and lowers those of fakes"""
    loss = lambda real, fake: discriminator_loss(real, fake)
    by_real, by_fake = grad(loss, (0, 1))(np.zeros(2), np.zeros(4))
    real = as_array(by_real, (2,), "the slope by d_real")
    fake = as_array(by_fake, (4,), "the slope by d_fake")
    reasons = {0.25: "a loss is minimised, so D's loss is minus the value"}
    expect_close(real, -0.25, "at D = ½ the slope by the logit of each of 2 real images is", reasons)
    reasons = {-0.125: "a negative slope: the step makes D(G(z)) larger, as if the label were 1"}
    expect_close(fake, 0.125, "at D = ½ the slope by the logit of each of 4 fakes is", reasons)


def generators_term(minimax_loss, value):
    """G's loss is its own term of V"""
    found = as_number(minimax_loss(THREE), "the loss", "it is one number for all images")
    expected = (math.log(0.75) + math.log(0.5) + math.log(0.25)) / 3
    expect_close(found, expected, "for D = ¼, ½, ¾ of fakes G's loss is", {-expected: "G minimises the term"})
    slope = as_array(grad(minimax_loss)(THREE), (3,), "the slope of G's loss")
    of_value = as_array(grad(lambda fake: value(TWO, fake))(THREE), (3,), "the slope of V")
    expect_close(slope, of_value, "the slopes of G's loss and of V must be equal; one is")


EXERCISE = Exercise(
    name="everything-is-real",
    title="A discriminator that calls noise a digit",
    page="3.2",
    kind="find-the-bug",
    ledger=("gan.value",),
    stub=STUB,
    solution=SOLUTION,
    properties=(undecided, right_and_sure, wrong_and_sure, worked, pulls, generators_term),
    hints=(
        "Put in logits for which you know the answer: D is right and sure, 30 for real images and −30 for fakes. "
        "The value should then be near 0.",
        "The docstring gives two identities. Which of them belongs to a fake? `scratchgen debug gan.value --trace` "
        "shows the right numbers, line by line.",
        "The second term is the mean of log(1 − D), not of log D. Look at the sign in front of d_fake.",
    ),
    explanation=(
        "Why: −softplus(−a) is log D, the log-probability of the label 1. Used for both kinds of images, it gives "
        "fakes the label 1, too. The value then has its maximum 0 at a D that outputs 1 everywhere, and that D "
        "tells G nothing.\n\n"
        "In practice: labels that are arrays of ones are easily passed to the wrong batch, and the loss falls to 0, "
        "which looks like success. After 100 steps on digits such a D gives noise more than 0.99. A loss that takes "
        "real and fake logits as two arguments has no labels to mistake."
    ),
    wrong_answers=(
        WrongAnswer(STUB, right_and_sure),
        WrongAnswer(
            SOLUTION.replace(RIGHT, "return np.mean(-softplus(d_real)) + np.mean(-softplus(-d_fake))"),
            right_and_sure,
        ),
        WrongAnswer(
            SOLUTION.replace(RIGHT, "return np.mean(-softplus(-d_real)) - np.mean(-softplus(-d_fake))"),
            undecided,
        ),
        WrongAnswer(
            SOLUTION.replace(RIGHT, "return np.mean(softplus(-d_real)) + np.mean(softplus(d_fake))"),
            undecided,
        ),
        WrongAnswer(
            SOLUTION.replace(RIGHT, "return np.sum(-softplus(-d_real)) + np.sum(-softplus(d_fake))"),
            undecided,
        ),
        WrongAnswer(SOLUTION.replace("return -value(d_real, d_fake)", "return value(d_real, d_fake)"), pulls),
        WrongAnswer(
            STUB.replace("return -value(d_real, d_fake)", "return -value(d_real, -d_fake)"), right_and_sure
        ),
        WrongAnswer(
            SOLUTION.replace("return np.mean(-softplus(d_fake))\n", "return np.mean(softplus(d_fake))\n"),
            generators_term,
        ),
    ),
    fault="fakes labelled as real",
)
