"""Standardise: from the units of the data to those of a network, and back."""

import numpy as np
import pytest

from scratchgen import Tensor
from scratchgen.autograd import check_grads
from scratchgen.data.preprocessing.scaling import standardise
from scratchgen.nn import Standardise

pytestmark = pytest.mark.fast


@pytest.fixture
def x(rng):
    return rng.standard_normal((30, 3)) * [1e-3, 1, 1e3] + [5, -3, 1e4]


@pytest.fixture
def units(x):
    found = Standardise(3)
    found.shift.data, found.scale.data = np.zeros(3), np.ones(3)  # in float64
    found.fit(x.mean(axis=0), x.std(axis=0))
    return found


def test_it_is_the_scaling_of_the_data_and_its_inverse(x, units):
    np.testing.assert_allclose(units(x), standardise(x)(x), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(units.inverse(units(x)), x, rtol=1e-12)


def test_the_claim_above_rejects_the_variance_as_scale(x, units):
    units.fit(x.mean(axis=0), x.var(axis=0))
    assert np.abs(units(x) - standardise(x)(x)).max() > 1


def test_one_number_scales_all_columns_alike(x, units):
    units.fit(x.mean(axis=0), 2.0)
    np.testing.assert_allclose(units(x), (x - x.mean(axis=0)) / 2, rtol=1e-12)


def test_before_it_is_fitted_it_changes_no_bit(x):
    units = Standardise(3)
    np.testing.assert_array_equal(units(x), x)
    np.testing.assert_array_equal(units.inverse(x), x)
    single = x.astype(np.float32)
    assert units(single).dtype == units.inverse(single).dtype == np.float32


def test_the_gradient_passes_through_both(x, units):
    check_grads(units, Tensor(x, requires_grad=True), order=2)
    check_grads(units.inverse, Tensor(x, requires_grad=True), order=2)


def test_the_units_are_saved_with_the_weights_and_never_learned(x, units):
    again = Standardise(3)
    again.load_state_dict({name: array.astype(np.float32) for name, array in units.state_dict().items()})
    np.testing.assert_allclose(again(x), units(x), rtol=1e-2, atol=1e-2)
    assert units.parameters() == []


def test_a_constant_column_has_the_scale_1(units):
    units.fit(np.zeros(3), [2.0, 0.0, 3.0])
    np.testing.assert_array_equal(units.scale.data, [2, 1, 3])


@pytest.mark.parametrize("scale", [-1.0, np.nan, np.inf, [1.0, -1.0, 1.0]])
def test_a_scale_that_is_no_deviation_is_refused_and_changes_nothing(scale, units):
    before = units.state_dict()
    with pytest.raises(ValueError, match=r"scale must be a finite number in \[0, ∞\)"):
        units.fit(np.zeros(3), scale)
    assert all(np.array_equal(array, before[name]) for name, array in units.state_dict().items())
