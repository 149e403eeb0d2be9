"""The tanh recurrence on every backend: values against the formula, gradients against finite differences."""

import numpy as np
import pytest

from scratchgen_kernels import tanh_recurrence, tanh_recurrence_backward

pytestmark = pytest.mark.fast

SIZES = [(4, 3, 2, 5), (1, 1, 1, 1), (6, 1, 3, 2), (0, 3, 2, 5), (4, 0, 2, 5), (4, 3, 0, 5), (4, 3, 2, 0)]
NAMES = ["x", "h0", "W_xh", "W_hh", "b_h"]


def draw(rng, dtype, T, B, D, H):
    """x, h0, W_xh, W_hh (not symmetric), b_h."""
    shapes = [(T, B, D), (B, H), (D, H), (H, H), (H,)]
    return [rng.normal(scale=0.5, size=shape).astype(dtype) for shape in shapes]


def oracle(x, h0, W_xh, W_hh, b_h):
    """The recurrence in float64, one example and one step at a time, column vectors as in the textbooks."""
    x, h0, W_xh, W_hh, b_h = (a.astype(float) for a in (x, h0, W_xh, W_hh, b_h))
    h = np.zeros((len(x), *h0.shape))
    for i in range(len(h0)):
        state = h0[i]
        for t in range(len(x)):
            state = np.tanh(np.dot(W_xh.T, x[t, i]) + np.dot(W_hh.T, state) + b_h)
            h[t, i] = state
    return h


def finite_differences(g, inputs, step=1e-6):
    """∂⟨g, h⟩/∂input for every input, by central differences of the oracle in float64."""
    inputs = [a.astype(float) for a in inputs]
    gradients = []
    for a in inputs:
        gradient = np.zeros_like(a)
        for place in np.ndindex(a.shape):
            kept = a[place]
            a[place] = kept + step
            above = np.sum(g * oracle(*inputs))
            a[place] = kept - step
            below = np.sum(g * oracle(*inputs))
            a[place] = kept
            gradient[place] = (above - below) / (2 * step)
        gradients.append(gradient)
    return gradients


def assert_gradients_agree(actual, expected, dtype):
    """Central differences err by about step² + eps/step = 1e-9; float32 results by some hundred roundings."""
    tolerance = 1e-7 if dtype == np.float64 else 2e-5
    for name, one, other in zip(NAMES, actual, expected, strict=True):
        assert one.dtype == dtype, name
        assert one.shape == other.shape, name
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_states_follow_the_recurrence(backend, dtype, rng, assert_close, sizes):
    inputs = draw(rng, dtype, *sizes)
    assert_close(tanh_recurrence(*inputs, backend=backend), oracle(*inputs))


def test_the_claim_above_rejects_a_transposed_recurrent_matrix(dtype, rng, assert_close):
    x, h0, W_xh, W_hh, b_h = inputs = draw(rng, dtype, 4, 3, 2, 5)
    with pytest.raises(AssertionError):
        assert_close(tanh_recurrence(x, h0, W_xh, W_hh.T, b_h), oracle(*inputs))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_gradients_are_those_of_finite_differences(backend, dtype, rng, sizes):
    inputs = draw(rng, dtype, *sizes)
    h = tanh_recurrence(*inputs, backend=backend)
    g = rng.normal(size=h.shape).astype(dtype)
    gradients = tanh_recurrence_backward(g, h, *inputs[:4], backend=backend)
    assert_gradients_agree(gradients, finite_differences(g, inputs), dtype)


def test_the_claim_above_rejects_bptt_through_an_untransposed_matrix(dtype, rng):
    """Going back through W_hh instead of W_hhᵀ passes only where W_hh is symmetric."""
    inputs = draw(rng, dtype, 4, 3, 2, 5)
    x, h0, W_xh, W_hh, _ = inputs
    h = tanh_recurrence(*inputs)
    g = rng.normal(size=h.shape).astype(dtype)
    wrong = tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh.T)
    with pytest.raises(AssertionError, match="x"):
        assert_gradients_agree(wrong, finite_differences(g, inputs), dtype)


def test_without_steps_the_gradients_of_the_weights_are_zero(backend, dtype, rng):
    x, h0, W_xh, W_hh, b_h = draw(rng, dtype, 0, 3, 2, 5)
    h = tanh_recurrence(x, h0, W_xh, W_hh, b_h, backend=backend)
    for gradient in tanh_recurrence_backward(h, h, x, h0, W_xh, W_hh, backend=backend):
        np.testing.assert_array_equal(gradient, 0)


def test_memory_layout_does_not_matter_and_inputs_stay_untouched(backend, dtype, rng, assert_close, relaid):
    inputs = draw(rng, dtype, 4, 3, 2, 5)
    moved = [relaid(a) for a in inputs]
    h = tanh_recurrence(*moved, backend=backend)
    assert_close(h, oracle(*inputs))
    g = rng.normal(size=h.shape).astype(dtype)
    plain = tanh_recurrence_backward(g, h, *inputs[:4], backend=backend)
    for one, other in zip(
        tanh_recurrence_backward(relaid(g), relaid(h), *moved[:4], backend=backend), plain, strict=True
    ):
        assert_close(one, other)
    for one, other in zip(moved, inputs, strict=True):
        np.testing.assert_array_equal(one, other)


def test_read_only_and_writable_arrays_may_be_mixed(backend, dtype, rng, assert_close):
    inputs = draw(rng, dtype, 4, 3, 2, 5)
    inputs[1].flags.writeable = False
    assert_close(tanh_recurrence(*inputs, backend=backend), oracle(*inputs))


def test_results_share_no_memory_with_the_inputs(backend, dtype, rng):
    inputs = draw(rng, dtype, 1, 3, 2, 5)
    h = tanh_recurrence(*inputs, backend=backend)
    results = [h, *tanh_recurrence_backward(h, h, *inputs[:4], backend=backend)]
    assert not any(np.may_share_memory(result, a) for result in results[1:] for a in [*inputs, h])
    assert not any(np.may_share_memory(h, a) for a in inputs)


def test_nan_stays_in_its_example_and_reaches_all_later_steps(backend, dtype, rng):
    inputs = draw(rng, dtype, 4, 3, 2, 5)
    inputs[0][1, 2, 0] = np.nan
    expected = np.zeros((4, 3, 5), bool)
    expected[1:, 2] = True
    np.testing.assert_array_equal(np.isnan(tanh_recurrence(*inputs, backend=backend)), expected)


def test_nan_in_the_cotangent_reaches_all_earlier_steps(backend, dtype, rng):
    inputs = draw(rng, dtype, 4, 3, 2, 5)
    h = tanh_recurrence(*inputs, backend=backend)
    g = np.ones_like(h)
    g[2, 1, 0] = np.nan
    g_x, g_h0, *weights = tanh_recurrence_backward(g, h, *inputs[:4], backend=backend)
    expected = np.zeros((4, 3, 2), bool)
    expected[:3, 1] = True
    np.testing.assert_array_equal(np.isnan(g_x), expected)
    np.testing.assert_array_equal(np.isnan(g_h0).all(axis=1), [False, True, False])
    assert all(np.isnan(gradient).any() for gradient in weights)


def test_an_infinite_input_saturates_every_unit(backend, dtype, rng):
    x, h0, W_xh, W_hh, b_h = draw(rng, dtype, 1, 1, 1, 5)
    x[...] = np.inf
    h = tanh_recurrence(x, h0, W_xh, W_hh, b_h, backend=backend)
    np.testing.assert_array_equal(h[0, 0], np.sign(W_xh[0]))


@pytest.mark.parametrize("sizes", [(6, 37, 30, 70), (3, 128, 130, 128)], ids=str)
def test_any_number_of_threads_gives_the_same_bits(off, threads, dtype, rng, sizes):
    inputs = draw(rng, dtype, *sizes)
    for backend in {"numba", "cython"} - set(off):
        results = []
        for n in (1, 2, 3):
            threads(n)
            h = tanh_recurrence(*inputs, backend=backend)
            results.append([h, *tanh_recurrence_backward(h, h, *inputs[:4], backend=backend)])
        for one, two, three in zip(*results, strict=True):
            if backend == "cython" or one.shape == h.shape:  # the rest is BLAS's, which has its own threads
                np.testing.assert_array_equal(two, one)
                np.testing.assert_array_equal(three, one)
