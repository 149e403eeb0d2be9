"""Each equation of the ledger has an example, whose number by hand is the number that the code gives."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from scratchgen.equations import BY_ID, EQUATIONS, TOLERANCE
from scratchgen.equations.entry import numbers
from scratchgen.equations.locate import function_of

every_equation = pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e.id)


@every_equation
def test_the_code_gives_the_number_that_was_worked_out_by_hand(equation):
    assert equation.example.error(equation.example.live()) <= TOLERANCE


@pytest.mark.parametrize(
    "wrong",
    [0.6, 0.50001, -0.5, (0.5, 0.5), np.nan],
    ids=["another", "the fifth decimal", "the sign", "two for one", "NaN"],
)
def test_the_claim_above_rejects_a_wrong_expected_number(wrong):
    example = replace(BY_ID["vae.kl"].example, expected=wrong)
    assert not example.error(example.live()) <= TOLERANCE


@pytest.mark.parametrize("id", ["vae.kl", "gan.frechet", "rnn.gru"])
def test_the_claim_above_rejects_code_that_computes_something_else(id):
    example = BY_ID[id].example
    wrong = replace(example, compute=lambda **inputs: 2 * numbers(example.compute(**inputs)))
    assert not wrong.error(wrong.live()) <= TOLERANCE


@every_equation
def test_the_expected_numbers_are_those_at_which_the_calculation_arrives(equation):
    """The text and the numbers that are compared cannot drift apart."""
    example = equation.example
    for number in numbers(example.expected):
        assert f"{number:.10g}".replace("-", "−") in example.by_hand


@every_equation
def test_the_numbers_of_an_example_can_be_followed_by_hand(equation):
    arrays = [a for a in equation.example.arguments().values() if isinstance(a, np.ndarray)]
    assert all(a.size <= 8 and np.all(np.abs(a) <= 10) for a in arrays)


def calls(equation):
    """How often the example calls the function that the ledger names."""
    wanted, found = function_of(equation).__code__, []
    before = sys.getprofile()
    sys.setprofile(
        lambda frame, event, _: found.append(frame) if event == "call" and frame.f_code is wanted else None
    )
    try:
        equation.example.live()
    finally:
        sys.setprofile(before)
    return len(found)


@every_equation
def test_an_example_calls_the_function_that_the_ledger_names_and_once(equation):
    assert calls(equation) == 1


def test_the_claim_above_rejects_an_example_of_another_function():
    assert calls(replace(BY_ID["vae.kl"], example=BY_ID["gan.value"].example)) == 0
