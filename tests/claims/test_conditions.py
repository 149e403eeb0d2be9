"""Diversity by loops over pairs, and correlation within groups by regression on dummies."""

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import correlation_within, diversity_within


def check_diversity(measure, rng):
    """Loops over the pairs of each condition; conditions of different sizes count alike."""
    for _ in range(20):
        labels = np.repeat([3, 5, 9], rng.integers(2, 7, 3))
        features = rng.normal(size=(len(labels), 4))
        of = [np.flatnonzero(labels == k) for k in np.unique(labels)]
        distance = lambda i, j, x=features: np.sqrt(
            sum((a - b) ** 2 for a, b in zip(x[i], x[j], strict=True))
        )
        means = [np.mean([distance(i, j) for i in some for j in some if i < j]) for some in of]
        assert measure(features, labels) == pytest.approx(np.mean(means), rel=1e-9)


@pytest.mark.equation("evaluation.diversity_within")
def test_diversity_is_the_mean_distance_of_pairs_of_one_condition(rng):
    check_diversity(diversity_within, rng)


@pytest.mark.equation("evaluation.diversity_within")
@pytest.mark.parametrize("planted", ["pairs with itself", "pairs of two conditions", "the variance"])
def test_the_claim_on_diversity_rejects(planted, rng):
    def itself(features, labels):
        n = np.bincount(labels)
        return diversity_within(features, labels) * (1 - 1 / n[n > 0].mean())

    wrong = {
        "pairs with itself": itself,
        "pairs of two conditions": lambda x, y: diversity_within(x, 0 * y),
        "the variance": lambda x, y: x.var(axis=0).sum(),
    }
    with pytest.raises(AssertionError):
        check_diversity(wrong[planted], rng)


@pytest.mark.equation("evaluation.diversity_within")
def test_diversity_of_equal_samples_is_zero_and_grows_in_proportion(rng):
    labels = np.repeat([0, 1], 5)
    assert diversity_within(np.repeat([[1.0, 2.0], [7.0, 3.0]], 5, axis=0), labels) == 0
    x = rng.normal(size=(10, 3))
    assert diversity_within(3 * x, labels) == pytest.approx(3 * diversity_within(x, labels), rel=1e-9)


@pytest.mark.parametrize(
    "features, labels, words",
    [
        (np.zeros((3, 2)), [0, 0, 1], "condition 1 has one example"),
        (np.zeros((3, 2)), [0, 0], "one label each"),
    ],
)
def test_a_condition_without_a_pair_is_refused(features, labels, words):
    with pytest.raises(BadInput, match=words):
        diversity_within(features, labels)


def check_correlation(measure, rng):
    """The residuals of a regression on one dummy per group, and Pearson's correlation of these."""
    for _ in range(20):
        groups = rng.integers(0, 3, 40)
        a = rng.normal(size=40) + 5 * groups
        b = 0.5 * a + rng.normal(size=40) - 9 * groups
        dummies = (groups[:, None] == np.unique(groups)).astype(float)
        residuals = [x - dummies @ np.linalg.lstsq(dummies, x, rcond=None)[0] for x in (a, b)]
        assert measure(a, b, groups) == pytest.approx(np.corrcoef(*residuals)[0, 1], rel=1e-9)


@pytest.mark.equation("evaluation.correlation_within")
def test_correlation_within_groups_is_that_of_the_residuals_of_a_regression(rng):
    check_correlation(correlation_within, rng)


@pytest.mark.equation("evaluation.correlation_within")
def test_the_claim_on_correlation_rejects_one_over_all_groups(rng):
    with pytest.raises(AssertionError):
        check_correlation(lambda a, b, groups: np.corrcoef(a, b)[0, 1], rng)


@pytest.mark.equation("evaluation.correlation_within")
def test_a_constant_keeps_nothing():
    assert correlation_within([1.0, 1.0, 2.0, 2.0], [0.0, 1.0, 3.0, 5.0], [0, 0, 1, 1]) == 0
    with pytest.raises(BadInput, match="are \\(N,\\)"):
        correlation_within([1.0], [1.0, 2.0], [0, 0])
