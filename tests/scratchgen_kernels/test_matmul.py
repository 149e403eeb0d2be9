"""matmul on every backend against Σ_k written with einsum in float64."""

import numpy as np
import pytest

from scratchgen_kernels import matmul

SHAPES = [(3, 4, 5), (1, 1, 1), (1, 7, 1), (5, 1, 3), (17, 9, 13), (0, 4, 5), (3, 0, 5), (3, 4, 0), (0, 0, 0)]


def draw(rng, dtype, M, K, N):
    return rng.normal(size=(M, K)).astype(dtype), rng.normal(size=(K, N)).astype(dtype)


def oracle(a, b):
    return np.einsum("ik,kj->ij", a.astype(float), b.astype(float))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_product_is_the_sum_over_k(backend, dtype, rng, agrees, shape):
    a, b = draw(rng, dtype, *shape)
    agrees(matmul(a, b, backend=backend), oracle(a, b))


def test_the_claim_above_rejects_a_product_with_the_transpose(dtype, rng, agrees):
    a, b = draw(rng, dtype, 4, 4, 4)
    with pytest.raises(AssertionError):
        agrees(matmul(a, b.T), oracle(a, b))


def test_memory_layout_does_not_matter_and_inputs_stay_untouched(backend, dtype, rng, agrees, relaid):
    a, b = draw(rng, dtype, 3, 4, 5)
    a_, b_ = relaid(a), relaid(b)
    agrees(matmul(a_, b_, backend=backend), oracle(a, b))
    np.testing.assert_array_equal(a_, a)
    np.testing.assert_array_equal(b_, b)


def test_result_is_a_new_array(backend, dtype):
    one = np.ones((1, 1), dtype)
    result = matmul(one, one, backend=backend)
    result[...] = 7
    assert one == 1


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_nan_fills_its_row_even_against_zeros(backend, dtype):
    a, b = np.ones((3, 4), dtype), np.zeros((4, 2), dtype)
    a[1, 2] = np.nan
    rows = np.isnan(matmul(a, b, backend=backend))
    np.testing.assert_array_equal(rows, [[False, False], [True, True], [False, False]])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_infinities_follow_ieee(backend, dtype):
    a, b = np.array([[np.inf, 1, 1]], dtype), np.array([[1, 0, 1], [1, 1, -np.inf], [1, 1, 1]], dtype)
    np.testing.assert_array_equal(matmul(a, b, backend=backend), np.array([[np.inf, np.nan, np.nan]]))


def test_a_size_that_no_array_can_have_is_refused(backend, dtype):
    with pytest.raises(ValueError, match="too large"):
        matmul(np.empty((2**31, 0), dtype), np.empty((0, 2**31), dtype), backend=backend)
