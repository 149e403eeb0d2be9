"""Calls with tensors in lists, in tuples and among the options."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, grad


def test_padding_with_a_constant_gives_an_element_no_cotangent_but_its_own(rng):
    """The constant 2 is no element of the array, although one has the number 2."""
    x, g = Tensor(rng.standard_normal(3), requires_grad=True), rng.standard_normal(5)
    np.pad(x, 1, constant_values=2).backward(g)
    np.testing.assert_array_equal(x.grad, g[1:-1])
    check_grads(lambda x, value: np.pad(x, (1, 2), constant_values=value), rng.standard_normal(3), 0.5)


def test_padding_that_computes_is_refused(rng):
    x = Tensor(rng.standard_normal(4), requires_grad=True)
    for options in ({"mode": "mean"}, {"mode": "reflect", "reflect_type": "odd"}):
        with pytest.raises(TypeError, match="differentiable in the modes"):
            np.pad(x, 2, **options)


def test_an_option_that_belongs_to_another_mode_of_padding_is_refused_as_numpy_does():
    for x in (np.ones(4), Tensor(np.ones(4), requires_grad=True)):
        with pytest.raises(ValueError, match="unsupported keyword arguments"):
            np.pad(x, 2, mode="edge", constant_values=0)


def test_a_named_tuple_is_a_tuple_of_arrays(rng):
    x = rng.standard_normal((3, 2))
    joined = lambda x: np.concatenate(np.linalg.qr(x))
    np.testing.assert_array_equal(joined(Tensor(x)).numpy(), joined(x))
    check_grads(joined, x)
    assert np.any(grad(lambda x: np.sum(joined(x)))(x).numpy())
