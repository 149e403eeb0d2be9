"""The generator: the same stream however it is drawn, and the distributions that the methods name."""

import numpy as np
import pytest

from scratchgen.random import Generator

N = 200_000


def test_the_stream_depends_on_seed_and_counter_alone():
    a, b = Generator(5), Generator(5)
    a.standard_normal(10)
    b.state = a.state
    np.testing.assert_array_equal(a.random(7), b.random(7))
    assert a.state == b.state == {"seed": 5, "counter": 12 + 8}


def test_different_seeds_give_different_streams():
    assert not np.array_equal(Generator(1).random(8), Generator(2).random(8))


def test_no_word_of_the_stream_is_used_by_two_draws():
    g = Generator(0)
    first, second = g.take(3), g.take(5)
    assert second[1] >= first[1] + 3 and second[1] % 4 == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_uniform_numbers_fill_the_unit_interval_evenly(dtype):
    u = Generator(1).random(N, dtype)
    assert u.dtype == dtype and u.min() >= 0 and u.max() < 1
    counts = np.bincount((u * 20).astype(int), minlength=20)
    chi2 = np.sum((counts - N / 20) ** 2 / (N / 20))
    assert chi2 < 43.8  # the 99.9 % point of χ² with 19 degrees of freedom


def test_normal_numbers_have_mean_zero_and_variance_one_within_five_standard_errors():
    e = Generator(2).standard_normal(N, np.float64)
    assert abs(e.mean()) < 5 / np.sqrt(N)
    assert abs(e.var() - 1) < 5 * np.sqrt(2 / N)


def test_integers_cover_their_range_evenly():
    counts = np.bincount(Generator(3).integers(2, 9, N))
    assert counts[:2].sum() == 0 and len(counts) == 9
    assert np.sum((counts[2:] - N / 7) ** 2 / (N / 7)) < 22.5  # 99.9 %, 6 degrees of freedom


def test_a_permutation_is_one_and_its_first_place_is_uniform():
    g = Generator(4)
    firsts = np.zeros(5)
    for _ in range(5000):
        p = g.permutation(5)
        firsts[p[0]] += 1
    assert sorted(p) == [0, 1, 2, 3, 4]
    assert np.sum((firsts - 1000) ** 2 / 1000) < 18.5  # 99.9 %, 4 degrees of freedom


def test_categorical_draws_have_the_probabilities_that_they_are_given():
    p = np.array([0.1, 0.0, 0.6, 0.3])
    counts = np.bincount(Generator(5).categorical(np.tile(p, (N, 1))), minlength=4)
    assert counts[1] == 0
    kept = [0, 2, 3]
    assert np.sum((counts[kept] - N * p[kept]) ** 2 / (N * p[kept])) < 13.9  # 99.9 %, 2 degrees of freedom


@pytest.mark.parametrize("p", [[0.0, 0.0], [0.5, np.nan], [1.5, -0.5], [np.inf, 1.0]])
def test_what_is_no_distribution_is_refused(p):
    with pytest.raises(ValueError, match="probabilities must be"):
        Generator().categorical(np.array(p))


@pytest.mark.parametrize("n", [np.array([3, 4]), 2.5, -1, (2, 3)], ids=str)
def test_a_permutation_is_of_a_number_of_things(n):
    with pytest.raises(ValueError, match="permutation takes the number"):
        Generator().permutation(n)


def test_shapes_and_types():
    g = Generator(6)
    assert g.standard_normal((2, 3)).shape == (2, 3) and g.standard_normal(4).dtype == np.float32
    assert g.random().shape == () and g.integers(3, size=(0, 2)).shape == (0, 2)
    assert repr(Generator(6)) == "Generator(seed=6, counter=0)"


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_outside_64_bits_is_refused(seed):
    with pytest.raises(ValueError, match="a seed is an integer from 0"):
        Generator(seed)


def test_an_empty_range_of_integers_is_refused():
    with pytest.raises(ValueError, match="there is no integer i with"):
        Generator().integers(3, 3)
