"""Sampling a class by inversion: its share of the interval from 0 to 1."""

import numpy as np
import pytest

from scratchgen.random import Generator, by_inversion

N = 100_000
LINE = (np.arange(N) + 0.5) / N


def shares(draw, p):
    """The number of N evenly spaced points that are assigned to each class."""
    return np.bincount(draw(np.tile(p, (N, 1)), LINE), minlength=len(p)) / N


@pytest.mark.equation("distributions.inversion")
@pytest.mark.parametrize("scale", [1.0, 1e-3, 40.0])
def test_the_share_of_each_class_is_its_probability(scale, measured):
    p = np.array([0.1, 0.0, 0.6, 0.25, 0.05])
    found = shares(by_inversion, scale * p)
    measured(np.abs(found - p), 1.5 / N)  # each end of a share is between two of the points
    assert found[1] == 0


@pytest.mark.equation("distributions.inversion")
def test_the_claim_above_rejects_sums_that_are_assumed_to_be_1():
    wrong = lambda p, u: np.minimum((u[:, None] >= np.cumsum(p, axis=1)).sum(axis=1), p.shape[1] - 1)
    assert np.abs(shares(wrong, np.array([4.0, 2.0, 2.0])) - [0.5, 0.25, 0.25]).max() > 0.1


@pytest.mark.equation("distributions.inversion")
def test_it_agrees_with_numpys_search_in_the_cumulative_sums(measured):
    rng = Generator(0)
    p, u = rng.random((50, 7), np.float64), rng.random(50, np.float64)
    found = by_inversion(p, u)
    sums = np.cumsum(p, axis=1)
    theirs = [np.searchsorted(row, v * row[-1], side="right") for row, v in zip(sums, u, strict=True)]
    measured(np.abs(found - theirs), 0)


def test_the_number_0_is_the_first_class_with_positive_probability():
    assert by_inversion(np.array([0.0, 0.0, 1.0]), np.array(0.0)) == 2
