"""Scaling from the training data alone, dequantisation, and binarisation."""

import numpy as np
import pytest

from scratchgen.data.preprocessing.binarise import bernoulli, threshold
from scratchgen.data.preprocessing.dequantise import dequantise, quantise
from scratchgen.data.preprocessing.scaling import standardise, to_unit_interval
from scratchgen.errors import BadInput
from scratchgen.random import Generator

# --- scaling -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fit", [standardise, to_unit_interval])
def test_the_test_part_does_not_influence_the_scale(fit, rng):
    x = rng.standard_normal((100, 3)) * [1, 10, 100] + 5
    train, test = x[:80], x[80:]
    scale = fit(train)
    before = scale(train), scale.shift.copy(), scale.scale.copy()
    test *= 1000  # in place, so that a scale computed from all data would change
    after = fit(train)
    assert np.array_equal(after(train), before[0])
    assert np.array_equal(after.shift, before[1]) and np.array_equal(after.scale, before[2])
    leaky = fit(x)
    assert not np.allclose(leaky(train), before[0]), "a scale of all data would have been noticed"


def test_training_data_are_scaled_to_mean_zero_and_deviation_one_or_to_the_unit_interval(rng):
    x = rng.standard_normal((200, 4)) * [1, 10, 0.1, 0] + [0, 5, 2, 7]
    y = standardise(x)(x)
    assert np.allclose(y.mean(axis=0), 0) and np.allclose(y.std(axis=0), [1, 1, 1, 0])
    y = to_unit_interval(x)(x)
    assert y.min() == 0 and np.allclose(y.max(axis=0), [1, 1, 1, 0])


@pytest.mark.parametrize("fit", [standardise, to_unit_interval])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scaling_has_an_inverse_and_keeps_the_dtype(fit, dtype, rng):
    x = (rng.standard_normal((50, 3)) * [1, 100, 1e-3]).astype(dtype)
    scale = fit(x)
    assert scale(x).dtype == dtype and scale.inverse(scale(x)).dtype == dtype
    assert np.allclose(scale.inverse(scale(x)), x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("wrong", [np.zeros((0, 3)), np.zeros(3), np.full((3, 2), np.nan)])
def test_a_scale_of_no_finite_rows_is_refused(wrong):
    with pytest.raises(BadInput):
        standardise(wrong)


# --- dequantisation ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("levels", [2, 17, 256])
def test_dequantised_numbers_are_continuous_and_quantise_to_the_same_integers(levels, dtype):
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
    assert levels == 2 or u == 0 or not np.array_equal(quantise(plain, levels), k)  # the uncorrected formula


def test_numbers_outside_the_levels_are_refused():
    for wrong in (np.array([256]), np.array([-1]), np.array([0.5])):
        with pytest.raises(BadInput):
            dequantise(wrong, 256, Generator(0))


# --- binarisation ------------------------------------------------------------------------------------------


def test_a_pixel_is_white_with_a_probability_equal_to_its_brightness():
    x = np.tile(np.array([0, 0.25, 1], np.float32), (20_000, 1))
    y = bernoulli(x, Generator(3))
    assert y.dtype == np.float32 and set(np.unique(y)) == {0, 1}
    assert y.mean(axis=0) == pytest.approx([0, 0.25, 1], abs=0.015)  # five standard errors of the middle one


def test_dynamic_binarisation_differs_every_time_and_static_binarisation_never():
    grey, rng = np.full((10, 30), 0.5, np.float32), Generator(5)
    assert not np.array_equal(bernoulli(grey, rng), bernoulli(grey, rng))
    assert np.array_equal(bernoulli(grey, Generator(5)), bernoulli(grey, Generator(5)))


def test_a_threshold_is_deterministic():
    x = np.array([[0.2, 0.5, 0.8]])
    assert threshold(x).tolist() == [[0, 1, 1]] and threshold(x, 0.1).tolist() == [[1, 1, 1]]
    with pytest.raises(BadInput, match="above 1"):
        threshold(2 * x)
