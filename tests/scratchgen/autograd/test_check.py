"""The checker is checked: planted errors must be caught, and right rules must pass."""

import numpy as np
import pytest

from scratchgen.autograd import GradientError, check_grads, defvjp, primitive
from scratchgen.autograd.rules.elementwise import sum_to_shape


def planted(function, *rules):
    """A primitive with rules of our choice, right or wrong."""
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


@pytest.mark.parametrize("name", WRONG)
def test_a_planted_error_in_a_rule_is_caught(name, rng):
    function, rule, shapes = WRONG[name]
    with pytest.raises(GradientError, match="argument 0, order 1"):
        check_grads(planted(function, rule), *(rng.standard_normal(s) for s in shapes))


def test_a_missing_transpose_is_caught_even_for_square_matrices(rng):
    wrong = planted(np.matmul, lambda g, y, a, b: g @ b, lambda g, y, a, b: np.swapaxes(a, 0, 1) @ g)
    with pytest.raises(GradientError, match="argument 0"):
        check_grads(wrong, rng.standard_normal((3, 3)), rng.standard_normal((3, 3)))


def test_an_average_in_place_of_the_sum_over_broadcast_axes_is_caught(rng):
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


@pytest.mark.parametrize("f", [np.sin, np.tanh, lambda x: np.exp(-(x**2)).sum(axis=0), lambda x: x * 0])
def test_right_rules_pass_with_room_to_spare(f, rng):
    assert check_grads(f, rng.standard_normal((3, 2)), order=3) < 1e-8
