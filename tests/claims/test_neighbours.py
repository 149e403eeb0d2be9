"""Precision, recall, density and coverage, against loops and on sets that change one of them."""

import math
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import density_coverage, distances, mean_over_examples, precision_recall

# without an import: collecting the tests must not take the second that scikit-learn takes
pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason="scikit-learn is not installed")


def radius(i, x, k):
    return sorted(math.dist(x[i], x[j]) for j in range(len(x)) if j != i)[k - 1]


def by_loops(real, generated, k):
    """precision, recall, density, coverage."""
    r_real = [radius(i, real, k) for i in range(len(real))]
    r_generated = [radius(j, generated, k) for j in range(len(generated))]
    inside = [[math.dist(x, y) <= r for y in generated] for x, r in zip(real, r_real, strict=True)]
    reached = [any(math.dist(x, y) <= r for y, r in zip(generated, r_generated, strict=True)) for x in real]
    precision = np.mean([any(row[j] for row in inside) for j in range(len(generated))])
    return (
        precision,
        np.mean(reached),
        np.sum(inside) / (k * len(generated)),
        np.mean([any(r) for r in inside]),
    )


def ours(real, generated, k=5):
    a, b = precision_recall(real, generated, k), density_coverage(real, generated, k)
    return np.array([a.precision.mean, a.recall.mean, b.density.mean, b.coverage.mean])


@pytest.mark.equation("gan.precision_recall")
@pytest.mark.equation("gan.density_coverage")
@pytest.mark.parametrize("k", [1, 4])
@pytest.mark.parametrize("D", [2, 20])
def test_the_four_scores_are_those_of_the_loops(k, D, rng, measured):
    real, generated = rng.standard_normal((40, D)), 1.2 * rng.standard_normal((50, D)) + 0.3
    expected = np.array(by_loops(real, generated, k))
    measured(np.abs(ours(real, generated, k) - expected), 1e-12 * expected)
    assert ours(real, generated, k).min() > 0.05  # otherwise the comparison would be trivial


@pytest.mark.equation("gan.precision_recall")
@pytest.mark.equation("gan.density_coverage")
def test_the_claim_above_rejects_radii_that_count_an_example_as_its_own_neighbour(rng):
    real, generated = rng.standard_normal((40, 2)), 1.2 * rng.standard_normal((50, 2)) + 0.3
    assert not np.allclose(ours(real, generated, 4), by_loops(real, generated, 3))


def test_the_standard_error_of_a_share_is_that_of_a_coin(rng):
    real, generated = rng.standard_normal((40, 2)), 2 * rng.standard_normal((50, 2))
    p = precision_recall(real, generated).precision
    assert p.standard_error == pytest.approx(math.sqrt(p.mean * (1 - p.mean) / 49))


# --- one effect at a time ---------------------------------------------------------------------------------

TOLERANCE = [
    0.06,
    0.06,
    0.18,
    0.06,
]  # three standard errors of a share of 400 at 0.8, and of a mean of counts
CENTRES = 20 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])


def clusters(rng, which, n=400):
    return CENTRES[np.resize(which, n)] + rng.standard_normal((n, 2))


@pytest.fixture
def scenes(rng):
    """Sets of four clusters; without two of them; with a fifth of the examples at a fifth place."""
    real, good = clusters(rng, [0, 1, 2, 3]), clusters(rng, [0, 1, 2, 3])
    astray = np.concatenate([clusters(rng, [0, 1, 2, 3], 320), 60 + rng.standard_normal((80, 2))])
    return {"real": real, "good": good, "lost": clusters(rng, [0, 1]), "astray": astray}


def only_recall_falls(before, after):
    """Losing half of the modes costs half of recall and of coverage."""
    return np.all(np.abs(after / before - [1, 0.5, 1, 0.5]) < TOLERANCE)


def only_precision_falls(before, after):
    """A fifth in the wrong place costs a fifth of precision and of density; recall and coverage hold."""
    return np.all(np.abs(after / before - [0.8, 1, 0.8, 1]) < TOLERANCE)


def test_losing_modes_lowers_recall_and_coverage_only(scenes):
    assert only_recall_falls(ours(scenes["real"], scenes["good"]), ours(scenes["real"], scenes["lost"]))


def test_outliers_lower_precision_and_density_only(scenes):
    assert only_precision_falls(ours(scenes["real"], scenes["good"]), ours(scenes["real"], scenes["astray"]))


@pytest.mark.equation("gan.precision_recall")
@pytest.mark.equation("gan.density_coverage")
def test_the_claims_above_reject_real_and_generated_exchanged(scenes):
    for name, claim in (("lost", only_recall_falls), ("astray", only_precision_falls)):
        assert not claim(ours(scenes["good"], scenes["real"]), ours(scenes[name], scenes["real"]))


def test_a_few_scattered_outliers_fool_recall_but_not_coverage(rng):
    """Their balls reach to the nearest cluster and contain all lost examples."""
    real, lost = clusters(rng, [0, 1, 2, 3]), clusters(rng, [0, 1])
    fooling = np.concatenate([lost, [[10.0, 60.0], [-60.0, 10.0], [80.0, 10.0]]])
    before, after = ours(real, lost), ours(real, fooling)
    assert after[1] > before[1] + 0.4 and abs(after[3] - before[3]) < 0.01


def test_of_equal_distributions_the_density_is_1_and_the_coverage_that_of_the_formula():
    rng, N, M, k = np.random.default_rng(2), 60, 90, 5
    draws = [density_coverage(*(rng.standard_normal((n, 3)) for n in (N, M)), k) for _ in range(200)]
    i = np.arange(1, k + 1)
    exact = np.array([1, 1 - np.prod((N - i) / (N + M - i))])
    mean, error = mean_over_examples([(s.density.mean, s.coverage.mean) for s in draws])
    assert np.all(np.abs(mean - exact) < 5 * error)
    assert not np.abs(mean[1] - (1 - 2.0**-k)) < 5 * error[1]  # this formula is valid only for N = M


# --- ties, slices, bad input ------------------------------------------------------------------------------


def test_copies_are_in_balls_of_radius_0_for_any_offset():
    x = np.repeat([[0.1, 0.2, 0.3], [0.7, 0.5, 0.1], [0.4, 0.9, 0.8]], 4, axis=0)
    for offset in (0, 1e3):
        np.testing.assert_allclose(ours(x + offset, x[::-1] + offset, 3), [1, 1, 4 / 3, 1])
        np.testing.assert_allclose(ours(x + offset, x + offset + 1e-3, 3), 0)


def test_slices_change_nothing(rng, monkeypatch):
    real, generated = rng.standard_normal((40, 2)), rng.standard_normal((50, 2)) + 0.3
    whole = ours(real, generated)
    monkeypatch.setattr(distances, "CELLS", 100)
    np.testing.assert_array_equal(ours(real, generated), whole)


@pytest.mark.parametrize("score", [precision_recall, density_coverage])
def test_bad_input_is_refused_in_one_line(score, rng):
    x = rng.standard_normal((40, 3))
    for y, words in [
        (x[:, :2], "real has 3 numbers per example and generated has 2"),
        (x[:5], "generated has 5 examples; this score needs at least 6"),
        (x * np.nan, "generated holds NaN"),
    ]:
        with pytest.raises(BadInput, match=words) as caught:
            score(x, y, 5)
        assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="at least 1"):
        score(x, x, 0)


@pytest.mark.parametrize("score", [precision_recall, density_coverage])
def test_without_scikit_learn_the_message_says_how_to_install_it(score, rng, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.neighbors", None)
    with pytest.raises(BadInput, match=r"pip install \"scratchgen-numpy\[eval\]\""):
        score(rng.standard_normal((9, 2)), rng.standard_normal((9, 2)))
