"""The normals of the stream: their formula, their distribution, and that place alone decides them."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from scratchgen_kernels import random_bits, standard_normal
from scratchgen_kernels.normal_noise import loops

pytestmark = pytest.mark.fast

N = 40_000  # the tolerances below are 5 standard errors of a statistic of N samples


def oracle(key, counter, n):
    """Box-Muller from the words, one number at a time, in float64."""
    first = counter - counter % 2
    pairs = 2 * ((counter + n - first + 1) // 2)
    words = [float(word) for word in random_bits(key, first, pairs, backend="loops")]
    values = []
    for i in range(n):
        p = counter + i - first
        u1, u2 = (words[p - p % 2] + 0.5) / 2**32, (words[p - p % 2 + 1] + 0.5) / 2**32
        wave = math.cos if p % 2 == 0 else math.sin
        values.append(math.sqrt(-2 * math.log(u1)) * wave(2 * math.pi * u2))
    return np.array(values)


def sample(backend):
    """N normals; fewer where a scalar loop makes them."""
    return standard_normal(42, 1, 4_000 if backend == "loops" else N, backend=backend)


@pytest.mark.equation("kernels.box_muller")
@pytest.mark.parametrize("counter", [0, 1, 2, 3, 2**33 + 5, 2**64 - 40])
def test_values_are_box_muller_of_the_words(backend, dtype, counter, measured):
    """Libraries differ by a few units in the last place of the sine, before the one rounding to float32."""
    eps = standard_normal(9, counter, 40, dtype, backend=backend)
    assert eps.dtype == dtype
    expected = oracle(9, counter, 40)
    measured(np.abs(eps - expected), 1e-15 + 8 * np.finfo(dtype).eps * np.abs(expected))


def test_every_backend_gives_the_same_bits(backend, dtype):
    for key, counter, n in [(5, 2, 900), (2**64 - 1, 2**64 - 900, 900), (9, 2**34 - 7, 90)]:
        expected = standard_normal(key, counter, n, dtype, backend="loops")
        np.testing.assert_array_equal(standard_normal(key, counter, n, dtype, backend=backend), expected)


def test_the_claim_above_rejects_a_product_and_sum_that_are_rounded_once(dtype):
    """A compiler may contract a · b + c to one rounding: here in the last step of the radius."""
    words = random_bits(5, 2, 900)
    exact = [math.log((float(word) + 0.5) / 2**32) for word in words]
    contracted = np.sqrt(-2 * np.array(exact)).astype(dtype)
    ours = np.array([loops.radius(int(word), dtype) for word in words])
    assert 0 < np.sum(contracted != ours) < len(ours)


def test_float32_noise_is_within_five_units_in_the_last_place_of_float64_noise():
    wide, narrow = (standard_normal(5, 2, 200_000, dtype) for dtype in (np.float64, np.float32))
    units = np.abs(narrow - wide) / np.spacing(np.abs(wide).astype(np.float32))
    assert 0.5 < units.max() <= 5


def test_the_claim_above_rejects_a_uniform_number_that_is_rounded_to_float32_first():
    """Near 1, u1 has 24 digits and ln u1 few: the radius of the pair is off by thousands of units."""
    word = 2**32 - 300
    exact = math.sqrt(-2 * math.log((word + 0.5) / 2**32))
    rounded = math.sqrt(-2 * math.log(float(np.float32((word + 0.5) / 2**32)) - 2**-25))
    unit = np.spacing(np.float32(exact))
    assert abs(loops.radius(word, np.dtype(np.float32)) - exact) <= 2 * unit
    assert abs(rounded - exact) > 1000 * unit


@pytest.mark.parametrize("shape", [(), 5, (0,), (3, 0, 2), (2, 3), (1, 1, 1)], ids=str)
def test_shape_is_filled_in_c_order(backend, shape):
    eps = standard_normal(1, 2, shape, backend=backend)
    assert eps.shape == (shape if isinstance(shape, tuple) else (shape,))
    np.testing.assert_array_equal(eps.ravel(), standard_normal(1, 2, eps.size, backend=backend))


@pytest.mark.parametrize("Z", [1, 3, 4, 7])
def test_rows_drawn_alone_are_the_rows_of_the_whole_batch(backend, dtype, Z):
    whole = standard_normal(8, 13, (10, Z), dtype, backend=backend)
    for a, b in [(0, 4), (4, 5), (5, 10)]:
        rows = standard_normal(8, 13 + a * Z, (b - a, Z), dtype, backend=backend)
        np.testing.assert_array_equal(rows, whole[a:b])


def test_threads_draw_what_one_thread_draws(backend):
    n, parts = 1_200, 6
    whole = standard_normal(4, 3, n, backend=backend)
    with ThreadPoolExecutor(parts) as pool:
        starts = range(0, n, n // parts)
        drawn = list(pool.map(lambda a: standard_normal(4, 3 + a, n // parts, backend=backend), starts))
    np.testing.assert_array_equal(np.concatenate(drawn), whole)


def assert_moments_are_standard(eps):
    """Mean, variance and fourth moment, whose variances over n samples are 1/n, 2/n and 96/n."""
    n = len(eps)
    assert abs(eps.mean()) < 5 * math.sqrt(1 / n)
    assert abs(np.mean(eps**2) - 1) < 5 * math.sqrt(2 / n)
    assert abs(np.mean(eps**4) - 3) < 5 * math.sqrt(96 / n)


def distance_from_the_normal(eps):
    """Kolmogorov and Smirnov's sup |F_n − Φ| · √n, with Φ(a) = ½ (1 + erf(a/√2))."""
    n = len(eps)
    cdf = np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in np.sort(eps)])
    below, above = cdf - np.arange(n) / n, np.arange(1, n + 1) / n - cdf
    return max(below.max(), above.max()) * math.sqrt(n)


def test_moments_are_those_of_the_standard_normal(backend):
    assert_moments_are_standard(sample(backend))


@pytest.mark.parametrize(
    "wrong",
    [lambda eps: 1.1 * eps, lambda eps: eps + 0.1, lambda eps: np.sqrt(3) * (2 * uniform(eps) - 1)],
    ids=["scale", "mean", "uniform"],
)
def test_the_claim_above_rejects_a_wrong_scale_mean_or_shape(wrong):
    with pytest.raises(AssertionError):
        assert_moments_are_standard(wrong(sample("numpy")))


def uniform(eps):
    return random_bits(42, 1, len(eps)) / 2.0**32


def test_distribution_is_normal_by_kolmogorov_and_smirnov(backend):
    """√n D exceeds 2.23 with probability 2 exp(−2 · 2.23²) < 1e-4."""
    assert distance_from_the_normal(sample(backend)) < 2.23


def test_the_claim_above_rejects_a_laplace_distribution_of_the_same_variance():
    u = uniform(np.empty(N)) - 0.5 + 2.0**-33
    laplace = -np.sign(u) * np.log(1 - 2 * np.abs(u)) / math.sqrt(2)
    assert distance_from_the_normal(laplace) > 2.23


@pytest.mark.equation("kernels.box_muller")
@pytest.mark.parametrize("lag", [1, 2, 3, 4])
def test_lanes_of_a_block_are_uncorrelated(lag):
    """Products of independent normals have variance 1; so have those of (ε² − 1)/√2."""
    eps = standard_normal(6, 0, 4 * N)
    for values in (eps, (eps**2 - 1) / math.sqrt(2)):
        products = values[:-lag] * values[lag:]
        for lane in range(4):  # every lane apart: an even one and its odd partner share r
            assert abs(products[lane::4].mean()) < 5 / math.sqrt(len(products[lane::4]))


@pytest.mark.equation("kernels.box_muller")
def test_the_claim_above_rejects_a_pair_made_with_one_wave():
    """r cos twice instead of cos and sin: the partner is a copy."""
    pairs = np.repeat(standard_normal(6, 0, (N, 2))[:, :1], 2, axis=1)
    assert abs((pairs[:, 0] * pairs[:, 1]).mean()) > 5 / math.sqrt(N)


def test_keys_give_unrelated_streams():
    one, other = standard_normal(1, 0, N), standard_normal(2, 0, N)
    assert abs((one * other).mean()) < 5 / math.sqrt(N)


def test_noise_is_finite_and_keeps_its_tail_even_where_every_bit_is_zero_or_one(dtype):
    """The radius runs from √(2 · 2⁻³³) at the last word to √(66 ln 2) at the first, and is right at both."""
    for word in (0, 1, 2, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1):
        assert all(abs(value) < 6.77 for value in loops.box_muller(word, word, dtype))
        exact = math.sqrt(-2 * math.log1p(-(2**32 - word - 0.5) / 2**32) if word else 66 * math.log(2))
        assert loops.radius(word, dtype) == pytest.approx(exact, rel=4 * float(np.finfo(dtype).eps))


def test_the_tail_has_the_mass_of_the_normal_distribution(dtype):
    """n · 2Φ(−4) = 253 of n normals are beyond 4 in either direction, within five Poisson errors."""
    n = 4_000_000
    expected = n * math.erfc(4 / math.sqrt(2))
    found = np.sum(np.abs(standard_normal(11, 0, n, dtype)) > 4)
    assert abs(found - expected) < 5 * math.sqrt(expected)
