"""The chain rule and its consequences, against derivatives done by hand."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, hvp, jvp, vjp
from scratchgen.autograd import GradientError, defvjp, primitive
from scratchgen.autograd.backward import sweep

pytestmark = pytest.mark.fast

ROUNDING = 1e-13  # numbers of the order of 1 to 100, in a dozen operations


def f(x):
    """(x₁ x₂, sin x₁, x₂²): three numbers of two, so that J is not square."""
    return np.stack([x[0] * x[1], np.sin(x[0]), x[1] ** 2])


def J(x):
    return np.array([[x[1], x[0]], [np.cos(x[0]), 0], [0, 2 * x[1]]])


@pytest.mark.equation("autograd.chain_rule")
def test_the_gradient_is_the_sum_over_all_ways_from_the_argument_to_the_end(rng, measured):
    for x in rng.standard_normal(20):
        leaf = Tensor(x, requires_grad=True)
        a = leaf * leaf
        y = np.sin(a) * leaf + a  # x reaches y by itself, and by a in two ways
        found = sweep(y, np.ones(()))[leaf]
        by_hand = 2 * x * np.cos(x * x) * x + np.sin(x * x) + 2 * x
        measured(abs(found - by_hand), ROUNDING)


@pytest.mark.equation("autograd.chain_rule")
def test_the_claim_above_rejects_the_gradient_by_the_last_way_alone():
    x = 1.3
    leaf = Tensor(x, requires_grad=True)
    total = sweep(np.sin(leaf * leaf) * leaf, np.ones(()))[leaf]
    assert abs(total - np.sin(x * x)) > 0.1  # where what comes back by x · x was overwritten


@pytest.mark.equation("autograd.vjp")
def test_pulling_a_cotangent_back_is_its_product_with_the_jacobian(rng, measured):
    for x, g in zip(rng.standard_normal((20, 2)), rng.standard_normal((20, 3)), strict=True):
        _, pull = vjp(f, x)
        measured(np.abs(pull(g)[0].numpy() - g @ J(x)), ROUNDING)


@pytest.mark.equation("autograd.transposition")
def test_the_forward_derivative_is_the_product_of_the_jacobian_with_the_direction(rng, measured):
    for x, u in rng.standard_normal((20, 2, 2)):
        measured(np.abs(jvp(f, [x], [u])[1].numpy() - J(x) @ u), ROUNDING)


@pytest.mark.equation("autograd.vjp")
@pytest.mark.equation("autograd.transposition")
def test_the_claims_above_reject_the_jacobian_of_the_other_side(rng):
    """For a square J that is not symmetric the two products differ, and neither stands for the other."""
    M, x, u = rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)
    forward, (back,) = jvp(lambda x: M @ x, [x], [u])[1], vjp(lambda x: M @ x, x)[1](u)
    np.testing.assert_allclose(forward.numpy(), M @ u, rtol=1e-12)
    np.testing.assert_allclose(back.numpy(), M.T @ u, rtol=1e-12)
    assert np.abs(forward.numpy() - back.numpy()).max() > 0.1


@pytest.mark.equation("autograd.hvp")
def test_the_product_with_the_hessian_is_that_of_the_hessian_by_hand(rng, measured):
    def g(x):
        return x[0] ** 2 * x[1] + np.sin(x[1])

    for x, v in rng.standard_normal((20, 2, 2)):
        H = np.array([[2 * x[1], 2 * x[0]], [2 * x[0], -np.sin(x[1])]])
        measured(np.abs(hvp(g)(x, v).numpy() - H @ v), ROUNDING)


@pytest.mark.equation("autograd.hvp")
def test_the_claim_above_rejects_the_product_of_the_gradient_with_itself():
    """The outer product of gradients, which stands for the Hessian near a minimum only, is another matrix."""
    x, v = np.array([1.0, 2.0]), np.array([1.0, 1.0])
    gradient = np.array([2 * x[0] * x[1], x[0] ** 2])
    ours = hvp(lambda x: x[0] ** 2 * x[1])(x, v).numpy()
    assert np.abs(ours - gradient * (gradient @ v)).max() > 1


@pytest.mark.equation("autograd.difference")
def test_right_derivatives_agree_with_difference_quotients_far_below_the_tolerance(rng, measured):
    measured(check_grads(f, rng.standard_normal(2)), 1e-8)  # the check itself allows 10⁻⁶


@pytest.mark.equation("autograd.difference")
def test_the_claim_above_rejects_a_derivative_that_is_off_by_a_hundred_thousandth(rng):
    square = primitive(lambda x: x * x)
    defvjp(square, lambda g, y, x: g * 2 * x * (1 + 1e-5))
    with pytest.raises(GradientError):
        check_grads(square, 1 + rng.random(3), order=1)


# --- rearrangements, products, complex numbers --------------------------------------------------------------------


@pytest.mark.equation("autograd.rearrangement")
def test_an_element_gets_the_sum_of_the_cotangents_of_all_its_places(rng, measured):
    """y_j = x_{π(j)} is y = P x with a matrix of zeros and ones, and the gradient is Pᵀ g."""
    for _ in range(20):
        x, places = rng.standard_normal(5), rng.integers(0, 5, 9)
        P = np.equal.outer(places, np.arange(5)).astype(float)
        g = rng.standard_normal(9)
        measured(
            np.abs(vjp(lambda x, places=places: np.take(x, places), x)[1](g)[0].numpy() - P.T @ g), ROUNDING
        )
        measured(
            np.abs(
                vjp(lambda x: np.repeat(x, 2), x)[1](np.resize(g, 10))[0].numpy()
                - np.resize(g, 10).reshape(5, 2).sum(1)
            ),
            ROUNDING,
        )


@pytest.mark.equation("autograd.rearrangement")
def test_the_claim_above_rejects_the_cotangent_of_the_last_place_alone():
    places, g = np.array([0, 0, 1]), np.array([10.0, 20.0, 30.0])
    last_only = np.zeros(2)
    last_only[places] = g  # assignment keeps the last one
    found = vjp(lambda x: np.take(x, places), np.ones(2))[1](g)[0].numpy()
    assert found[0] == 30 and last_only[0] == 20


@pytest.mark.equation("autograd.product")
def test_the_gradient_of_a_product_is_the_product_of_the_other_factors(rng, measured):
    for zeros in (0, 1, 2):
        x = rng.standard_normal(6)
        x[:zeros] = 0
        by_hand = [np.prod(np.delete(x, i)) for i in range(6)]
        measured(np.abs(vjp(np.prod, x)[1]()[0].numpy() - by_hand), ROUNDING)


@pytest.mark.equation("autograd.product")
def test_the_claim_above_rejects_the_division_of_the_product_by_the_factor():
    """y / x_i is NaN at a zero, and 0 where the product underflows although the other factors do not."""
    x = np.array([1e-200, 1e-200, 1e200])
    np.testing.assert_array_equal(vjp(np.prod, x)[1]()[0].numpy(), [1, 1, 0])
    np.testing.assert_array_equal(np.prod(x) / x, [0, 0, 0])


@pytest.mark.equation("autograd.complex")
def test_the_gradient_by_a_complex_number_is_the_slope_along_x_less_i_times_the_slope_along_y(rng, measured):
    """L = Re (c · z³ · exp(conj z)) + |z|, by the slopes of L as a function of two real numbers."""
    for a, b, c in rng.standard_normal((20, 3)):
        z = a + 1j * b

        def L(z, c=c):
            return np.real(c * z**3 * np.exp(np.conj(z))) + np.abs(z)

        # d(z³ e^{z̄}) = 3 z² e^{z̄} dz + z³ e^{z̄} dz̄, with dz = dx + i dy and dz̄ = dx − i dy
        e = np.exp(np.conj(z))
        by_x, by_y = np.real(c * e * (3 * z**2 + z**3)), np.real(1j * c * e * (3 * z**2 - z**3))
        by_x, by_y = by_x + a / abs(z), by_y + b / abs(z)
        measured(abs(vjp(L, z)[1]()[0].item() - (by_x - 1j * by_y)), 1e-11)  # numbers up to a thousand


@pytest.mark.equation("autograd.complex")
def test_the_claim_above_rejects_the_conjugate_of_the_gradient():
    found = vjp(np.abs, 3 + 4j)[1]()[0].item()
    assert found == pytest.approx(0.6 - 0.8j, rel=1e-15)
    assert abs(found - (0.6 + 0.8j)) > 1
