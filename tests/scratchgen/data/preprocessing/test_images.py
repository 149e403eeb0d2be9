"""Grey values made continuous, black and white, or of another size; scales that training data decide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen.data.preprocessing.binarise import bernoulli, each_time, threshold
from scratchgen.data.preprocessing.cropping import to_length, to_shape
from scratchgen.data.preprocessing.dequantise import dequantise, quantise
from scratchgen.data.preprocessing.scaling import standardise, to_unit_interval
from scratchgen.errors import BadInput
from scratchgen.random import Generator

# --- scaling -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fit", [standardise, to_unit_interval])
def test_a_change_of_the_test_part_changes_nothing(fit, rng):
    x = rng.standard_normal((100, 3)) * [1, 10, 100] + 5
    train, test = x[:80], x[80:]
    scale = fit(train)
    before = scale(train), scale.shift.copy(), scale.scale.copy()
    test *= 1000  # in place, as a leak would see it
    after = fit(train)
    assert np.array_equal(after(train), before[0])
    assert np.array_equal(after.shift, before[1]) and np.array_equal(after.scale, before[2])
    leaky = fit(x)
    assert not np.allclose(leaky(train), before[0]), "a scale of all data would have been noticed"


def test_training_data_get_mean_zero_and_deviation_one_or_fill_the_unit_interval(rng):
    x = rng.standard_normal((200, 4)) * [1, 10, 0.1, 0] + [0, 5, 2, 7]
    y = standardise(x)(x)
    assert np.allclose(y.mean(axis=0), 0) and np.allclose(y.std(axis=0), [1, 1, 1, 0])
    y = to_unit_interval(x)(x)
    assert y.min() == 0 and np.allclose(y.max(axis=0), [1, 1, 1, 0])


@pytest.mark.parametrize("fit", [standardise, to_unit_interval])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_scale_is_undone_and_keeps_the_dtype(fit, dtype, rng):
    x = (rng.standard_normal((50, 3)) * [1, 100, 1e-3]).astype(dtype)
    scale = fit(x)
    assert scale(x).dtype == dtype and scale.inverse(scale(x)).dtype == dtype
    assert np.allclose(scale.inverse(scale(x)), x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("wrong", [np.zeros((0, 3)), np.zeros(3), np.full((3, 2), np.nan)])
def test_a_scale_of_nothing_is_refused(wrong):
    with pytest.raises(BadInput):
        standardise(wrong)


# --- dequantisation ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("levels", [2, 17, 256])
def test_dequantised_numbers_are_continuous_and_come_back(levels, dtype):
    k = np.repeat(np.arange(levels), 2000)
    x = dequantise(k, levels, Generator(1), dtype)
    assert x.dtype == dtype and x.min() >= 0 and x.max() < 1
    assert np.array_equal(quantise(x, levels), k)
    u = x * levels - k
    assert u.mean() == pytest.approx(0.5, abs=5 * np.sqrt(1 / 12 / len(u)))  # uniform, five standard errors


@pytest.mark.parametrize("u", [0.0, np.nextafter(1, 0)])
@pytest.mark.parametrize("levels", [2, 17, 100, 256])
def test_neither_the_smallest_nor_the_largest_noise_reaches_another_level(u, levels):
    class Extreme:
        def random(self, shape, dtype):
            return np.full(shape, u)

    k = np.arange(levels)
    for dtype in (np.float32, np.float64):
        x = dequantise(k, levels, Extreme(), dtype)
        assert np.array_equal(quantise(x, levels), k) and x.max() < 1 and x.dtype == dtype
    plain = ((k + u) / levels).astype(np.float32)
    assert levels == 2 or u == 0 or not np.array_equal(quantise(plain, levels), k)  # what rounding alone does


def test_numbers_without_a_level_are_refused():
    for wrong in (np.array([256]), np.array([-1]), np.array([0.5])):
        with pytest.raises(BadInput):
            dequantise(wrong, 256, Generator(0))


# --- black and white ---------------------------------------------------------------------------------------


def test_a_pixel_is_white_as_often_as_it_is_bright():
    x = np.tile(np.array([0, 0.25, 1], np.float32), (20_000, 1))
    y = bernoulli(x, Generator(3))
    assert y.dtype == np.float32 and set(np.unique(y)) == {0, 1}
    assert y.mean(axis=0) == pytest.approx([0, 0.25, 1], abs=0.015)  # five standard errors of the middle one


def test_a_draw_per_presentation_differs_every_time_and_a_static_one_never():
    grey = np.full((10, 30), 0.5, np.float32)
    first, second = each_time([grey, grey], Generator(5))
    assert not np.array_equal(first, second)
    assert np.array_equal(bernoulli(grey, Generator(5)), bernoulli(grey, Generator(5)))


def test_a_threshold_draws_nothing():
    x = np.array([[0.2, 0.5, 0.8]])
    assert threshold(x).tolist() == [[0, 1, 1]] and threshold(x, 0.1).tolist() == [[1, 1, 1]]
    with pytest.raises(BadInput, match="above 1"):
        threshold(2 * x)


# --- sizes -------------------------------------------------------------------------------------------------


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 6), st.integers(0, 6))
def test_what_has_grown_can_be_cut_back(H, W, more_rows, more_columns):
    x = np.random.default_rng(0).random((3, H, W))
    grown = to_shape(x, H + more_rows, W + more_columns)
    assert grown.shape == (3, H + more_rows, W + more_columns)
    assert grown.sum() == pytest.approx(x.sum())
    assert np.array_equal(to_shape(grown, H, W), x)


def test_28_by_28_lies_in_the_middle_of_32_by_32():
    x = np.ones((1, 28, 28))
    assert np.argwhere(to_shape(x, 32, 32)[0])[[0, -1]].tolist() == [[2, 2], [29, 29]]


def test_a_sequence_is_cut_or_filled_at_its_end():
    x = np.arange(6).reshape(3, 2)
    assert to_length(x, 5, fill=-1).tolist() == [[0, 1], [2, 3], [4, 5], [-1, -1], [-1, -1]]
    assert to_length(x, 2).tolist() == [[0, 1], [2, 3]]
    for wrong in (lambda: to_length(x, 0), lambda: to_shape(x, 2, 2), lambda: to_shape(x[None], 0, 2)):
        with pytest.raises(BadInput):
            wrong()
