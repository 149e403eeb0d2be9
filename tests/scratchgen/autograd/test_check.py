"""The checker is checked: planted errors must be caught, and right rules must pass."""

import numpy as np
import pytest

from scratchgen.autograd import GradientError, check_grads, defvjp, primitive
from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.check import KinkError

pytestmark = pytest.mark.fast


def planted(function, *rules):
    """A primitive with the given rules, right or wrong."""
    made = primitive(function)
    defvjp(made, *rules)
    return made


def softmax_like(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


WRONG = {
    "scaled": (np.tanh, lambda g, y, x: 1.01 * g * (1 - y * y), [(3, 4)]),
    "sign": (np.sin, lambda g, y, x: -g * np.cos(x), [(3, 4)]),
    "cotangent forgotten": (np.sin, lambda g, y, x: np.cos(x) + 0 * g, [(3, 4)]),
    "rows mixed": (np.sin, lambda g, y, x: g[::-1] * np.cos(x), [(3, 4)]),
    "right only in sum": (
        lambda x: 2 * x,
        lambda g, y, x: np.broadcast_to(2 * np.mean(g), x.shape),
        [(3, 4)],
    ),
    "cross terms missing": (softmax_like, lambda g, y, x: g * y * (1 - y), [(3, 4)]),
    "constant": (np.square, lambda g, y, x: np.zeros_like(x) * g, [(2,)]),
    "nan": (np.square, lambda g, y, x: g * np.nan, [(2,)]),
}


@pytest.mark.equation("autograd.difference")
@pytest.mark.parametrize("name", WRONG)
def test_a_planted_error_in_a_rule_is_caught(name, rng):
    function, rule, shapes = WRONG[name]
    with pytest.raises(GradientError, match="argument 0, order 1"):
        check_grads(planted(function, rule), *(rng.standard_normal(s) for s in shapes))


def test_a_missing_transpose_is_caught_even_for_square_matrices(rng):
    wrong = planted(np.matmul, lambda g, y, a, b: g @ b, lambda g, y, a, b: np.swapaxes(a, 0, 1) @ g)
    with pytest.raises(GradientError, match="argument 0"):
        check_grads(wrong, rng.standard_normal((3, 3)), rng.standard_normal((3, 3)))


def test_an_average_instead_of_the_sum_over_broadcast_axes_is_caught(rng):
    wrong = planted(
        np.add,
        lambda g, y, a, b: g,
        lambda g, y, a, b: sum_to_shape(g, b) / 4,
    )
    with pytest.raises(GradientError, match="argument 1"):
        check_grads(wrong, rng.standard_normal((4, 3)), rng.standard_normal(3))


def test_a_rule_that_is_right_once_and_wrong_twice_is_caught(rng):
    half_right = planted(np.sin, lambda g, y, x: g * lying_cos(x))
    with pytest.raises(GradientError, match="order 2"):
        check_grads(half_right, rng.standard_normal(3))
    check_grads(half_right, rng.standard_normal(3), order=1)


lying_cos = planted(np.cos, lambda g, y, x: g * np.sin(x))  # the sign of the second derivative is wrong


def test_a_rule_that_returns_another_shape_is_named(rng):
    wrong = planted(np.sum, lambda g, y, x: g)
    with pytest.raises(RuntimeError, match=r"rule of sum .* shape \(\) for an input of \(3,\)"):
        check_grads(wrong, rng.standard_normal(3))


@pytest.mark.equation("autograd.difference")
@pytest.mark.parametrize("f", [np.sin, np.tanh, lambda x: np.exp(-(x**2)).sum(axis=0), lambda x: x * 0])
def test_right_rules_pass_far_below_the_tolerance(f, rng):
    assert check_grads(f, rng.standard_normal((3, 2)), order=3) < 1e-8


def test_an_error_within_a_larger_function_is_traced_to_its_rule_and_line(rng):
    wrong = planted(np.tanh, lambda g, y, x: 1.01 * g * (1 - y * y))
    wrong.name = "wrong_tanh"

    def network(x, W):
        hidden = wrong(x @ W)  # here
        return np.sin(hidden) * 2

    with pytest.raises(
        GradientError, match=r"the rule of wrong_tanh for its argument 0, .*# here: reverse mode"
    ):
        check_grads(network, rng.standard_normal((2, 3)), rng.standard_normal((3, 3)))


def test_an_error_of_second_order_is_traced_to_the_function_that_the_rule_uses(rng):
    lying = planted(np.cos, lambda g, y, x: g * np.sin(x))
    lying.name = "lying_cos"
    half_right = planted(np.sin, lambda g, y, x: g * lying(x))
    with pytest.raises(GradientError, match=r"the rule of lying_cos for its argument 0"):
        check_grads(half_right, rng.standard_normal(3))


def test_forward_mode_finds_a_rule_that_is_not_linear_in_its_cotangent(rng):
    """vᵀ J is linear in v. This rule is right only for the v that reverse mode uses."""
    v = np.random.default_rng(0).standard_normal(3)
    affine = planted(np.sin, lambda g, y, x: (2 * g - v) * np.cos(x))
    check_grads(affine, rng.standard_normal(3), order=1)
    with pytest.raises(GradientError, match="forward mode, order 1"):
        check_grads(affine, rng.standard_normal(3))


@pytest.mark.parametrize(
    "f",
    [np.abs, lambda x: np.maximum(x, 0), lambda x: np.maximum(x - 1e-4, 0), lambda x: np.abs(x) * 0.01 + x],
)
def test_a_kink_is_reported_even_where_the_rule_happens_to_agree(f):
    with pytest.raises(KinkError, match=r"slope is .* on the left and .* on the right"):
        check_grads(f, np.zeros(3))


def test_a_kink_of_the_derivative_is_found_at_second_order():
    """x |x| is smooth once; a difference quotient across 0 is right to three digits."""
    check_grads(lambda x: x * np.abs(x), np.zeros(3), order=1, tolerance=1e-3)
    with pytest.raises(KinkError, match="order 2"):
        check_grads(lambda x: x * np.abs(x), np.zeros(3), tolerance=1e-3)


def test_the_complex_step_finds_errors_far_below_those_of_finite_differences(rng):
    nearly = planted(np.sin, lambda g, y, x: (1 + 1e-8) * g * np.cos(x))
    with pytest.raises(GradientError, match="tolerance 1e-10"):
        check_grads(nearly, rng.standard_normal(3))
    # not analytic: |sin x| takes complex numbers but gives real ones, so finite differences decide
    check_grads(lambda x: np.abs(nearly(x)), 1 + rng.random(3), order=1)
