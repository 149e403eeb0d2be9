"""Broadcasting and the sum over uses are transposes of each other, and the sweep computes that sum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from scratchgen import Tensor, check_grads, defvjp, grad, primitive
from scratchgen.autograd.broadcasting import is_repeated, sum_to_shape

pytestmark = pytest.mark.fast

shapes = mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(shapes=shapes, seed=st.integers(0, 99))
def test_the_sum_over_uses_is_the_transpose_of_broadcasting(shapes, seed):
    """⟨g, broadcast x⟩ = ⟨sum g, x⟩ for every x and g."""
    rng = np.random.default_rng(seed)
    x, g = rng.standard_normal(shapes.input_shapes[0]), rng.standard_normal(shapes.result_shape)
    assert is_repeated(x.shape, g.shape)
    summed = sum_to_shape(g, x)
    assert summed.shape == x.shape
    assert np.sum(g * x) == pytest.approx(np.sum(summed * x), rel=1e-12, abs=1e-12)


def test_the_mean_over_uses_is_not_the_transpose_of_broadcasting():
    x, g = np.array([[2.0], [3.0]]), np.arange(6.0).reshape(2, 3)
    assert np.sum(g * x) != pytest.approx(np.sum(g.mean(axis=1, keepdims=True) * x))


@pytest.mark.parametrize(
    ("shape", "repeated"), [((2,), (3,)), ((3, 1), (3,)), ((2, 3), (3, 3)), ((0,), (1,))], ids=str
)
def test_shapes_that_broadcasting_cannot_produce_are_recognised(shape, repeated):
    assert not is_repeated(shape, repeated)


def squared_distance_with(**options):
    distance = primitive(lambda a, b: (a - b) ** 2)
    rules = (lambda g, y, a, b: 2 * g * (a - b), lambda g, y, a, b: -2 * g * (a - b))
    defvjp(distance, *rules, **options)
    return distance


def test_a_function_declared_as_broadcasting_needs_no_sum_in_its_rules(rng):
    distance = squared_distance_with(broadcasts=True)
    check_grads(distance, rng.standard_normal((4, 1, 3)), rng.standard_normal((2, 3)))


def test_without_that_declaration_rules_without_the_sum_are_refused(rng):
    a, b = rng.standard_normal((4, 1, 3)), rng.standard_normal((2, 3))
    with pytest.raises(RuntimeError, match=r"cotangent of shape \(4, 2, 3\) for an input of \(2, 3\)"):
        grad(lambda b: squared_distance_with()(a, b).sum())(b)


def test_a_rule_whose_shape_broadcasting_cannot_produce_is_refused():
    wrong = primitive(lambda a: 2 * a)
    defvjp(wrong, lambda g, y, a: np.zeros((2, 5)), broadcasts=True)
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    with pytest.raises(RuntimeError, match=r"shape \(2, 5\) for an input of \(2, 3\)"):
        wrong(x).sum().backward()
