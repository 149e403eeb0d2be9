"""Rules at special points: at zeros, at ties, at the ends of intervals, and for unusual arguments.

`test_rules.py` checks every rule at random points, which do not include these.
"""

import numpy as np
import pytest

from scratchgen import check_grads, grad
from scratchgen.autograd import Tensor
from scratchgen.autograd.primitives import row, to_numpy
from scratchgen.autograd.rules.indexing import add_at


def test_the_differential_of_the_log_determinant_is_the_trace_of_the_relative_change(rng):
    """d log |det A| = tr(A⁻¹ dA), of either sign."""
    A, dA = rng.standard_normal((3, 3)), rng.standard_normal((3, 3))
    for sign in (1, -1):
        slope = grad(lambda A: np.linalg.slogdet(A)[1])(sign * A).numpy()
        assert np.sum(slope * dA) == pytest.approx(np.trace(np.linalg.solve(sign * A, dA)), rel=1e-11)
        assert np.sum(slope.T * dA) != pytest.approx(np.trace(np.linalg.solve(sign * A, dA)), rel=1e-3)


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
def test_a_product_with_zero_factors_has_the_derivatives_of_the_polynomial(zeros, rng):
    x = rng.standard_normal((2, 3))
    x[1, :zeros] = 0
    check_grads(lambda x: np.prod(x, axis=1), x, order=3)
    check_grads(np.prod, x, order=3)
    check_grads(lambda x: np.prod(np.stack([x, x + 1]), axis=(0, 2)), x)


def test_the_derivative_of_a_product_by_division_is_nan_at_zero():
    """The short rule y / x fails at a zero, which is why the library has a longer one."""
    x = np.array([0.0, 2.0, 3.0])
    with np.errstate(invalid="ignore"):
        assert np.isnan(np.prod(x) / x).any()
    np.testing.assert_array_equal(grad(np.prod)(x).numpy(), [6, 0, 0])


def test_at_the_ends_of_an_interval_the_gradient_of_clip_goes_to_the_value():
    x, low, high = (Tensor(v, requires_grad=True) for v in ([0.0, 1.0, -1.0, 2.0], 0.0, 1.0))
    np.clip(x, low, high).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1, 0, 0])
    assert (low.grad, high.grad) == (1, 1)


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


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(2.0, 0.0, 0.5), (0.0, 2.0, 0.0), (3.0, 1.0, 1 + np.log(3.0))]
)
def test_the_mixed_second_derivative_of_a_power(a, b, expected):
    """∂²(aᵇ)/∂b∂a = aᵇ⁻¹ (1 + b log a)."""
    by_a_then_b = grad(lambda b: grad(lambda a: a**b)(a))(b).item()
    assert by_a_then_b == pytest.approx(expected, rel=1e-12)


SELECTIONS = {
    "compress": lambda condition, x: np.compress(condition, x),
    "extract": lambda condition, x: np.extract(condition, x),
    "select": lambda condition, x: np.select([condition != 0], [x], default=0.0)[[0, 2]],
}


@pytest.mark.parametrize("name", SELECTIONS)
def test_a_recorded_condition_selects_by_its_values_and_has_the_derivative_zero(name):
    condition, x = (Tensor(v, requires_grad=True) for v in ([1.0, 0.0, 2.0], [3.0, 4.0, 5.0]))
    SELECTIONS[name](condition, x).backward(np.array([6.0, 7.0]))
    np.testing.assert_array_equal(x.grad, [6, 0, 7])
    assert condition.grad is None or not condition.grad.any()


def test_values_that_np_pad_puts_around_an_array_are_no_numbers_of_its_elements():
    """A constant 2 at the border must not be taken for the second element."""
    x, c = Tensor([1.0, 3.0], requires_grad=True), Tensor(2.0, requires_grad=True)
    np.pad(x, 1, constant_values=2.0).backward(np.array([10.0, 1.0, 2.0, 20.0]))
    np.testing.assert_array_equal(x.grad, [1, 2])
    np.pad(x.detach(), 1, constant_values=(c, 5.0)).backward(np.array([10.0, 1.0, 2.0, 20.0]))
    assert c.grad == 10
    for options in ({"mode": "reflect", "reflect_type": "odd"}, {"mode": "mean"}):
        with pytest.raises(TypeError, match=r"np\.pad is differentiable in the modes"):
            np.pad(x, 1, **options)


def test_a_step_has_the_derivative_one_by_its_value_at_the_step():
    """heaviside(x, h) is h at x = 0 and does not depend on h elsewhere."""
    x, h = (Tensor(v, requires_grad=True) for v in ([-1.0, 0.0, 1.0], [0.5, 0.5, 0.5]))
    np.heaviside(x, h).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 0])
    np.testing.assert_array_equal(h.grad, [0, 1, 0])


@pytest.mark.filterwarnings("ignore:invalid value")  # ∞ − ∞, which is masked
def test_both_parts_of_an_infinite_number_have_the_values_of_numpy():
    fraction, whole = np.modf(Tensor([np.inf, -2.5], requires_grad=True))
    np.testing.assert_array_equal(fraction.numpy(), np.modf([np.inf, -2.5])[0])
    np.testing.assert_array_equal(whole.numpy(), np.modf([np.inf, -2.5])[1])


def test_sums_over_no_element_and_quantiles_of_no_row_have_empty_derivatives():
    for f in (np.logaddexp.reduce, np.sum, np.prod):
        assert grad(f)(np.zeros(0)).shape == (0,)
    for f in (np.median, np.nanmedian, np.linalg.vector_norm):
        assert grad(lambda x, f=f: np.sum(f(x, axis=-1)))(np.zeros((0, 3))).shape == (0, 3)


def test_zero_to_the_zero_has_slope_zero():
    x = Tensor([0.0, 2.0], requires_grad=True)
    (x ** np.array([0.0, 0.0])).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0])


def test_arguments_have_the_meaning_that_they_have_in_numpy_by_position_and_by_name():
    x = Tensor([[3.0, 1.0], [2.0, 3.0]], requires_grad=True)
    np.max(x, 1, None, True).backward(np.array([[5.0], [7.0]]))
    np.testing.assert_array_equal(x.grad, [[5, 0], [0, 7]])
    with pytest.raises(TypeError, match="not with dtype"):
        np.sum(x, 1, np.float32)
    with pytest.raises(TypeError, match="not with out"):
        np.sum(x, out=np.zeros(()))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64])
def test_indices_may_have_any_integer_type(dtype):
    x = Tensor(np.zeros((300, 2)), requires_grad=True)
    x[np.array([1, 1, 100], dtype)].sum().backward()
    assert x.grad[1, 0] == 2 and x.grad[100, 0] == 1 and x.grad.sum() == 6


def test_lists_are_arrays():
    x = Tensor(np.ones((2, 2)), requires_grad=True)
    (x @ [[1.0], [2.0]]).sum().backward()
    np.testing.assert_array_equal(x.grad, [[1, 2], [1, 2]])


@pytest.mark.parametrize("power", [lambda x: x**0, lambda x: x**1, lambda x: 1.7**x, lambda x: x**2.5])
def test_a_python_number_in_a_power_keeps_single_precision(power):
    """A rule that converts the number to an array would compute in float64 and cast at the end."""
    x = np.array([0.5, 2.0], np.float32)
    y = Tensor(x, requires_grad=True)
    node = power(y)
    for rule, a in zip(row(np.power).rules, node.inputs, strict=True):
        if isinstance(a, Tensor):
            assert rule(np.ones_like(x), node.numpy(), *map(to_numpy, node.inputs)).dtype == np.float32


def test_a_single_number_has_no_axis_to_pad():
    x = Tensor(3.0, requires_grad=True)
    np.pad(x, 1).backward()
    assert np.pad(x, 1).numpy() == np.pad(np.array(3.0), 1) == 3 and x.grad == 1
