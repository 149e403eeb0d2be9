"""matmul on every backend against Σ_k written with einsum in float64."""

import numpy as np
import pytest

from scratchgen_kernels import matmul

pytestmark = pytest.mark.fast

SHAPES = [(3, 4, 5), (1, 1, 1), (1, 7, 1), (5, 1, 3), (17, 9, 13), (0, 4, 5), (3, 0, 5), (3, 4, 0), (0, 0, 0)]
# more than one block of each kind, with an incomplete block of each kind
LARGE = [(403, 7, 3), (4, 661, 5), (3, 2, 1045), (13, 331, 65)]


def draw(rng, dtype, M, K, N):
    return rng.normal(size=(M, K)).astype(dtype), rng.normal(size=(K, N)).astype(dtype)


def oracle(a, b):
    return np.einsum("ik,kj->ij", a.astype(float), b.astype(float))


@pytest.mark.equation("kernels.matmul")
@pytest.mark.parametrize("shape", SHAPES + LARGE, ids=str)
def test_product_is_the_sum_over_k(backend, dtype, rng, assert_close, shape):
    a, b = draw(rng, dtype, *shape)
    assert_close(matmul(a, b, backend=backend), oracle(a, b))


@pytest.mark.equation("kernels.matmul")
def test_the_claim_above_rejects_a_product_with_the_transpose(dtype, rng, assert_close):
    a, b = draw(rng, dtype, 4, 4, 4)
    with pytest.raises(AssertionError):
        assert_close(matmul(a, b.T), oracle(a, b))


def test_every_number_of_rows_has_its_tile(backend, dtype, rng, assert_close):
    """Tiles are up to 12 rows high and 32 columns wide; the last tiles are smaller."""
    for M in range(1, 28):
        for N in (1, 7, 33):
            a, b = draw(rng, dtype, M, 5, N)
            assert_close(matmul(a, b, backend=backend), oracle(a, b))


def test_a_row_times_a_column_does_not_depend_on_the_other_rows_and_columns(off, dtype, rng):
    """Rows can then be shared among threads, and a batch among workers."""
    a, b = draw(rng, dtype, 23, 1100, 70)
    for backend in {"numba", "cython"} - set(off):
        whole = matmul(a, b, backend=backend)
        for i, j in [(0, 0), (5, 31), (22, 69)]:
            np.testing.assert_array_equal(matmul(a[: i + 1], b[:, j:], backend=backend)[i, 0], whole[i, j])


@pytest.mark.parametrize("shape", [(401, 130, 131), (131, 130, 401)], ids=str)
def test_any_number_of_threads_gives_the_same_bits(off, threads, dtype, rng, shape):
    a, b = draw(rng, dtype, *shape)
    for backend in {"numba", "cython"} - set(off):
        results = []
        for n in (1, 2, 3):
            threads(n)
            results.append(matmul(a, b, backend=backend))
        np.testing.assert_array_equal(results[1], results[0])
        np.testing.assert_array_equal(results[2], results[0])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("side", [3, 14])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_the_padding_of_a_tile_never_reaches_the_result(backend, dtype, side, bad):
    """The last tile is padded with zeros, and 0 · ∞ is NaN, which must not reach the result."""
    a, b = np.ones((side, 5), dtype), np.ones((5, side), dtype)
    a[-1, 2] = b[3, -1] = bad
    expected = np.full((side, side), 5.0)
    expected[-1, :] = expected[:, -1] = bad
    np.testing.assert_array_equal(matmul(a, b, backend=backend), expected)


def test_memory_layout_does_not_matter_and_inputs_stay_untouched(backend, dtype, rng, assert_close, relaid):
    a, b = draw(rng, dtype, 3, 4, 5)
    a_, b_ = relaid(a), relaid(b)
    assert_close(matmul(a_, b_, backend=backend), oracle(a, b))
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
