"""Every row of the table of rules, against finite differences, to second order.

A case is a function, the shapes of its arguments and the range that they are drawn from. The last test walks
the table itself and fails if a row has no case here.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from scratchgen import check_grads, grad
from scratchgen.autograd import Tensor, no_grad
from scratchgen.autograd.primitives import PRIMITIVES, TABLE, row
from scratchgen.autograd.rules.elementwise import clip
from scratchgen.autograd.rules.indexing import add_at, getitem
from scratchgen.autograd.rules.shapes import astype, identity, join

REAL, POSITIVE, DISTINCT = "real", "positive", "distinct"

# name: (function as NumPy or Python writes it, rows of the table that it covers, domain)
UNARY = {
    "negative": (lambda x: -x, np.negative, REAL),
    "positive": (np.positive, np.positive, REAL),
    "square": (np.square, np.square, REAL),
    "sqrt": (np.sqrt, np.sqrt, POSITIVE),
    "reciprocal": (np.reciprocal, np.reciprocal, POSITIVE),
    "exp": (np.exp, np.exp, REAL),
    "expm1": (np.expm1, np.expm1, REAL),
    "log": (np.log, np.log, POSITIVE),
    "log1p": (np.log1p, np.log1p, POSITIVE),
    "tanh": (np.tanh, np.tanh, REAL),
    "sin": (np.sin, np.sin, REAL),
    "cos": (np.cos, np.cos, REAL),
    "absolute": (abs, np.absolute, DISTINCT),
    "clip": (lambda x: np.clip(x, -0.51, 0.52), clip, DISTINCT),
    "cube": (lambda x: x**3, np.power, REAL),
    "zeroth power": (lambda x: x**0 + x**1, np.power, REAL),
    "inverse power": (lambda x: x**-1.5, np.power, POSITIVE),
    "exponential": (lambda x: 1.7**x, np.power, REAL),
    "identity": (identity, identity, REAL),
    "astype": (lambda x: x.astype(np.float64), astype, REAL),
    "ravel": (np.ravel, np.ravel, REAL),
    "transpose": (np.transpose, np.transpose, REAL),
    "T": (lambda x: x.T, np.transpose, REAL),
    "transpose by axes": (lambda x: np.transpose(np.stack([x, x, 2 * x]), (1, -1, 0)), np.transpose, REAL),
    "clip below": (lambda x: np.clip(x, 0.075, None), clip, DISTINCT),
    "clip by rows": (
        lambda x: np.clip(x[0], a_min=None, a_max=np.full(x.shape, 0.075, x.dtype)),
        clip,
        DISTINCT,
    ),
    "expand_dims": (lambda x: np.expand_dims(x, 0), np.expand_dims, REAL),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, *x.shape)), np.broadcast_to, REAL),
    "sum": (np.sum, np.sum, REAL),
    "sum of the last axis": (lambda x: x.sum(axis=-1), np.sum, REAL),
    "sum keeping dimensions": (lambda x: x.sum(axis=(0, 1), keepdims=True), np.sum, REAL),
    "mean of an axis": (lambda x: x.mean(axis=1), np.mean, REAL),
    "reversed": (lambda x: x[::-1], getitem, REAL),
    "column": (lambda x: x[:, None, 0], getitem, REAL),
    "twice": (lambda x: x[:, np.array([0, 0, -1])], getitem, REAL),
    "concatenate": (lambda x: np.concatenate([x, 2 * x], axis=1), join, REAL),
    "concatenate flat": (lambda x: np.concatenate([x, x], axis=None), join, REAL),
    "stack": (lambda x: np.stack([x, -x], axis=-1), join, REAL),
    "swapaxes": (lambda x: np.swapaxes(x, 0, 1), np.swapaxes, REAL),
    "moveaxis": (lambda x: np.moveaxis(x, 0, 1), np.moveaxis, REAL),
    "reshape": (lambda x: x.reshape(-1, 1), np.reshape, REAL),
    "squeeze": (lambda x: np.squeeze(x[:1], axis=0), np.squeeze, REAL),
    "take_along_axis": (
        lambda x: np.take_along_axis(x, np.array([[1, 1, 0]]), axis=1),
        getitem,
        REAL,
    ),
    "max": (lambda x: x.max(axis=0), np.max, DISTINCT),
    "max of all": (np.max, np.max, DISTINCT),
    "min keeping dimensions": (lambda x: x.min(axis=1, keepdims=True), np.min, DISTINCT),
}
NEED_ELEMENTS = {
    "clip by rows",
    *("column", "twice", "squeeze", "take_along_axis", "max", "max of all", "min keeping dimensions"),
    "mean of an axis",  # of nothing is not a number
}

BINARY = {
    "add": (lambda a, b: a + b, np.add, REAL),
    "subtract": (lambda a, b: a - b, np.subtract, REAL),
    "multiply": (lambda a, b: a * b, np.multiply, REAL),
    "divide": (lambda a, b: a / b, np.divide, POSITIVE),
    "power": (lambda a, b: a**b, np.power, POSITIVE),
    "logaddexp": (np.logaddexp, np.logaddexp, REAL),
    "maximum": (np.maximum, np.maximum, DISTINCT),
    "minimum": (np.minimum, np.minimum, DISTINCT),
    "where": (lambda a, b: np.where(np.array(True), a, b) + np.where(np.array(False), a, b), np.where, REAL),
}


def draw(rng, shape, domain):
    """Arguments in the domain; DISTINCT ones lie at least 0.04 apart: no step crosses a kink."""
    if domain == DISTINCT:
        n = int(np.prod(shape))
        return ((rng.permutation(n) - n / 2 + 0.25) * 0.1 + rng.uniform(-0.02, 0.02, n)).reshape(shape)
    x = rng.standard_normal(shape)
    return 0.5 + x**2 if domain == POSITIVE else x


@pytest.mark.parametrize("shape", [(2, 3), (1, 2), (3, 0), (0, 2)], ids=str)
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_array_have_the_derivatives_that_finite_differences_give(name, shape, rng):
    f, _, domain = UNARY[name]
    if 0 in shape and name in NEED_ELEMENTS:
        pytest.skip("needs an element")
    check_grads(f, draw(rng, shape, domain), order=3)


@settings(max_examples=12, deadline=None)
@given(
    shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0),
    seed=st.integers(0, 99),
)
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_arrays_sum_their_gradient_over_whatever_was_broadcast(name, shapes, seed):
    f, _, domain = BINARY[name]
    a_shape, b_shape = shapes.input_shapes
    both = draw(np.random.default_rng(seed), (int(np.prod(a_shape)) + int(np.prod(b_shape)),), domain)
    a, b = np.split(both, [int(np.prod(a_shape))])
    check_grads(f, a.reshape(a_shape), b.reshape(b_shape))


MATMUL_SHAPES = [
    *((((2, 3), (3, 4))), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (3,))),
    *(
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((3,), (5, 3, 2)),
        ((5, 2, 3), (3,)),
    ),
    *(((0, 3), (3, 2)), ((2, 0), (0, 3)), ((1, 1), (1, 1))),
]


@pytest.mark.parametrize("shapes", MATMUL_SHAPES, ids=str)
def test_matmul_of_vectors_matrices_and_stacks(shapes, rng):
    check_grads(np.matmul, *(rng.standard_normal(s) for s in shapes))
    check_grads(lambda a, b: a @ b, *(rng.standard_normal(s) for s in shapes), order=1)


@pytest.mark.parametrize(
    "index",
    [1, (slice(1, 3), 0), (..., 1), np.array([2, 2, 0]), (np.array([0, 3]), np.array([1, 1]))],
    ids=str,
)
def test_reading_at_an_index_and_adding_there_are_transposes(index, rng):
    x, shape = rng.standard_normal((4, 2)), (4, 2)
    g = rng.standard_normal(x[index].shape)
    assert np.sum(x[index] * g) == pytest.approx(np.sum(x * add_at(g, index, shape)), rel=1e-12)
    check_grads(lambda g: add_at(g, index, shape), g)


def test_adding_rows_by_sorting_equals_adding_one_at_a_time(rng):
    ids, rows = rng.integers(-5, 5, (7, 3)), rng.standard_normal((7, 3, 2))
    expected = np.zeros((5, 2))
    np.add.at(expected, ids, rows)
    np.testing.assert_allclose(add_at(rows, ids, (5, 2)), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", {**UNARY, **BINARY})
def test_values_and_gradients_keep_the_floating_point_type(name, dtype, rng):
    f, _, domain = {**UNARY, **BINARY}[name]
    if name == "astype":
        pytest.skip("changes the type on purpose")
    count = 2 if name in BINARY else 1
    xs = [Tensor(draw(rng, (2, 3), domain).astype(dtype), requires_grad=True) for _ in range(count)]
    y = f(*xs)
    assert y.dtype == dtype
    y.backward(np.ones(y.shape))
    assert [x.grad.dtype for x in xs] == [dtype] * count
    with no_grad():
        np.testing.assert_array_equal(f(*xs).numpy(), f(*(x.data for x in xs)), strict=True)


TIES = {
    "maximum": (lambda a, b: np.maximum(a, b), (0.5, 0.5)),
    "minimum": (lambda a, b: np.minimum(a, b), (0.5, 0.5)),
}


@pytest.mark.parametrize("name", TIES)
def test_equal_arguments_of_maximum_and_minimum_share_the_gradient(name):
    f, expected = TIES[name]
    a, b = Tensor(1.0, requires_grad=True), Tensor(1.0, requires_grad=True)
    f(a, b).backward()
    assert (a.grad, b.grad) == expected


def test_equal_extremes_of_an_array_share_the_gradient():
    x = Tensor([3.0, 1.0, 3.0], requires_grad=True)
    x.max().backward()
    np.testing.assert_array_equal(x.grad, [0.5, 0, 0.5])


def rows_without_a_case(cases):
    """Rows of the autograd package, NumPy's functions and our own, that no case covers."""
    covered = {row(function) for _, function, _ in cases} | {row(np.matmul), add_at}
    own = [p for p in PRIMITIVES if getattr(p.function, "__module__", "").startswith("scratchgen.autograd")]
    return {p.name for p in {*own, *TABLE.values()} - covered}


def test_every_row_of_the_table_has_a_case():
    assert not rows_without_a_case([*UNARY.values(), *BINARY.values()])


def test_the_walk_over_the_table_notices_a_row_without_a_case():
    missing = rows_without_a_case(UNARY.values())
    assert {"add", "where", "logaddexp"} <= missing


# --- where rules have gone wrong elsewhere -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(2.0, 0.0, 0.5), (0.0, 2.0, 0.0), (3.0, 1.0, 1 + np.log(3.0))]
)
def test_the_mixed_second_derivative_of_a_power(a, b, expected):
    """∂²(aᵇ)/∂b∂a = aᵇ⁻¹ (1 + b log a)."""
    by_a_then_b = grad(lambda b: grad(lambda a: a**b)(a))(b).item()
    assert by_a_then_b == pytest.approx(expected, rel=1e-12)


def test_zero_to_the_zero_has_slope_zero():
    x = Tensor([0.0, 2.0], requires_grad=True)
    (x ** np.array([0.0, 0.0])).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0])


def test_positional_arguments_that_a_rule_would_misread_are_refused():
    x = Tensor(np.ones((3, 3)), requires_grad=True)
    for call in (lambda: np.sum(x, 1, np.float64), lambda: np.max(x, 1, None, True)):
        with pytest.raises(TypeError, match="positional arguments"):
            call()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64])
def test_indices_of_any_integer_type_find_their_rows(dtype):
    x = Tensor(np.zeros((300, 2)), requires_grad=True)
    x[np.array([1, 1, 100], dtype)].sum().backward()
    assert x.grad[1, 0] == 2 and x.grad[100, 0] == 1 and x.grad.sum() == 6


def test_lists_are_arrays():
    x = Tensor(np.ones((2, 2)), requires_grad=True)
    (x @ [[1.0], [2.0]]).sum().backward()
    np.testing.assert_array_equal(x.grad, [[1, 2], [1, 2]])
