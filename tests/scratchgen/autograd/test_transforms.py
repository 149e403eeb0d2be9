"""grad, value_and_grad and vjp: they nest, and they tell apart what is differentiated by what."""

import numpy as np
import pytest

from scratchgen import enable_grad, grad, no_grad, value_and_grad, vjp
from scratchgen.autograd import Tensor, defvjp_joint, primitive


def test_derivatives_nest_to_any_order():
    f = np.sin
    for k in range(6):
        expected = [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)][k % 4](0.7)
        assert float(f(Tensor(0.7))) == pytest.approx(expected, rel=1e-12)
        f = grad(f)


def test_an_inner_variable_is_not_confused_with_an_outer_one_of_equal_value():
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(3.0).item() == 1.0


def test_a_gradient_that_depends_on_a_tensor_from_outside_can_be_differentiated_by_it():
    w = Tensor(3.0, requires_grad=True)
    slope = grad(lambda x: w * x**2)(2.0)  # 2 w x
    (slope**2).backward()
    assert w.grad == 2 * (2 * 3 * 2) * (2 * 2)


def test_a_gradient_leaves_the_grads_of_others_alone():
    w = Tensor(3.0, requires_grad=True)
    grad(lambda x: w * x)(2.0)
    assert w.grad is None


def test_value_and_grad_of_several_arguments():
    y, (da, db) = value_and_grad(lambda a, b: (a * a * b).sum(), argnums=(0, 1))(
        np.array([2.0]), np.array([5.0])
    )
    assert (y.item(), da.item(), db.item()) == (20.0, 20.0, 4.0)


def test_an_argument_that_is_not_asked_for_may_be_anything():
    assert grad(lambda x, n: (x**n).sum())(np.array([2.0]), 3).item() == 12


def test_a_pull_back_can_be_called_again():
    _, pull = vjp(lambda x: x * x, np.array([1.0, 2.0]))
    for g in (np.array([1.0, 0.0]), np.array([0.0, 1.0])):
        np.testing.assert_array_equal(pull(g)[0].numpy(), 2 * np.array([1.0, 2.0]) * g)


def test_a_constant_function_has_gradient_zero():
    np.testing.assert_array_equal(grad(lambda x: 3.0)(np.ones(2)).numpy(), [0, 0])


def test_an_argument_without_influence_has_gradient_zero():
    assert grad(lambda a, b: a * 2, argnums=1)(1.0, 5.0).item() == 0


def test_grad_works_within_no_grad_but_is_then_not_recorded_itself():
    with no_grad():
        d = grad(lambda x: x**3)(2.0)
        assert d.item() == 12 and not d.requires_grad
        with enable_grad():
            assert (Tensor(1.0, requires_grad=True) * 2).requires_grad


def test_an_integer_argument_says_how_to_mend_it():
    with pytest.raises(TypeError, match=r"1\.0 for 1"):
        grad(lambda x: x * x)(3)


def fused_square():
    square = primitive(lambda x, w: w * x * x)
    square.name = "square"
    defvjp_joint(square, lambda g, y, x, w: (g * 2 * w * x, g * x * x))
    return square


def test_a_fused_primitive_has_a_first_derivative_even_beside_other_tensors():
    w = Tensor(3.0, requires_grad=True)
    assert grad(lambda x: fused_square()(x, w))(2.0).item() == 12


def test_a_fused_primitive_refuses_a_second_derivative_and_names_itself():
    with pytest.raises(RuntimeError, match="square is a fused primitive and is differentiable once"):
        grad(grad(lambda x: fused_square()(x, 3.0)))(2.0)
