"""Transforms of functions: they nest, and each differentiates by its own variable only."""

import numpy as np
import pytest

from scratchgen import (
    check_grads,
    enable_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    remat,
    stop_gradient,
    value_and_grad,
    vjp,
)
from scratchgen.autograd import Tensor, defvjp_joint, primitive, transforms
from scratchgen.autograd.graph import youngest_first

pytestmark = pytest.mark.fast


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


def test_a_gradient_does_not_change_the_grad_of_other_tensors():
    w = Tensor(3.0, requires_grad=True)
    grad(lambda x: w * x)(2.0)
    assert w.grad is None


def test_value_and_grad_of_several_arguments():
    y, (da, db) = value_and_grad(lambda a, b: (a * a * b).sum(), argnums=(0, 1))(
        np.array([2.0]), np.array([5.0])
    )
    assert (y.item(), da.item(), db.item()) == (20.0, 20.0, 4.0)


def test_an_argument_outside_of_argnums_may_have_any_type():
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


def test_an_integer_argument_suggests_a_floating_point_number():
    with pytest.raises(TypeError, match=r"1\.0 for 1"):
        grad(lambda x: x * x)(3)


def fused_square():
    square = primitive(lambda x, w: w * x * x)
    square.name = "square"
    defvjp_joint(square, lambda g, y, x, w: (g * 2 * w * x, g * x * x))
    return square


def test_a_fused_primitive_has_a_first_derivative_in_a_graph_with_other_tensors():
    w = Tensor(3.0, requires_grad=True)
    assert grad(lambda x: fused_square()(x, w))(2.0).item() == 12


def test_a_fused_primitive_refuses_a_second_derivative_and_names_itself():
    with pytest.raises(RuntimeError, match="square is differentiable once"):
        grad(grad(lambda x: fused_square()(x, 3.0)))(2.0)


# --- forward mode, Jacobians, Hessians --------------------------------------------------------------------


def curved(x, w):
    """R³ × R² → R², with every second derivative different from zero."""
    return np.stack([np.sin(x[0] * x[1]) * w[0], np.exp(x[2] * w[1]) + x[0] ** 2 * w[0]])


def slope_along(f, x, u, h=1e-5):
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


def test_the_forward_derivative_is_the_slope_along_the_direction(rng):
    x, w, u, v = (rng.standard_normal(n) for n in (3, 2, 3, 2))
    y, tangent = jvp(curved, (x, w), (u, v))
    np.testing.assert_array_equal(y.numpy(), curved(x, w))
    expected = slope_along(lambda s: curved(x + s * u, w + s * v), 0.0, 1.0)
    np.testing.assert_allclose(tangent.numpy(), expected, rtol=1e-8)
    assert not y.requires_grad and not tangent.requires_grad
    assert not np.allclose(jvp(curved, (x, w), (v[[0, 1, 0]], v))[1].numpy(), expected)  # another direction


def test_forward_and_reverse_mode_are_transposes(rng):
    """⟨g, J u⟩ = ⟨gᵀ J, u⟩."""
    x, w, u, g = (rng.standard_normal(n) for n in (3, 2, 3, 2))
    (_, tangent), (_, pull) = jvp(lambda x: curved(x, w), (x,), (u,)), vjp(lambda x: curved(x, w), x)
    assert np.dot(g, tangent.numpy()) == pytest.approx(np.dot(pull(g)[0].numpy(), u), rel=1e-13)


def test_the_jacobian_has_the_forward_derivatives_as_columns(rng):
    x, w = rng.standard_normal(3), rng.standard_normal(2)
    J = jacobian(curved)(x, w).numpy()
    assert J.shape == (2, 3)
    for k, e in enumerate(np.eye(3)):
        np.testing.assert_allclose(J[:, k], jvp(lambda x: curved(x, w), (x,), (e,))[1].numpy(), rtol=1e-13)
    assert jacobian(curved, argnum=1)(x, w).shape == (2, 2)


@pytest.mark.parametrize(("n", "m"), [((), ()), ((2, 3), (4,)), ((0,), (2,)), ((3,), (0,))], ids=str)
def test_a_jacobian_has_the_shape_of_the_result_and_then_of_the_argument(n, m):
    def f(x):
        return np.sum(x * x) * np.ones(m)

    assert jacobian(f)(np.ones(n)).shape == (*m, *n)


def test_the_hessian_of_a_quadratic_form_is_its_symmetric_part_twice(rng):
    A, x, v = rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)

    def form(x):
        return x @ A @ x

    np.testing.assert_allclose(hessian(form)(x).numpy(), A + A.T, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(hvp(form)(x, v).numpy(), (A + A.T) @ v, rtol=1e-12, atol=1e-14)
    assert not np.allclose(hessian(form)(x).numpy(), 2 * A)


def test_transforms_nest_in_every_order(rng):
    """d³/dx³ of Σ x⁴ is 24 x, for every combination of transforms."""
    x, u = rng.standard_normal(3), rng.standard_normal(3)

    def f(x):
        return np.sum(x**4)

    third = 24 * x * u
    ways = {
        "jvp of hvp": jvp(lambda x: hvp(f)(x, u), (x,), (np.ones(3),))[1],
        "hvp of jvp": hvp(lambda x: jvp(f, (x,), (u,))[1])(x, np.ones(3)),
        "grad of jvp of jvp": grad(lambda x: jvp(lambda x: jvp(f, (x,), (u,))[1], (x,), (np.ones(3),))[1])(x),
        "jvp of hessian": np.sum(jvp(hessian(f), (x,), (u,))[1].numpy(), axis=0),
        "jacobian of hessian": jacobian(hessian(f))(x).numpy().sum(axis=0) @ u,
    }
    for way, found in ways.items():
        np.testing.assert_allclose(np.asarray(found), third, rtol=1e-11, err_msg=way)


def test_a_forward_derivative_can_be_differentiated_by_a_tensor_from_outside():
    w = Tensor(3.0, requires_grad=True)
    _, tangent = jvp(lambda x: w * x**2, (2.0,), (1.0,))  # 2 w x
    tangent.backward()
    assert w.grad == 4


def test_directions_must_match_the_arguments():
    with pytest.raises(ValueError, match=r"argument 0 has shape \(2,\), its direction \(3,\)"):
        jvp(np.sin, (np.ones(2),), (np.ones(3),))
    with pytest.raises(ValueError, match="1 arguments need one direction each, not 0"):
        jvp(np.sin, (np.ones(2),), ())


def test_forward_mode_of_a_fused_primitive_says_that_it_is_differentiable_once():
    with pytest.raises(RuntimeError, match="square is differentiable once"):
        jvp(lambda x: fused_square()(x, 3.0), (2.0,), (1.0,))


def test_whole_numbers_have_no_derivative():
    with pytest.raises(TypeError, match="returned int64"):
        grad(lambda x: np.array(3))(np.ones(2))


def test_a_stopped_gradient_does_not_flow():
    assert grad(lambda x: x * stop_gradient(x))(3.0).item() == 3
    assert stop_gradient(2.0) == 2.0


def test_an_earlier_freed_graph_is_a_constant():
    w = Tensor(2.0, requires_grad=True)
    h = w * 3
    h.backward()
    assert grad(lambda x: x * h)(5.0).item() == 6
    with pytest.raises(RuntimeError, match="freed"):
        (h * 2).backward()


def test_a_pull_back_through_a_graph_that_backward_has_freed_says_so():
    w = Tensor(2.0, requires_grad=True)
    y, pull = vjp(lambda x: w * x * x, 3.0)
    y.backward()
    with pytest.raises(RuntimeError, match="freed by an earlier backward"):
        pull()


# --- remat ------------------------------------------------------------------------------------------------


def layers(x, W):
    for _ in range(3):
        x = np.tanh(x @ W)
    return x


def test_a_rematerialised_function_has_the_same_value_and_gradients(rng):
    x, W = rng.standard_normal((2, 4)), rng.standard_normal((4, 4))
    for order in (1, 2):
        check_grads(remat(layers), x, W, order=order)
    whole, pieces = (Tensor(W, requires_grad=True) for _ in range(2))
    np.sum(layers(layers(x, whole), whole)).backward()
    segment = remat(lambda x: layers(x, pieces))  # W from outside, as a layer has it
    np.sum(segment(segment(x))).backward()
    np.testing.assert_allclose(whole.grad, pieces.grad, rtol=1e-12)  # sums in another order


def test_rematerialised_functions_nest(rng):
    x, W = rng.standard_normal((2, 3)), rng.standard_normal((3, 3))
    nested = remat(lambda x, W: remat(layers)(np.sin(remat(layers)(x, W)), W))
    check_grads(nested, x, W)


def test_a_rematerialised_function_keeps_one_node_instead_of_its_inner_results(rng):
    x = Tensor(rng.standard_normal((2, 3)), requires_grad=True)
    W = rng.standard_normal((3, 3))
    assert len(youngest_first(layers(x, W))) == 7
    assert len(youngest_first(remat(layers)(x, W))) == 2


def test_a_rematerialised_function_that_draws_noise_is_refused(rng):
    x = Tensor(np.ones(3), requires_grad=True)
    noisy = remat(lambda x: x * rng.standard_normal(3))
    with pytest.raises(RuntimeError, match="draw its noise outside"):
        noisy(x).sum().backward()


def test_checkpoint_is_another_name_of_remat():
    assert transforms.checkpoint is remat
