"""The Fréchet distance between known Gaussians, regular and singular, and its bias."""

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import frechet_distance, frechet_distance_of_gaussians, mean_over_examples


def random_covariance(rng, D, rank=None):
    A = rng.standard_normal((D, rank or D))
    return A @ A.T


@pytest.mark.equation("gan.frechet")
def test_in_one_dimension_it_is_the_difference_of_means_and_of_deviations():
    d2 = frechet_distance_of_gaussians(
        np.array([1.0]), np.array([[4.0]]), np.array([-2.0]), np.array([[0.25]])
    )
    assert d2 == pytest.approx((1 + 2) ** 2 + (2 - 0.5) ** 2)


@pytest.mark.equation("gan.frechet")
def test_with_common_axes_it_compares_the_deviations_along_them(rng):
    V = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    s, t = rng.uniform(0.1, 3, (2, 4))
    m = rng.standard_normal((2, 4))
    d2 = frechet_distance_of_gaussians(m[0], V * s**2 @ V.T, m[1], V * t**2 @ V.T)
    assert d2 == pytest.approx(np.sum((m[0] - m[1]) ** 2) + np.sum((s - t) ** 2))


@pytest.mark.equation("gan.frechet")
def test_for_any_covariances_it_agrees_with_the_matrix_square_root_of_scipy(rng, measured):
    sqrtm = pytest.importorskip("scipy.linalg").sqrtm
    for _ in range(10):
        C, E, m = random_covariance(rng, 5), random_covariance(rng, 5), rng.standard_normal(5)
        textbook = m @ m + np.trace(C + E - 2 * sqrtm(C @ E).real)
        measured(abs(frechet_distance_of_gaussians(m, C, 0 * m, E) - textbook), 1e-9 * textbook)


@pytest.mark.equation("gan.frechet")
def test_the_claim_above_rejects_the_root_of_each_entry(rng):
    C, E = random_covariance(rng, 5), random_covariance(rng, 5)
    wrong = np.trace(C + E) - 2 * np.sum(np.sqrt(np.diag(C @ E).clip(0)))
    assert abs(frechet_distance_of_gaussians(np.zeros(5), C, np.zeros(5), E) - wrong) > 0.1


@pytest.mark.equation("gan.frechet")
def test_between_two_lines_it_is_the_closed_form_however_singular(rng):
    """C = a aᵀ and E = b bᵀ have the roots a aᵀ/‖a‖ and b bᵀ/‖b‖: tr (C E)^½ = |a·b|."""
    for scale in (1e-6, 1, 1e6):
        a, b = scale * rng.standard_normal((2, 50))
        d2 = frechet_distance_of_gaussians(np.zeros(50), np.outer(a, a), np.zeros(50), np.outer(b, b))
        assert d2 == pytest.approx(a @ a + b @ b - 2 * abs(a @ b), rel=1e-9)


def with_moments(rng, n, mean, L):
    """n examples whose mean and covariance (with n − 1) are exactly `mean` and L Lᵀ."""
    x = rng.standard_normal((n, len(mean)))
    x -= x.mean(axis=0)
    whitener = np.linalg.inv(np.linalg.cholesky(x.T @ x / (n - 1)))
    return mean + x @ whitener.T @ L.T


@pytest.mark.equation("gan.frechet")
def test_of_sets_it_is_the_distance_of_their_means_and_covariances(rng, measured):
    L, M, m = rng.standard_normal((3, 3)), rng.standard_normal((3, 3)), rng.standard_normal(3)
    d2 = frechet_distance(with_moments(rng, 40, m, L), with_moments(rng, 60, 0 * m, M))
    expected = frechet_distance_of_gaussians(m, L @ L.T, 0 * m, M @ M.T)
    measured(abs(d2 - expected), 1e-9 * expected)


def test_it_is_0_for_a_set_and_itself_symmetric_and_never_negative_or_nan_with_fewer_examples_than_numbers(
    rng,
):
    x, y = rng.standard_normal((10, 60)), rng.standard_normal((12, 60))
    y[:, 50:] = 0  # features that are always 0
    assert 0 <= frechet_distance(x, x) < 1e-12
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-12)
    assert frechet_distance(np.zeros((3, 4)), np.zeros((5, 4))) == 0


def of_moments(x, y, ddof=1):
    """The distance by the matrices (D, D), whatever the number of examples."""
    return frechet_distance_of_gaussians(
        x.mean(axis=0), np.cov(x.T, ddof=ddof), y.mean(axis=0), np.cov(y.T, ddof=ddof)
    )


@pytest.mark.equation("gan.frechet")
@pytest.mark.parametrize("n, m", [(2, 3), (8, 13), (19, 19)])
def test_of_few_examples_it_is_the_distance_of_their_moments_without_a_matrix_of_their_size(
    n, m, rng, measured
):
    x, y = rng.standard_normal((n, 20)), 3 + rng.standard_normal((m, 20)) * np.arange(20)
    measured(abs(frechet_distance(x, y) - of_moments(x, y)), 1e-9 * of_moments(x, y))


@pytest.mark.equation("gan.frechet")
def test_the_claim_above_rejects_covariances_that_divide_by_n(rng):
    x, y = rng.standard_normal((8, 20)), 3 + rng.standard_normal((13, 20)) * np.arange(20)
    assert abs(frechet_distance(x, y) - of_moments(x, y, ddof=0)) > 1e-3 * of_moments(x, y)


def test_of_few_large_examples_it_takes_the_memory_of_a_few_copies(rng):
    import tracemalloc

    x, y = rng.standard_normal((2, 20, 5000))
    tracemalloc.start()
    frechet_distance(x, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * x.nbytes < 5000**2 * 8 / 10, "a matrix (D, D) has 200 MB"


# --- the bias ---------------------------------------------------------------------------------------------


def bias(C, n, m):
    """The bias stated in the docstring of frechet_distance."""
    lam = np.linalg.eigvalsh(C)
    pairs = np.outer(lam, lam) * (1 + np.eye(len(lam))) / np.add.outer(lam, lam)
    return (1 / n + 1 / m) * (np.trace(C) + pairs.sum() / 2)


def bias_is(expected, n, m, C):
    """Within five standard errors and 2 %, because terms of order 1/n² are left out: D/n is 1 %."""
    rng, L = np.random.default_rng(5), np.linalg.cholesky(C)
    D = len(C)
    d2 = [
        frechet_distance(rng.standard_normal((n, D)) @ L.T, rng.standard_normal((m, D)) @ L.T)
        for _ in range(300)
    ]
    mean, error = mean_over_examples(d2)
    return abs(mean - expected) < 5 * error + 0.02 * expected


def test_equal_gaussians_have_the_stated_bias_as_their_distance():
    C = np.diag([0.2, 1.0, 3.0, 3.0])
    assert bias_is(bias(C, 400, 300), 400, 300, C)
    assert bias(np.eye(6), 400, 300) == pytest.approx(6 * (6 + 5) / 4 * (1 / 400 + 1 / 300))


def test_the_claim_above_rejects_the_bias_of_the_means_alone_and_that_of_twice_as_many_examples():
    C = np.diag([0.2, 1.0, 3.0, 3.0])
    assert not bias_is((1 / 400 + 1 / 300) * np.trace(C), 400, 300, C)
    assert not bias_is(bias(C, 800, 600), 400, 300, C)


def test_bad_input_is_refused_in_one_line(rng):
    x = rng.standard_normal((40, 3))
    for y, words in [(x[:, :2], "3 numbers"), (x[:1], "at least 2"), (x * np.nan, "NaN")]:
        with pytest.raises(BadInput, match=words) as caught:
            frechet_distance(x, y)
        assert "\n" not in str(caught.value)
