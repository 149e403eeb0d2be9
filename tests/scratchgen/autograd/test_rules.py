"""Every row of the table of rules, to second order, in both floating-point types, at random shapes.

The table of cases is in `rule_cases`. The walk itself is checked: it must notice rows with a planted fault.
"""

import re

import numpy as np
import pytest

from scratchgen import defvjp, primitive
from scratchgen.autograd import GradientError, defvjp_joint
from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.primitives import COMPOSED

from .rule_cases import CASES
from .rule_cases.case import POSITIVE, Case
from .rule_cases.walk import name_of, rows, shortcomings


def in_the_quick_check(row):
    """NumPy's ufuncs and the primitives of the models; other rows are functions of shapes and indices."""
    return isinstance(row, np.ufunc) or name_of(row).startswith("functional")


CHECKED = [pytest.param(row, marks=pytest.mark.fast if in_the_quick_check(row) else ()) for row in rows()]


@pytest.mark.parametrize("row", CHECKED, ids=name_of)
def test_the_derivatives_of_a_row_agree_with_finite_differences_and_every_rule_is_checked(row):
    assert shortcomings(row, CASES.get(row, ())) == []


def test_every_case_belongs_to_a_row():
    assert not {name_of(row) for row in set(CASES) - set(rows())}


# --- the walk is checked: each of these rows has one fault --------------------------------------------------


def planted(function, *rules, **options):
    """A primitive with the given rules, right or wrong."""
    made = primitive(function)
    defvjp(made, *rules, **options)
    return made


def sine(rule=lambda g, y, x: g * np.cos(x)):
    return planted(lambda x: np.sin(x), rule)


def check(row, *shapes, oracle=np.sin, **options):
    return shortcomings(row, [Case(row, s, oracle=oracle, **options) for s in shapes or ["(...)"]])


def test_a_right_row_passes():
    assert check(sine()) == []


def test_a_row_without_a_case_is_noticed():
    assert shortcomings(sine(), []) == ["has no case"]


def test_a_case_that_does_not_call_its_row_is_noticed():
    missing = shortcomings(sine(), [Case(lambda x: np.sin(x))])
    assert re.match(r"is not called by its case .*np\.sin\(x\)", missing[0])
    assert "has not had its rule for argument 0 called" in missing


def test_a_row_that_only_the_derivative_of_a_case_calls_is_noticed():
    """d sin x/dx calls np.cos, whose own rule would not be checked at other cotangents."""
    assert any("not called by its case" in m for m in shortcomings(np.cos, [Case(np.sin)]))


def scaled(a, b):
    return a * b


SCALED_RULES = (lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)


def test_an_argument_whose_rule_is_never_called_is_noticed():
    row = planted(scaled, *SCALED_RULES, broadcasts=True)
    by_first = Case(lambda a: row(a, 3.0), oracle=lambda a: 3 * a)
    assert "has not had its rule for argument 1 called" in shortcomings(row, [by_first])
    assert check(row, "(...),(...)", oracle=scaled) == []


def test_an_argument_that_is_never_broadcast_is_noticed():
    row = planted(scaled, *SCALED_RULES, broadcasts=True)
    missing = [f"has not had its argument {i} broadcast" for i in (0, 1)]
    assert check(row, "(n),(n)", oracle=scaled) == missing


def test_an_option_that_is_never_given_is_noticed():
    def times(x, by=2.0):
        return by * x

    row = planted(times, lambda g, y, x, by=2.0: by * g)
    assert check(row, oracle=lambda x: 2 * x) == ["has never been given the option by"]
    assert shortcomings(row, [Case(lambda x: row(x, by=3.0), oracle=lambda x: 3 * x)]) == []
    only_its_default = Case(lambda x: row(x, by=2.0), oracle=lambda x: 2 * x)
    assert shortcomings(row, [only_its_default]) == ["has never been given the option by"]


def test_an_option_of_a_composed_function_that_is_never_given_is_noticed_too(monkeypatch):
    monkeypatch.setitem(COMPOSED, np.i0, lambda x, sharp=False: x * x / 4 + 1)
    almost = Case(lambda x: np.i0(x / 1e4) * 1e4, domain=POSITIVE)  # I₀(x) = 1 + x²/4 + O(x⁴)
    assert shortcomings(np.i0, [almost]) == ["has never been given the option sharp"]


def test_shapes_without_zeros_and_ones_are_noticed():
    missing = ["has never been given arrays with a side of 0", "has never been given arrays with a side of 1"]
    assert check(sine(), "(2,3)") == missing
    assert check(sine(), "(n+1)") == missing[:1]


def test_a_row_that_is_differentiable_once_must_say_why():
    def row_once(why):
        row = primitive(lambda x: np.sin(x))
        defvjp_joint(row, lambda g, y, x: (g * np.cos(x),), first_order_only=why)
        return row

    assert check(row_once("it is compiled"), order=1) == []
    assert check(row_once(" "), order=1) == ["is differentiable once, and does not say why"]
    assert check(sine(), order=1) == ["is not checked to second order, and does not say why"]


lying_cosine = planted(lambda x: np.cos(x), lambda g, y, x: g * np.sin(x))  # the sign of its rule is wrong
WRONG = {
    "scaled": sine(lambda g, y, x: 1.001 * g * np.cos(x)),
    "wrong when differentiated": sine(lambda g, y, x: g * lying_cosine(x)),
    "wrong of one element": sine(lambda g, y, x: g * np.cos(x) * (1 + (x.size == 1))),
    "wrong of many axes": sine(lambda g, y, x: g * np.cos(x) * (1 + (x.ndim > 1))),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_caught_and_its_shapes_and_seed_are_reported(name):
    with pytest.raises(GradientError) as caught:
        check(WRONG[name])
    assert re.match(r"case .*, shapes \(.*\), seed \d+", caught.value.__notes__[0])


def test_a_rule_that_fails_for_arrays_of_no_elements_is_caught():
    with pytest.raises(IndexError):
        check(sine(lambda g, y, x: g * np.cos(x) + 0 * np.ravel(x)[0]))


def test_a_rule_without_the_sum_over_broadcast_axes_is_caught():
    rules = (lambda g, y, a, b: g * b, lambda g, y, a, b: sum_to_shape(g * a, b) / max(1, g.size) * b.size)
    with pytest.raises(GradientError, match="argument 1"):
        check(planted(scaled, *rules, broadcasts=True), "(...),(...)", oracle=scaled)


def test_a_rule_that_computes_in_double_precision_is_caught_although_the_sweep_casts_its_result():
    with pytest.raises(AssertionError, match="rule of argument 0 makes float64 of float32"):
        check(sine(lambda g, y, x: g * np.cos(x.astype(np.float64))))


def test_a_rule_that_is_right_in_double_precision_only_is_caught():
    coarse = lambda g, y, x: g * np.cos(x) * (1 + 0.01 * (x.dtype == np.float32))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check(sine(coarse))


def test_a_wrong_value_is_caught_although_its_derivative_is_right():
    shifted = planted(lambda x: np.sin(x) + 1, lambda g, y, x: g * np.cos(x))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check(shifted)


def test_a_primitive_of_the_library_is_no_oracle_of_itself():
    row = sine()
    with pytest.raises(AssertionError, match=r"the oracle of the case .* calls"):
        check(row, oracle=None)
    with pytest.raises(AssertionError, match=r"the oracle of the case .* calls"):
        check(row, oracle=lambda x: row(x) + 0)
