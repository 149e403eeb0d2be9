"""Tensors: how plain NumPy code records and differentiates them, and the calls that they refuse."""

import copy
import pickle
import sys

import numpy as np
import pytest

from scratchgen.autograd import Tensor, defvjp, grad, no_grad, primitive

pytestmark = pytest.mark.fast


def leaf(values):
    return Tensor(np.array(values, dtype=np.float64), requires_grad=True)


def test_plain_numpy_code_records_a_graph():
    x, W, b = np.ones((4, 3)), leaf(np.full((3, 2), 0.1)), leaf(np.zeros(2))
    y = np.tanh(x @ W + b).sum()
    y.backward()
    slope = 1 - np.tanh(0.3) ** 2
    np.testing.assert_allclose(W.grad, np.full((3, 2), 4 * slope), rtol=1e-14)
    np.testing.assert_allclose(b.grad, np.full(2, 4 * slope), rtol=1e-14)


def test_numpy_on_plain_arrays_is_untouched():
    assert type(np.tanh(np.ones(3))) is np.ndarray


def test_a_tensor_that_is_used_twice_gets_the_sum_of_both_gradients():
    a = leaf(3.0)
    b = a + a
    c = b + b * a
    c.backward()
    assert a.grad == 2 + 4 * 3  # c = 2a + 2a²


def test_gradients_add_up_over_backward_calls():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])


@pytest.mark.parametrize("kind", [np.array, Tensor])
def test_no_two_leaves_share_a_gradient_array_with_one_another_or_with_the_caller(kind):
    a, b, c = leaf([1.0, 2.0]), leaf([3.0, 4.0]), leaf([5.0, 6.0])
    cotangent = kind([1.0, 1.0])
    (a + b + c.reshape(1, 2)[0]).backward(cotangent)
    a.grad *= 10
    c.grad *= 100
    np.testing.assert_array_equal(b.grad, [1, 1])
    np.testing.assert_array_equal(cotangent, [1, 1])


def test_gradients_of_single_numbers_are_arrays_too():
    x = leaf(2.0)
    for expected in (4.0, 8.0):
        (x * x).backward()
        assert type(x.grad) is np.ndarray and x.grad == expected


def test_a_tensor_gets_a_gradient_only_from_uses_while_it_required_one():
    x, w = leaf(2.0), leaf(3.0)
    early = x * w
    w.requires_grad = False
    late = x * w
    early.backward()
    assert w.grad == 2
    w.requires_grad, w.grad = True, None
    late.backward()
    assert w.grad is None


def test_a_copy_or_a_pickle_is_a_leaf_that_differentiates_like_the_original():
    x = leaf(2.0)
    for again in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x)):
        assert again.serial > x.serial
        (again * again + again).backward()
        assert again.grad == 5 and x.grad is None
    with pytest.raises(TypeError, match="detach"):
        pickle.dumps(x * x)


def test_a_conversion_to_a_type_without_gradients_is_refused():
    x = leaf([1.5])
    with pytest.raises(TypeError, match="has no gradients"):
        x.astype(np.int64)
    assert x.detach().astype(np.int64).numpy() == [1]


def test_a_single_number_can_be_formatted():
    assert f"{leaf(2.0):.3f}" == "2.000" and "shape" in f"{leaf(2.0)}"


def test_a_second_backward_says_that_the_graph_was_freed():
    x = leaf(2.0)
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match="freed by an earlier backward"):
        y.backward()


def test_retain_graph_keeps_it_for_a_second_backward():
    x = leaf(2.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad == 8


def test_backward_of_several_numbers_asks_for_a_cotangent():
    with pytest.raises(RuntimeError, match="not a single number"):
        (leaf([1.0, 2.0]) * 2).backward()


def test_a_cotangent_of_another_shape_is_refused():
    with pytest.raises(RuntimeError, match=r"shape \(3,\), the result \(2,\)"):
        (leaf([1.0, 2.0]) * 2).backward(np.ones(3))


def test_backward_without_a_graph_says_so():
    with pytest.raises(RuntimeError, match="requires_grad"):
        Tensor(1.0).backward()


def test_a_chain_far_deeper_than_the_recursion_limit_is_swept():
    x, n = leaf(1.0), 20 * sys.getrecursionlimit()
    y = x
    for _ in range(n):
        y = y * 1.0001
    y.backward()
    assert x.grad == pytest.approx(1.0001**n, rel=1e-9)


def test_nothing_is_recorded_within_no_grad():
    x = leaf(2.0)
    with no_grad():
        y = x * x
    assert not y.requires_grad and y.inputs == ()


def test_detached_tensors_are_constants():
    x = leaf(3.0)
    (x * x.detach()).backward()
    assert x.grad == 3


@pytest.mark.parametrize("convert", [np.asarray, float, np.array, lambda t: np.array([t, t])])
def test_a_conversion_that_would_lose_the_graph_is_refused(convert):
    with pytest.raises(TypeError, match="detach"):
        convert(leaf(1.0))


def test_the_ways_out_of_the_graph():
    x = leaf([[2.0]])
    assert type(x.numpy()) is np.ndarray and x.item() == 2.0 and not x.detach().requires_grad
    assert float(x.detach()[0, 0]) == 2.0 and np.asarray(x.detach()).shape == (1, 1)


@pytest.mark.parametrize(
    "values", [np.arange(3), np.array([True]), np.array(["a"]), np.array([None])], ids=str
)
def test_only_floating_point_and_complex_arrays_can_require_a_gradient(values):
    with pytest.raises(TypeError, match="only floating-point and complex arrays have gradients"):
        Tensor(values, requires_grad=True)
    assert Tensor(np.ones(2, np.complex64), requires_grad=True).requires_grad


def test_assigning_into_a_tensor_is_refused_with_the_way_out():
    x = leaf([1.0, 2.0])
    with pytest.raises(TypeError, match=r"np\.where"):
        x[0] = 3.0


def test_writing_a_recorded_result_into_an_array_is_refused():
    array = np.zeros(2)
    with pytest.raises(TypeError, match="history would be lost"):
        array += leaf([1.0, 2.0])


def test_a_numpy_function_without_a_rule_raises_and_shows_how_to_add_one():
    with pytest.raises(TypeError, match=r"np\.spacing has no derivative rule(.|\n)*defvjp\(np\.spacing"):
        np.spacing(leaf([1.0]))


def test_a_numpy_function_without_a_rule_is_plain_numpy_on_constants():
    np.testing.assert_array_equal(np.spacing(Tensor([1.0])), np.spacing([1.0]))


def test_an_option_without_a_rule_is_refused():
    with pytest.raises(TypeError, match="not with where"):
        np.sum(leaf([1.0, 2.0]), where=np.array([True, False]))


def test_mismatched_shapes_name_the_operation_and_all_shapes():
    with pytest.raises(ValueError, match=r"matmul of shapes \(2, 3\), \(2, 3\): "):
        leaf(np.ones((2, 3))) @ leaf(np.ones((2, 3)))


def test_comparisons_are_plain_arrays():
    x = leaf([1.0, -1.0])
    assert type(x > 0) is np.ndarray and type(x == 1) is np.ndarray


def test_an_operator_of_an_array_and_a_tensor_is_the_tensors():
    x = leaf([1.0, 2.0])
    for y in (np.ones(2) + x, np.ones(2) - x, 2 * x, 1 / x, np.ones((2, 2)) @ x, 2.0**x, np.float64(2) * x):
        assert isinstance(y, Tensor) and y.requires_grad


def test_iterating_over_a_tensor_gives_recorded_rows():
    x = leaf([[1.0], [2.0]])
    first, second = x
    (first * 3 + second).sum().backward()
    np.testing.assert_array_equal(x.grad, [[3], [1]])


def test_a_repr_shows_value_shape_type_and_origin():
    text = repr(leaf([1.0, 2.0]) * 2)
    assert all(part in text for part in ("[2., 4.]", "shape=(2,)", "float64", "made by multiply"))


def test_a_float64_gradient_comes_back_as_float32_to_a_float32_leaf():
    x = Tensor(np.ones(2, np.float32), requires_grad=True)
    (x * np.ones(2)).sum().backward()
    assert x.grad.dtype == np.float32


def test_a_hook_sees_the_complete_cotangent_and_may_replace_it():
    x, seen = leaf([1.0, 2.0]), []
    y = x * 3
    y.register_hook(lambda g: seen.append(g.copy()))
    (y * y + y).sum().backward()
    np.testing.assert_array_equal(seen, [2 * np.array([3.0, 6.0]) + 1])  # both uses of y, once
    np.testing.assert_array_equal(x.grad, 3 * seen[0])

    x.grad = None
    y = x * 3
    y.register_hook(lambda g: 0 * g)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0])


def test_a_hook_on_a_leaf_can_be_taken_off():
    x = leaf(1.0)
    remove = x.register_hook(lambda g: 10 * g)
    (x * 1).backward()
    remove()
    (x * 1).backward()
    assert x.grad == 11


def test_a_function_that_saves_passes_the_saved_value_to_its_rule():
    calls = []

    @primitive(saves=True)
    def slow_square(x):
        calls.append("forward")
        return x * x, 2 * x

    defvjp(slow_square, lambda g, y, x, saved: g * saved)
    x = leaf([1.0, 3.0])
    slow_square(x).sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 6])
    assert calls == ["forward"] and type(slow_square(np.ones(2))) is np.ndarray
    with pytest.raises(RuntimeError, match="slow_square is differentiable once: its rule uses what"):
        grad(grad(slow_square))(2.0)


@pytest.mark.parametrize("f", [np.unique, np.linalg.eigvals, lambda x: np.put(x, 0, 1.0)])
def test_a_function_without_a_derivative_says_the_way_out(f):
    with pytest.raises(TypeError, match=r"has no derivative; .*np\.(sort|linalg\.eigvalsh|where)"):
        f(leaf([[2.0, 1.0], [0.0, 3.0]]))


POSITIONS = {
    "argmax": lambda x: (np.argmax(x), x.argmax(axis=0)),
    "argmin": lambda x: (np.argmin(x, axis=0), x.argmin()),
    "argsort": lambda x: (np.argsort(x), x.argsort(axis=0)),
    "argpartition": lambda x: (np.argpartition(x, 1), x.argpartition(0)),
    "nonzero": lambda x: (*np.nonzero(x), *x.nonzero()),
    "searchsorted": lambda x: (np.searchsorted(x, 1.5), x.searchsorted([0.0, 2.0])),
    "any and all": lambda x: (np.any(x > 1), x.any(), x.all(axis=0)),
}


@pytest.mark.parametrize("name", POSITIONS)
def test_positions_and_truth_values_of_a_recorded_tensor_are_plain_constants(name):
    array = np.array([1.0, 2.0])
    found, expected = POSITIONS[name](leaf(array)), POSITIONS[name](array)
    assert not any(isinstance(a, Tensor) for a in found)
    assert [np.asarray(a).tolist() for a in found] == [np.asarray(a).tolist() for a in expected]


JUMPS = {
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "rint": np.rint,
    "round": lambda x: x.round() + np.round(x, 1) + np.around(x, decimals=-1),
    "fix": np.fix,
    "//": lambda x: x // 0.7 + 5.0 // x,
}


@pytest.mark.parametrize("name", JUMPS)
def test_a_function_that_is_constant_between_jumps_has_the_derivative_zero(name):
    x = leaf([1.25, -0.4, 3.0])
    y = JUMPS[name](x)
    np.testing.assert_array_equal(y.numpy(), JUMPS[name](x.numpy()))
    y.backward(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(x.grad, [0, 0, 0])


def test_the_remainder_has_the_derivative_of_its_branch():
    """x mod b = x − ⌊x/b⌋ b, so ∂/∂x = 1 and ∂/∂b = −⌊x/b⌋; the counter-example is the derivative of a constant."""
    x, b = leaf([5.5, -5.5]), leaf(2.0)
    (x % b).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1])
    assert b.grad == -2 + 3
    quotient, remainder = divmod(leaf(5.5), 2.0)
    assert (quotient.item(), remainder.item()) == (2.0, 1.5)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(grad(lambda x: (x // 2.0).sum())([5.5, -5.5]).numpy(), [1, 1])


def test_a_backward_within_a_backward_is_right():
    """A hook that runs another sweep, through the same leaf, changes nothing in the first one."""
    x = leaf(3.0)
    y = x * x
    y.register_hook(lambda g: (x * 5).backward())
    (y * 2).backward()
    assert x.grad == 2 * 2 * 3 + 5


def test_a_recorded_result_knows_the_line_that_made_it():
    y = leaf(1.0) * 2
    code, _ = y.made_at
    assert (
        code.co_filename == __file__ and code.co_name == "test_a_recorded_result_knows_the_line_that_made_it"
    )
