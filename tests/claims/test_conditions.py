"""Diversity by loops over pairs, slant by shears of known size, correlation within groups by regression on dummies."""

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import correlation_within, diversity_within, slant


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


def sheared(image, t):
    """An image whose row v is shifted by t·v columns to the left: it leans to the right by t more."""
    H = len(image)
    wide = np.pad(image, ((0, 0), (3 * H, 3 * H)))
    return np.stack([np.roll(row, -t * v) for v, row in enumerate(wide)])


def check_slant(measure, rng):
    for t in (-2, 0, 1, 3):
        image = rng.random((6, 5))
        before, after = sheared(image, 0), sheared(image, t)
        s = [measure(x.reshape(1, -1), x.shape)[0] for x in (before, after)]
        assert s[1] - s[0] == pytest.approx(t, abs=1e-9)
        assert measure(image[:, ::-1].reshape(1, -1), (6, 5))[0] == pytest.approx(
            -measure(image.reshape(1, -1), (6, 5))[0], abs=1e-9
        )


@pytest.mark.equation("evaluation.slant")
def test_a_shear_adds_itself_to_the_slant_and_a_mirror_changes_its_sign(rng):
    check_slant(slant, rng)


@pytest.mark.equation("evaluation.slant")
@pytest.mark.parametrize("planted", ["to the left", "by columns", "the angle"])
def test_the_claim_on_slant_rejects(planted, rng):
    def by_columns(images, shape):
        v, u = np.mgrid[: shape[0], : shape[1]]
        return np.array([-np.polyfit(u.ravel(), v.ravel(), 1, w=np.sqrt(x) + 1e-9)[0] for x in images])

    wrong = {
        "to the left": lambda images, shape: -slant(images, shape),
        "by columns": by_columns,
        "the angle": lambda images, shape: np.arctan(slant(images, shape)),
    }
    with pytest.raises(AssertionError):
        check_slant(wrong[planted], rng)


@pytest.mark.equation("evaluation.slant")
def test_the_slant_does_not_depend_on_place_or_brightness_and_is_zero_without_ink(rng):
    image = rng.random((4, 4))
    moved = np.pad(image, ((1, 2), (3, 0)))
    assert slant(moved.reshape(1, -1), moved.shape) == pytest.approx(slant(image.reshape(1, -1), (4, 4)))
    assert slant(0.3 * image.reshape(1, -1), (4, 4)) == pytest.approx(slant(image.reshape(1, -1), (4, 4)))
    flat = np.zeros((2, 16))
    flat[1, 4:8] = 1
    assert (slant(flat, (4, 4)) == 0).all()


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
