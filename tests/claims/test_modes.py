"""Known modes and classes: counts, and comparison with equal or real shares."""

import math

import numpy as np
import pytest

from scratchgen.data.sets.gaussians import grid, ring
from scratchgen.errors import BadInput
from scratchgen.evaluation import class_histogram, mean_over_examples, modes_captured
from scratchgen.evaluation.class_histogram import chi_squared_tail
from scratchgen.random import Generator

MIXTURES = {"ring of 8": ring(8), "grid of 25": grid(5)}


@pytest.mark.parametrize("name", MIXTURES)
def test_the_mixture_itself_has_all_modes_and_is_near_them_with_the_probability_of_three_sigma(name):
    mixture, N = MIXTURES[name], 20_000
    K = len(mixture.centres)
    modes = modes_captured(mixture.sample(N, Generator(1))[0], mixture.centres, mixture.sigma)
    p = 1 - math.exp(-4.5)
    assert modes.captured == K
    assert abs(modes.high_quality.mean - p) < 5 * math.sqrt(p * (1 - p) / N)
    assert modes.high_quality.standard_error == pytest.approx(math.sqrt(p * (1 - p) / N), rel=0.1)
    assert modes.reverse_kl < 3 * (K - 1) / (2 * N)  # 2 N KL is about χ² with K − 1 degrees of freedom
    assert modes.counts.sum() == round(modes.high_quality.mean * N)


def test_the_claim_above_rejects_three_sigma_along_each_axis():
    """A square of that half-width holds 0.9973² = 0.9946 of a normal in the plane."""
    x, _ = ring().sample(20_000, Generator(1))
    offsets = np.abs(x[:, None] - ring().centres).max(axis=2).min(axis=1)
    p = 1 - math.exp(-4.5)
    assert abs(np.mean(offsets <= 0.3) - p) > 5 * math.sqrt(p * (1 - p) / 20_000)


@pytest.mark.equation("gan.mode_divergence")
@pytest.mark.parametrize("found", [1, 2, 4, 8])
def test_with_n_of_8_modes_in_equal_shares_the_divergence_is_log_8_over_n(found, measured):
    modes = modes_captured(np.tile(ring().centres[:found], (5, 1)), ring().centres, ring().sigma)
    assert modes.captured == found and modes.high_quality.mean == 1
    measured(abs(modes.reverse_kl - math.log(8 / found)), 1e-14)


@pytest.mark.equation("gan.mode_divergence")
def test_the_divergence_is_that_of_the_samples_near_a_mode():
    """Three quarters and one quarter at two modes of eight; 90 outliers in the middle do not count."""
    centres = ring().centres
    x = np.concatenate([np.tile(centres[:1], (30, 1)), np.tile(centres[3:4], (10, 1)), np.zeros((90, 2))])
    modes = modes_captured(x, centres, 0.1)
    assert modes.reverse_kl == pytest.approx(0.75 * math.log(8 * 0.75) + 0.25 * math.log(8 * 0.25))
    assert modes.high_quality.mean == 40 / 130
    np.testing.assert_array_equal(modes.counts, [30, 0, 0, 10, 0, 0, 0, 0])


@pytest.mark.equation("gan.mode_divergence")
def test_the_claim_above_rejects_the_forward_divergence_and_one_that_counts_outliers():
    q = np.array([0.75, 0, 0, 0.25, 0, 0, 0, 0])
    with np.errstate(divide="ignore"):
        assert np.sum(np.log(1 / 8 / q)) / 8 == np.inf
    x = np.concatenate([np.tile(ring().centres[:1], (30, 1)), np.tile(ring().centres[3:4], (10, 1))])
    outliers = np.tile(0.5 * ring().centres, (10, 1))  # nearest to each centre alike, near none
    with_outliers = (
        np.bincount(
            np.argmin(((np.concatenate([x, outliers])[:, None] - ring().centres) ** 2).sum(axis=2), axis=1)
        )
        / 120
    )
    counted = np.sum(with_outliers * np.log(8 * with_outliers))
    assert abs(counted - modes_captured(np.concatenate([x, outliers]), ring().centres, 0.1).reverse_kl) > 0.5


def test_a_mode_is_captured_by_one_sample_near_it_or_by_the_required_number():
    centres = ring().centres
    x = np.concatenate([np.tile(centres[:1], (9, 1)), centres[1:2], centres[2:3] * 1.2])  # 4 sigma away
    assert modes_captured(x, centres, 0.1).captured == 2
    assert modes_captured(x, centres, 0.1, at_least=2).captured == 1


def test_without_samples_near_a_mode_the_divergence_is_nan():
    modes = modes_captured(np.zeros((5, 2)), ring().centres, 0.1)
    assert modes.captured == 0 and modes.high_quality.mean == 0 and math.isnan(modes.reverse_kl)


def test_bad_samples_are_refused():
    with pytest.raises(BadInput, match="samples has 3 numbers per example and centres has 2"):
        modes_captured(np.zeros((5, 3)), ring().centres, 0.1)
    with pytest.raises(BadInput, match="NaN"):
        modes_captured(np.full((5, 2), np.nan), ring().centres, 0.1)
    for sigma, at_least in ((0.0, 1), (math.nan, 1), (0.1, 0)):
        with pytest.raises(ValueError, match=r"(sigma|at_least) must be"):
            modes_captured(np.zeros((5, 2)), ring().centres, sigma, at_least)


# --- classes ----------------------------------------------------------------------------------------------


@pytest.mark.equation("gan.chi_squared")
def test_the_statistic_and_the_p_value_are_those_of_scipy(rng, measured):
    stats = pytest.importorskip("scipy.stats")
    for N, M in ((300, 300), (500, 120)):
        a, b = rng.choice(10, N), rng.choice(10, M, p=np.arange(1, 11) / 55)
        ours = class_histogram(a, b, 10)
        table = np.array([np.bincount(labels, minlength=10) for labels in (a, b)])
        np.testing.assert_array_equal([ours.real, ours.generated], table)
        theirs = stats.chi2_contingency(table, correction=False)
        assert ours.degrees == theirs.dof
        measured(abs(ours.chi_squared / theirs.statistic - 1), 1e-12)
        assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.equation("gan.chi_squared")
def test_the_claim_above_rejects_counts_that_are_not_scaled_to_equal_sizes(rng):
    ours = class_histogram(rng.choice(10, 500), rng.choice(10, 120), 10)
    unscaled = np.sum((ours.real - ours.generated) ** 2 / (ours.real + ours.generated))
    assert unscaled > 3 * ours.chi_squared


@pytest.mark.equation("gan.chi_squared_tail")
def test_the_tail_is_that_of_scipy_for_every_number_of_degrees():
    stats = pytest.importorskip("scipy.stats")
    for degrees in (1, 2, 3, 9, 10, 999):
        for x in (1e-9, 0.3, degrees, 3.0 * degrees, 1000.0):
            assert chi_squared_tail(x, degrees) == pytest.approx(
                stats.chi2.sf(x, degrees), rel=1e-9, abs=1e-300
            )
    assert chi_squared_tail(0.0, 3) == chi_squared_tail(0.0, 0) == 1


@pytest.mark.equation("gan.chi_squared_tail")
def test_two_degrees_of_freedom_have_an_exponential_tail(measured):
    x = np.array([0.5, 2.0, 20.0])
    measured(np.abs([chi_squared_tail(value, 2) for value in x] / np.exp(-x / 2) - 1), 1e-14)


@pytest.mark.equation("gan.chi_squared_tail")
def test_the_claim_above_rejects_one_degree_less():
    for x in (0.5, 2.0, 20.0):
        assert abs(chi_squared_tail(x, 1) / np.exp(-x / 2) - 1) > 0.2


def shares_below_5_percent(p_value):
    """The share of 2,000 pairs of sets with equal class shares, with its standard error."""
    rng = np.random.default_rng(4)
    return mean_over_examples([p_value(*rng.choice(10, (2, 400))) < 0.05 for _ in range(2000)])


def test_equal_shares_are_rejected_with_the_frequency_of_the_p_value():
    mean, error = shares_below_5_percent(lambda a, b: class_histogram(a, b, 10).p_value)
    assert abs(mean - 0.05) < 5 * error


def test_the_claim_above_rejects_real_counts_used_as_exact_shares():
    """Pearson's statistic against the real counts ignores their own variation: it is twice as large."""

    def against_exact(a, b):
        a, b = (np.bincount(labels, minlength=10) for labels in (a, b))
        return chi_squared_tail(np.sum((b - a) ** 2 / a), 9)

    mean, error = shares_below_5_percent(against_exact)
    assert mean - 0.05 > 5 * error


def test_classes_that_occur_in_neither_set_cost_no_degree_of_freedom():
    few, many = (
        class_histogram([0, 1, 1, 0], [0, 0, 0, 1], 2),
        class_histogram([0, 9, 9, 0], [0, 0, 0, 9], 10),
    )
    assert (few.chi_squared, few.degrees, few.p_value) == (many.chi_squared, many.degrees, many.p_value)
    assert class_histogram([3, 3], [3], 10).p_value == 1


def test_bad_labels_are_refused():
    for real, generated, words in [
        ([0, 1], [0, 10], "labels of generated must be in 0 … 9, not 0 … 10"),
        ([-1, 1], [0], "labels of real must be in"),
        ([0.5], [0], "must be integers"),
        ([0], np.zeros(0, int), "at least one"),
        ([[0]], [0], "must be integers"),
    ]:
        with pytest.raises(BadInput, match=words):
            class_histogram(real, generated, 10)
