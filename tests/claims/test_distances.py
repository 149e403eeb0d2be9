"""Pairwise distances and k-means centroids, against loops over every case."""

import itertools

import numpy as np
import pytest

from scratchgen.evaluation import kmeans_centroids
from scratchgen.evaluation.distances import squared_distances
from scratchgen.random import Generator

pytestmark = pytest.mark.fast


@pytest.mark.equation("evaluation.squared_distances")
def test_distances_from_a_product_are_those_of_each_pair_and_a_common_offset_costs_no_digits(rng, measured):
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((4, 3))
    expected = np.array([[sum((a - b) ** 2 for a, b in zip(u, v, strict=True)) for v in y] for u in x])
    measured(np.abs(squared_distances(x, y) - expected), 1e-13)
    measured(np.abs(squared_distances(x + 1e6, y + 1e6) - expected), 1e-8)  # 10⁶ is stored to 10⁻¹⁰


@pytest.mark.equation("evaluation.squared_distances")
def test_the_claim_above_rejects_a_product_of_numbers_far_from_0(rng):
    x = rng.standard_normal((5, 3)) + 1e6
    squares = (x * x).sum(axis=1)
    naive = squares[:, None] - 2 * x @ x.T + squares
    assert np.abs(naive - ((x[:, None] - x) ** 2).sum(axis=2)).max() > 1e-5


def squares_to_the_nearest(x, c):
    return ((x[:, None] - c) ** 2).sum(axis=2).min(axis=1).sum()


@pytest.mark.equation("gan.centroids")
def test_no_partition_of_a_few_points_has_averages_that_are_nearer(rng, measured):
    """Against every partition of eight points, in two clusters, into two classes."""
    pytest.importorskip("sklearn")
    x = np.concatenate([rng.standard_normal((4, 2)), 6 + rng.standard_normal((4, 2))])
    splits = (np.array(bits, bool) for bits in itertools.product([0, 1], repeat=8))
    best = min(
        squares_to_the_nearest(x, np.stack([x[s].mean(axis=0), x[~s].mean(axis=0)]))
        for s in splits
        if s.any() and not s.all()
    )
    measured(abs(squares_to_the_nearest(x, kmeans_centroids(x, 2, Generator(0))) - best), 1e-10)


@pytest.mark.equation("gan.centroids")
def test_the_claim_above_rejects_two_of_the_points_themselves(rng):
    x = np.concatenate([rng.standard_normal((4, 2)), 6 + rng.standard_normal((4, 2))])
    averages = np.stack([x[:4].mean(axis=0), x[4:].mean(axis=0)])
    assert squares_to_the_nearest(x, x[[0, 4]]) > squares_to_the_nearest(x, averages) + 1
