"""Bias and activation on every backend: values, gradients against finite differences, NaN and saturation."""

import numpy as np
import pytest

from scratchgen_kernels import bias_activation, bias_activation_backward

pytestmark = pytest.mark.fast

SHAPES = [(4, 7), (3,), (2, 3, 5), (33, 50), (0, 4), (4, 0), (0,)]
FUNCTIONS = {
    "identity": lambda s: s,
    "tanh": np.tanh,
    "sigmoid": lambda s: 1 / (1 + np.exp(-s)),
    "relu": lambda s: np.maximum(s, 0),
}


@pytest.fixture(params=FUNCTIONS)
def activation(request):
    return request.param


def draw(rng, dtype, shape):
    return rng.normal(size=shape).astype(dtype), rng.normal(size=shape[-1:]).astype(dtype)


def oracle(x, b, activation):
    return FUNCTIONS[activation](x.astype(float) + b.astype(float))


@pytest.mark.equation("kernels.bias_activation")
def test_values_are_the_activation_of_the_sum(backend, dtype, rng, assert_close, activation):
    for shape in SHAPES:
        x, b = draw(rng, dtype, shape)
        assert_close(
            bias_activation(x, b, activation, backend=backend), oracle(x, b, activation), roundings=10
        )


@pytest.mark.equation("kernels.bias_activation")
def test_gradients_are_those_of_finite_differences(backend, dtype, rng, activation):
    for shape in SHAPES:
        assert_gradients_agree(backend, dtype, rng, activation, shape)


def assert_gradients_agree(backend, dtype, rng, activation, shape, step=1e-6):
    x, b = draw(rng, dtype, shape)
    g = rng.normal(size=shape).astype(dtype)
    y = bias_activation(x, b, activation, backend=backend)
    g_x, g_b = bias_activation_backward(g, y, activation, backend=backend)
    slope = (
        g
        * (oracle(x + np.array(step), b, activation) - oracle(x - np.array(step), b, activation))
        / (2 * step)
    )
    assert g_x.dtype == g_b.dtype == dtype and g_x.shape == shape and g_b.shape == b.shape
    tolerance = 1e-7 if dtype == np.float64 else 2e-5  # step² and eps/step; some tens of float32 roundings
    np.testing.assert_allclose(g_x, slope, rtol=tolerance, atol=tolerance)
    total = slope.reshape(-1, shape[-1]).sum(axis=0) if slope.size else np.zeros(shape[-1])
    np.testing.assert_allclose(g_b, total, rtol=tolerance, atol=10 * tolerance)


@pytest.mark.equation("kernels.bias_activation")
def test_the_claims_above_reject_the_slope_of_another_activation(rng, assert_close, dtype):
    x, b = draw(rng, dtype, (4, 7))
    y = bias_activation(x, b, "tanh")
    right, wrong = (bias_activation_backward(y, y, name)[0] for name in ("tanh", "sigmoid"))
    with pytest.raises(AssertionError):
        assert_close(wrong, right)


def test_both_ends_saturate_without_overflow(backend, dtype):
    x, b = np.array([[-1e4, 1e4, -np.inf, np.inf]], dtype), np.zeros(4, dtype)
    with np.errstate(over="raise", invalid="raise"):
        sigmoid = bias_activation(x, b, "sigmoid", backend=backend)
        tanh = bias_activation(x, b, "tanh", backend=backend)
    np.testing.assert_array_equal(sigmoid, [[0, 1, 0, 1]])
    np.testing.assert_array_equal(tanh, [[-1, 1, -1, 1]])


def test_nan_stays_in_its_element_and_reaches_its_bias(backend, dtype, rng, activation):
    x, b = draw(rng, dtype, (4, 7))
    x[2, 3] = np.nan
    y = bias_activation(x, b, activation, backend=backend)
    np.testing.assert_array_equal(np.argwhere(np.isnan(y)), [[2, 3]])
    g = np.ones_like(x)
    g[1, 5] = np.nan
    g_x, g_b = bias_activation_backward(g, np.ones_like(y), activation, backend=backend)
    np.testing.assert_array_equal(np.argwhere(np.isnan(g_x)), [[1, 5]])
    np.testing.assert_array_equal(np.argwhere(np.isnan(g_b)), [[5]])


def test_memory_layout_does_not_matter_and_results_are_new(backend, dtype, rng, assert_close, relaid):
    x, b = draw(rng, dtype, (4, 7))
    moved = relaid(x)
    for activation in FUNCTIONS:
        y = bias_activation(moved, relaid(b), activation, backend=backend)
        assert_close(y, oracle(x, b, activation), roundings=10)
        g_x, _ = bias_activation_backward(moved, relaid(y), activation, backend=backend)
        np.testing.assert_array_equal(g_x, bias_activation_backward(x, y, activation, backend=backend)[0])
        np.testing.assert_array_equal(moved, x)
        assert not np.may_share_memory(y, moved) and not np.may_share_memory(g_x, moved)


@pytest.mark.parametrize(
    ("name", "error"), [("softmax", ValueError), (None, TypeError), (np.tanh, TypeError)]
)
def test_another_activation_is_refused(no_backend, name, error):
    one = np.ones((2, 2))
    with pytest.raises(error, match="activation must be"):
        bias_activation(one, one[0], name)
    with pytest.raises(error, match="activation must be"):
        bias_activation_backward(one, one, name)
