"""MMD² against loops and closed forms: unbiased, with a correct standard error."""

import math

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    GaussianKernel,
    cubic_kernel,
    distances,
    mean_over_examples,
    median_distance,
    mmd,
)

BANDWIDTH = 1.5


def k_gauss(a, b):
    return math.exp(-sum((s - t) ** 2 for s, t in zip(a, b, strict=True)) / (2 * BANDWIDTH**2))


def k_cubic(a, b):
    return (sum(s * t for s, t in zip(a, b, strict=True)) / len(a) + 1) ** 3


KERNELS = {"gaussian": (GaussianKernel(BANDWIDTH), k_gauss), "cubic": (cubic_kernel, k_cubic)}


def by_loops(x, y, k):
    n, m = len(x), len(y)
    within_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    within_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return within_x - 2 * sum(k(a, b) for a in x for b in y) / (n * m) + within_y


def with_bias(x, y, kernel):
    """The V-statistic, which includes the pairs of an example with itself."""
    return kernel(x, x).mean() - 2 * kernel(x, y).mean() + kernel(y, y).mean()


@pytest.mark.equation("gan.mmd")
@pytest.mark.parametrize("name", KERNELS)
def test_it_is_the_mean_over_disjoint_blocks_of_the_sums_over_pairs(name, rng, measured):
    kernel, k = KERNELS[name]
    x, y = rng.standard_normal((13, 3)), rng.standard_normal((10, 3)) + 0.5
    blocks = [by_loops(x[b::3], y[b::3], k) for b in range(3)]
    expected = np.array(mean_over_examples(blocks))
    measured(np.abs(mmd(x, y, kernel, blocks=3) - expected), 1e-10 * np.abs(expected))


def test_kernels_at_points_computed_by_hand():
    x, y = np.array([[1.0, 2.0]]), np.array([[3.0, -1.0]])
    assert cubic_kernel(x, y).item() == pytest.approx((1 / 2 + 1) ** 3)
    assert GaussianKernel(2.0)(x, y).item() == pytest.approx(math.exp(-13 / 8))


def exact_between_gaussians(mu_x, s_x, mu_y, s_y):
    """E k(x, y) = (b² / (b² + v))^(D/2) exp(−‖mu‖² / 2(b² + v)): x − y is normal with mean mu, variance v."""

    def expectation(mu, v):
        b2 = BANDWIDTH**2
        return (b2 / (b2 + v)) ** (len(mu) / 2) * math.exp(-np.sum(mu**2) / (2 * (b2 + v)))

    zero = 0 * mu_x
    within = expectation(zero, 2 * s_x**2) + expectation(zero, 2 * s_y**2)
    return within - 2 * expectation(mu_x - mu_y, s_x**2 + s_y**2)


MU, ZERO = np.array([0.6, -0.3, 0.2]), np.zeros(3)
PAIRS = {"equal": (ZERO, 1.0, ZERO, 1.0), "shifted and wider": (ZERO, 1.0, MU, 1.3)}


def draws(pair, estimate, n=40, m=30, repetitions=500):
    mu_x, s_x, mu_y, s_y = PAIRS[pair]
    rng = np.random.default_rng(7)
    return [
        estimate(mu_x + s_x * rng.standard_normal((n, 3)), mu_y + s_y * rng.standard_normal((m, 3)))
        for _ in range(repetitions)
    ]


def agrees(values, exact):
    """The mean of many draws is the exact value within five standard errors."""
    mean, error = mean_over_examples(values)
    return abs(mean - exact) < 5 * error


@pytest.mark.equation("gan.mmd")
@pytest.mark.parametrize("pair", PAIRS)
def test_between_gaussians_its_mean_is_the_closed_form_which_is_0_for_equal_ones(pair, measured):
    exact = exact_between_gaussians(*PAIRS[pair])
    assert (exact == pytest.approx(0, abs=1e-15)) == (pair == "equal")
    ours = draws(pair, lambda x, y: mmd(x, y, GaussianKernel(BANDWIDTH), blocks=2).mean)
    mean, error = mean_over_examples(ours)
    measured(abs(mean - exact), 5 * error)


@pytest.mark.equation("gan.mmd")
@pytest.mark.parametrize("pair", PAIRS)
def test_the_claim_above_rejects_the_v_statistic(pair):
    biased = draws(pair, lambda x, y: with_bias(x, y, GaussianKernel(BANDWIDTH)))
    assert not agrees(biased, exact_between_gaussians(*PAIRS[pair]))


@pytest.mark.equation("gan.mmd")
def test_the_expected_kid_of_equal_distributions_is_0():
    assert agrees(draws("equal", lambda x, y: mmd(x, y, cubic_kernel, blocks=2).mean), 0)
    assert not agrees(draws("shifted and wider", lambda x, y: mmd(x, y, cubic_kernel, blocks=2).mean), 0)


@pytest.mark.equation("gan.mmd")
def test_the_claim_above_rejects_the_v_statistic_of_the_cubic_kernel():
    assert not agrees(draws("equal", lambda x, y: with_bias(x, y, cubic_kernel)), 0)


T_DEVIATION = math.sqrt(19 / 17)  # of Student's t with 20 − 1 degrees of freedom
REPETITIONS = 200
FOUR_ERRORS = 4 / math.sqrt(2 * REPETITIONS)


def spread_of_z(pair, estimate, repetitions=REPETITIONS):
    """Standard deviation of (estimate − exact) / error."""
    estimates = draws(pair, estimate, 200, 200, repetitions)
    exact = exact_between_gaussians(*PAIRS[pair])
    return np.std([(e.mean - exact) / e.standard_error for e in estimates])


@pytest.mark.parametrize("pair", PAIRS)
def test_the_standard_error_is_honest(pair):
    spread = spread_of_z(pair, lambda x, y: mmd(x, y, GaussianKernel(BANDWIDTH), blocks=20))
    assert abs(spread - T_DEVIATION) < 1.1 * FOUR_ERRORS  # the tails of t are heavier: its kurtosis is 3.4


def test_the_claim_above_rejects_the_error_of_subsets_that_overlap():
    rng = np.random.default_rng(1)

    def of_subsets(x, y):
        half = lambda: rng.permutation(200)[:100]
        subsets = [mmd(x[half()], y[half()], GaussianKernel(BANDWIDTH), 2) for _ in range(20)]
        return mean_over_examples([subset.mean for subset in subsets])

    assert spread_of_z("shifted and wider", of_subsets, 50) > T_DEVIATION + 4 * T_DEVIATION / math.sqrt(
        2 * 50
    )


def test_an_offset_common_to_all_examples_changes_nothing(rng):
    x, y = rng.standard_normal((40, 3)), rng.standard_normal((40, 3)) + 0.5
    near, far = (mmd(x + c, y + c, GaussianKernel(BANDWIDTH)) for c in (0, 1e4))
    np.testing.assert_allclose(far, near, rtol=1e-8)  # 1e4 leaves 12 digits of the examples


def test_slices_change_the_result_by_rounding_only(rng, monkeypatch):
    x, y = rng.standard_normal((60, 3)), rng.standard_normal((50, 3)) + 0.5
    whole = mmd(x, y, cubic_kernel, 2)
    monkeypatch.setattr(distances, "CELLS", 70)
    np.testing.assert_allclose(mmd(x, y, cubic_kernel, 2), whole, rtol=1e-10)


def test_the_median_distance_is_that_of_all_pairs_once(rng):
    x = rng.standard_normal((30, 4))
    distances = [math.dist(x[i], x[j]) for i in range(30) for j in range(i)]
    assert median_distance(x) == pytest.approx(np.median(distances))


def test_bad_input_is_refused_in_one_line(rng):
    x = rng.standard_normal((40, 3))
    for y, words in [
        (x[:, :2], "x has 3 numbers per example and y has 2"),
        (x[:10], "y has 10 examples; this score needs at least 20"),
        (x * np.inf, "infinite numbers in 40 of 40"),
        (x[:, 0], "rows"),
    ]:
        with np.errstate(invalid="ignore"), pytest.raises(BadInput, match=words) as caught:
            mmd(x, y, cubic_kernel)
        assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="blocks must be a whole number of at least 2"):
        mmd(x, x, cubic_kernel, blocks=1)
    with pytest.raises(BadInput, match="bandwidth"):
        GaussianKernel(0.0)
    with pytest.raises(BadInput, match="half of the examples are equal"):
        median_distance(np.ones((5, 2)))
