"""The ledger is complete: each equation has code, tests and a page, and no other id is named anywhere."""

import importlib
import re
from operator import attrgetter
from pathlib import Path

import pytest

from scratchgen.equations import BY_ID, EQUATIONS

ROOT = Path(__file__).parents[1]


def ids_in_tests():
    """Equation ids that a test bears as a mark."""
    pattern = re.compile(r'pytest\.mark\.equation\("([\w.]+)"\)')
    return {
        name for file in (ROOT / "tests").rglob("test_*.py") for name in pattern.findall(file.read_text())
    }


def ids_in_docstrings():
    """Equation ids that the source names as `Ledger: id`."""
    files = [*(ROOT / "scratchgen").rglob("*.py"), *(ROOT / "kernels").rglob("*.py")]
    return {name for file in files for name in re.findall(r"Ledger: ([a-z_]+\.[a-z_]+)", file.read_text())}


def test_ids_are_unique():
    assert len(BY_ID) == len(EQUATIONS)


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e.id)
def test_an_equation_has_code_a_test_and_a_page(equation):
    module, name = equation.code.split(":")
    assert callable(attrgetter(name)(importlib.import_module(module)))
    assert equation.id in ids_in_tests()
    assert (ROOT / "tutorials" / equation.tutorial).exists()


def test_tests_and_docstrings_name_no_equation_that_the_ledger_does_not_have():
    assert ids_in_tests() <= BY_ID.keys()
    assert ids_in_docstrings() <= BY_ID.keys()


def test_the_walk_finds_what_there_is_to_find():
    assert {"vae.elbo", "rnn.bptt"} <= ids_in_tests() and {
        "vae.elbo",
        "gan.value",
        "rnn.hidden",
    } <= ids_in_docstrings()
