"""Fill in: a Monte Carlo estimate with its standard error."""

from __future__ import annotations

from itertools import product

import numpy as np

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, constant, expect_close

HEAD = '''\
"""Estimate a mean from random samples, and say how far off the estimate is."""

import numpy as np


def estimate(samples):
    """The mean m of independent samples, and its standard error s.

        m = 1/n Σ_i x_i,    s = √(Σ_i (x_i − m)² / (n (n − 1)))

    samples    (n,), the x_i, at least two
    returns    m, s
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
BODY = "n = len(samples)\nm = np.sum(samples) / n\ns = np.sqrt(np.sum((samples - m) ** 2) / (n * (n - 1)))\nreturn m, s"
SOLUTION = filled_in(HEAD, BODY)

SAMPLES = constant([1.0, 3.0, 5.0, 7.0])  # mean 4, squares 9 + 1 + 1 + 9 = 20


def found(estimate, samples):
    """The answer for these samples, as an array of m and s."""
    return as_array(estimate(samples), (2,), "the answer", "it is a pair, m and s")


def mean(estimate):
    """m is the mean of the samples"""
    reasons = {
        16.0: "that is the sum; it is divided by n",
        16 / 3: "the mean divides by n; only s has n − 1",
        20 / 12: "s comes second",
        np.sqrt(20 / 12): "m comes first, then s",
    }
    expect_close(found(estimate, SAMPLES)[0], 4, "of 1, 3, 5 and 7, m is", reasons)


def error(estimate):
    """s is the root of the squares' sum over n (n − 1)"""
    reasons = {
        np.sqrt(5): "that is the standard deviation of one sample; the mean of n varies less",
        np.sqrt(20 / 3): "that is the standard deviation of one sample; the mean of n varies less",
        np.sqrt(5 / 4): "that is for a known mean; m was fitted to the same samples, so n − 1 replaces n",
        np.sqrt(20 / 3) / 4: "the standard deviation is divided by √n, not by n",
        np.sqrt(5) / 4: "the standard deviation is divided by √n, not by n",
        20 / 12: "that is s², the variance of the mean; take the root",
        5.0: "that is the variance of one sample",
        20 / 3: "that is the variance of one sample",
        np.sqrt(84 / 12): "the squares are of the distances from m, not from 0",
        0.0: "the distances from m have the sum 0, so they are squared first",
        4 / 3: "the distances are squared, not taken as they are",
    }
    expect_close(found(estimate, SAMPLES)[1], np.sqrt(20 / 12), "of 1, 3, 5 and 7, s is", reasons)


def more_samples(estimate):
    """four times as many samples give about half of s"""
    s = found(estimate, np.tile(SAMPLES, 4))[1]
    reasons = {np.sqrt(20 / 12): "n is the number of these samples, whatever it is"}
    expect_close(s, np.sqrt(4 * 20 / (16 * 15)), "of 16 samples, 1, 3, 5, 7 four times, s is", reasons)


def moved(estimate):
    """a constant added to all samples moves m, and leaves s"""
    m, s = found(estimate, SAMPLES + 100)
    expect_close(m, 104, "of 101, 103, 105 and 107, m is")
    reasons = {np.sqrt(np.sum((SAMPLES + 100) ** 2) / 12): "distances are from m, not from 0"}
    expect_close(s, np.sqrt(20 / 12), "of 101, 103, 105 and 107, s is", reasons)


def honest(estimate):
    """the mean of s² is the variance of m, exactly"""
    pairs = [found(estimate, np.array(pair)) for pair in product((0.0, 3.0, 6.0), repeat=2)]
    reasons = {1.5: "s is too small by half of its square: with two samples, n − 1 is half of n"}
    s_squared = np.mean([s**2 for _, s in pairs])
    expect_close(s_squared, np.var([m for m, _ in pairs]), "over all 9 pairs, the mean of s² is", reasons)


EXERCISE = Exercise(
    name="standard-error",
    title="A mean, and how far off it is",
    page="0.3",
    kind="fill-in",
    ledger=("evaluation.standard_error",),
    stub=STUB,
    solution=SOLUTION,
    properties=(mean, error, more_samples, moved, honest),
    hints=(
        "First m, then the distances of the samples from m. What is the mean of the squared distances called?",
        "The variance of one sample, divided by n, is the variance of the mean. s is its root.",
        "np.std(samples, ddof=1) divides by n − 1 before it takes the root. What is left to divide by?",
    ),
    explanation=(
        "Why: the variances of independent samples add, so the mean of n has the n-th part of the variance of one. "
        "The distances are measured from m, which is closer to its own samples than the true mean does; n − 1 "
        "in place of n makes up for that, and then s² is right on average.\n\n"
        "In practice: a score without its error cannot be compared. With 250 held-out images and a standard deviation "
        "of 5 nats per image, s is 0.32 nats: a second model that is better by 0.2 on other images may be no "
        "better. NumPy's std divides by n unless it is given ddof=1."
    ),
    wrong_answers=(
        WrongAnswer(SOLUTION.replace(" / (n * (n - 1))", " / (n - 1)"), error),
        WrongAnswer(SOLUTION.replace("n * (n - 1)", "n * n"), error),
        WrongAnswer(SOLUTION.replace("n * (n - 1)", "n"), error),
        WrongAnswer(
            filled_in(HEAD, "return np.mean(samples), np.std(samples, ddof=1) / len(samples)"), error
        ),
        WrongAnswer(
            filled_in(HEAD, "return np.mean(samples), np.var(samples, ddof=1) / len(samples)"), error
        ),
        WrongAnswer(SOLUTION.replace("(samples - m) ** 2", "samples ** 2"), error),
        WrongAnswer(SOLUTION.replace("(samples - m) ** 2", "samples - m"), error),
        WrongAnswer(SOLUTION.replace("return m, s", "return s, m"), mean),
        WrongAnswer(SOLUTION.replace("np.sum(samples) / n", "np.sum(samples)"), mean),
        WrongAnswer(SOLUTION.replace("return m, s", "return s"), mean),
        WrongAnswer(SOLUTION.replace("n = len(samples)", "n = 4"), more_samples),
    ),
    equivalent_mutants={
        "s = np.sqrt(np.sum((m - samples) ** 2) / (n * (n - 1)))": "the square of a difference has no sign",
    },
)
