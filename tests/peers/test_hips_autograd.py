"""HIPS autograd's own tests run on scratchgen, unchanged: none finds a wrong derivative, and every refusal says why.

A shim takes the place of autograd's core and of its wrapped NumPy (`hips_shim`). Its tests come from its source
distribution, which pip downloads once; `--full` runs them.
"""

from collections import Counter

import pytest

from . import hips_source
from .hips_run import run
from .verdicts import ABOUT_AUTOGRAD, VERDICTS, complaint, verdict

TESTS = 631  # of autograd 1.9.1
LEAST_PASSES = 505


@pytest.fixture(scope="module")
def source(request, tmp_path_factory):
    """The unpacked source distribution."""
    if not request.config.getoption("--full"):
        pytest.skip("--full downloads autograd's tests and runs them")
    pytest.importorskip("scipy", reason="autograd's tests import SciPy")
    try:
        return hips_source.unpack(tmp_path_factory.mktemp("autograd"))
    except hips_source.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def outcomes(source, tmp_path_factory):
    return run(source, tmp_path_factory.mktemp("outcomes") / "outcomes.jsonl")


def having(word, outcomes):
    """The tests of a verdict, with their messages."""
    found = [outcome for outcome in outcomes if verdict(outcome) == word]
    return [f"{o['test']}: {o['error']}: {o['message']} ({complaint(o)})" for o in found]


def table(outcomes):
    """One line per file, with the number of tests of each verdict."""
    counts = Counter((o["test"].partition("::")[0], verdict(o)) for o in outcomes)
    files = dict.fromkeys(file for file, _ in counts)
    rows = [["", *VERDICTS], *([file, *(counts[file, word] for word in VERDICTS)] for file in files)]
    return ["".join([f"{name:32}", *(f"{cell:>9}" for cell in cells)]) for name, *cells in rows]


def test_most_of_autograds_own_tests_pass(outcomes, record_property):
    total = Counter(map(verdict, outcomes))
    record_property("peer", ("HIPS autograd's tests", table(outcomes)))
    assert len(outcomes) == TESTS
    assert total["passed"] >= LEAST_PASSES, total


def test_none_of_autograds_own_tests_finds_a_wrong_derivative(outcomes):
    wrong = having("wrong", outcomes)
    assert not wrong, "\n".join(wrong)


def test_what_autograds_own_tests_ask_for_in_vain_is_refused_by_a_clear_message(outcomes):
    unclear = having("unclear", outcomes)
    assert not unclear, "\n".join(unclear)


def test_every_test_that_is_about_autograd_itself_exists_and_does_not_pass(outcomes):
    assert ABOUT_AUTOGRAD.keys() == {o["test"].partition("[")[0] for o in outcomes if verdict(o) == "own"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("g * np.cosh(x)", "passed"),
        ("g * np.cosh(x) * 1.01", "wrong"),
        ("(lambda f: f(f))(lambda f: f(f))", "unclear"),  # RecursionError
        ("g * x.no_such_attribute", "unclear"),  # AttributeError
    ],
)
def test_a_planted_rule_of_sinh_gets_its_verdict(rule, expected, source, tmp_path):
    plugin = tmp_path / "planted.py"
    plugin.write_text(
        "import numpy as np\n"
        "from scratchgen.autograd import defvjp\n"
        f"defvjp(np.sinh, lambda g, y, x: {rule})\n",
        encoding="utf-8",
    )
    (outcome,) = run(source, tmp_path / "outcomes.jsonl", ["tests/test_scalar_ops.py::test_sinh"], [plugin])
    assert verdict(outcome) == expected, outcome
