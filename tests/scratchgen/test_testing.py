"""The check of the pages: its output, and an error for every value that is off."""

import ast
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import scratchgen
from scratchgen import Tensor, testing
from scratchgen.testing import check

pytestmark = pytest.mark.fast

PHONE = 40  # characters, at 390 pixels


def test_a_number_is_printed_next_to_the_expected_one_in_two_columns(capsys):
    check("half of 3", 3 / 2, 1.5, 0)
    check("π by 22/7", 22 / 7, np.pi, 0.002)
    assert capsys.readouterr().out == (
        "half of 3\n✓ 1.5             1.5 ± 0\nπ by 22/7\n✓ 3.14286         3.14159 ± 0.002\n"
    )


@pytest.mark.parametrize("difference", [2.84217e-14, 0.0239761, 1 / 3, 0.0])
def test_the_difference_of_an_array_is_apart_from_the_expected_one(difference, capsys):
    check("any", np.array([difference, 0.0]), 0, 1)
    assert re.search(r"off by \S+ +0 ± 1$", capsys.readouterr().out.strip())


@pytest.mark.parametrize("value", [-1.234567e-10, -18.71328, 123456789, 6.02e23, 1 / 3])
def test_a_line_fits_a_phone(value, capsys):
    check("any", value, value, 1.23e-12)
    check("any", np.array([value, value]), value, 1.23e-12)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= PHONE
    assert len({line.index(" ± ") > testing.COLUMN for line in lines if "±" in line}) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(2), 2),
        (Tensor([2.0], requires_grad=True), 2.0),
        (np.full((2, 3), 2.0), 2),
        (np.array([[1, 2], [3, 4]]), np.array([[1.0, 2], [3, 4 + 5e-4]])),
        (Tensor(np.arange(3.0)), [0, 1, 2]),
        (np.array([1 + 2j]), 1 + 2j),
        (True, True),
    ],
)
def test_numbers_arrays_and_tensors_within_the_tolerance_are_accepted(value, expected, capsys):
    check("any", value, expected, 1e-3)
    assert "\n✓ " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, 1.002),
        (1.0, -1.0),
        (np.nan, 1.0),
        (np.nan, np.nan),
        (np.inf, np.inf),
        (1.0, np.nan),
        (np.array([1.0, np.nan, 1.0]), 1.0),
        (np.array([1.0, 1.0, 1.002]), 1.0),
        (np.array([1.0, 2.0]), np.array([2.0, 1.0])),
        (1 + 0j, 1 + 1j),
    ],
)
def test_a_value_that_is_off_is_printed_with_a_cross_and_raises(value, expected, capsys):
    with pytest.raises(AssertionError, match=r"^any: "):
        check("any", value, expected, 1e-3)
    assert "\n✗ " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.ones(3), np.ones(4)),
        (np.ones((3, 1)), np.ones(3)),  # would broadcast to (3, 3)
        (1.0, np.ones(3)),
        (np.ones((1, 1)), np.ones((1,))),
        (np.ones(0), 1.0),
        (np.ones(0), np.ones(0)),
    ],
)
def test_another_shape_and_an_empty_value_raise(value, expected):
    with pytest.raises(AssertionError, match=r"shape|empty"):
        check("any", value, expected, 10)


@pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf, None, "1", True, np.ones(2)])
def test_a_tolerance_that_accepts_everything_or_nothing_is_refused(tolerance, capsys):
    with pytest.raises(ValueError, match="any: a tolerance"):
        check("any", 1.0, 1.0, tolerance)
    assert not capsys.readouterr().out


@pytest.mark.parametrize("value", ["1", None, object(), np.array(["a"])])
def test_what_is_no_number_is_refused(value):
    for pair in ((value, 1.0), (1.0, value)):
        with pytest.raises(TypeError, match="is no number"):
            check("any", *pair, 1.0)


def test_the_message_holds_all_that_is_needed_to_understand_it():
    with pytest.raises(
        AssertionError, match=re.escape("KL: 0.5, expected 0.8 ± 0.1 (the difference is 0.3)")
    ):
        check("KL", 0.5, 0.8, 0.1)


def test_numpy_alone_is_imported():
    tree = ast.parse(Path(testing.__file__).read_text(encoding="utf-8"))
    found = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    }
    assert found - sys.stdlib_module_names == {"numpy"}


def test_it_is_public():
    assert scratchgen.testing is testing and "testing" in dir(scratchgen)
