"""The ledger is complete: a lint over its entries, in which each message names every entry with a problem."""

import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scratchgen.equations import BY_ID, EQUATIONS, TOLERANCE, Example
from scratchgen.equations.entry import numbers
from scratchgen.equations.locate import anchor, claims, function_of, is_planted

ROOT = Path(__file__).parents[1]
PAGES = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "tutorials").glob("*.py")}


@cache
def all_claims():
    return claims(ROOT / "tests")


def assert_none(problems):
    """Fail with all problems, one per line."""
    assert not problems, "\n" + "\n".join(problems)


# --- code, claims, counter-examples, pages ------------------------------------------------------------------


def incomplete(equation, claims, pages):
    """The problems of an entry: what it lacks of code, a claim, a counter-example, and the page that it names."""
    try:
        function = function_of(equation)
    except (ImportError, AttributeError) as problem:
        yield f"{equation.id}: no code at {equation.code}: {problem}"
    else:
        if not hasattr(function, "__code__"):
            yield f"{equation.id}: {equation.code} is no Python function; a debugger cannot stop in it"
    tests = claims.get(equation.id, [])
    if all(test.planted for test in tests):
        yield f"{equation.id}: no test bears its mark"
    if not any(test.planted for test in tests):
        yield f"{equation.id}: no planted counter-example bears its mark"
    page, _, section = equation.tutorial.partition("#")
    if page and page not in pages:
        yield f"{equation.id}: there is no page {page}"
    elif section and section not in map(anchor, pages[page].splitlines()):
        yield f"{equation.id}: {page} has no section {section}"


def test_every_entry_has_code_a_claim_a_counter_example_and_the_page_that_it_names():
    assert len(BY_ID) == len(EQUATIONS)
    assert_none([problem for equation in EQUATIONS for problem in incomplete(equation, all_claims(), PAGES)])


def test_the_claim_above_rejects_an_entry_that_lacks_one_of_them():
    good, own = BY_ID["vae.elbo"], all_claims()["vae.elbo"]
    planted, others = ([t for t in own if t.planted is sort] for sort in (True, False))
    for entry, tests, message in (
        (replace(good, code="scratchgen.vae.objectives:eblo"), own, "no code at"),
        (replace(good, code="scratchgen.vae.nowhere:elbo"), own, "no code at"),
        (replace(good, code="math:exp"), own, "no Python function"),
        (good, planted, "no test bears"),
        (good, others, "no planted counter-example"),
        (replace(good, tutorial="09_none.py"), own, "no page 09_none.py"),
        (replace(good, tutorial="02_vae.py#nowhere"), own, "no section nowhere"),
    ):
        (problem,) = incomplete(entry, {"vae.elbo": tests}, PAGES)
        assert message in problem
    assert not [*incomplete(replace(good, tutorial=""), all_claims(), {})]


ID = r"[a-z]+\.[a-z_0-9]+"


def named_ids(text):
    """The ids that a text names: `Ledger: id, id` in a docstring, a command of `scratchgen` on a page."""
    after = re.findall(rf"(?:Ledger: |scratchgen (?:debug|equations) )({ID}(?:, {ID})*)", text)
    return [id for ids in after for id in re.findall(ID, ids)]


def test_docstrings_pages_and_tests_name_no_unknown_id():
    files = [*(ROOT / "scratchgen").rglob("*.py"), *(ROOT / "kernels").rglob("*.py")]
    texts = {str(file): file.read_text(encoding="utf-8") for file in files} | PAGES
    named = {id: name for name, text in texts.items() for id in named_ids(text)}
    assert {"vae.elbo", "gan.value", "rnn.hidden"} <= named.keys()  # the walk finds what there is
    marked = {id: tests[0].file.name for id, tests in all_claims().items()}
    assert_none([f"{name} names {id}" for id, name in (named | marked).items() if id not in BY_ID])


def test_the_claim_above_rejects_a_planted_id():
    assert named_ids("Ledger: vae.eblo, e.f\n`scratchgen debug a.b`, scratchgen equations c.d") == [
        "vae.eblo",
        "e.f",
        "a.b",
        "c.d",
    ]


def test_the_reader_of_marks_finds_every_mark():
    files = (ROOT / "tests").rglob("test_*.py")
    marks = [
        re.findall(r"^@pytest\.mark\.equation", file.read_text(encoding="utf-8"), re.M) for file in files
    ]
    assert sum(map(len, all_claims().values())) == sum(map(len, marks)) > 100


def test_the_name_of_a_test_says_whether_it_is_a_counter_example():
    names = {
        "test_the_claim_above_rejects_a_sampler_that_uses_sigma_squared": True,
        "test_the_claims_above_reject[z is held constant]": True,
        "test_a_planted_error_in_a_rule_is_caught": True,
        "test_elbo_never_exceeds_the_log_evidence": False,
        "test_the_bound_is_reached[rejects]": False,
    }
    assert {name: is_planted(name) for name in names} == names


# --- worked examples ----------------------------------------------------------------------------------------


def wrong_number(example: Example):
    """The code gives another number than the calculation by hand."""
    error = example.error(example.live())
    return None if error <= TOLERANCE else f"the code is {error:.3g} off the expected number"


def not_in_the_calculation(example: Example):
    """The expected number does not occur in the calculation by hand, so that the two can drift apart."""
    shown = [f"{number:.10g}".replace("-", "−") for number in numbers(example.expected)]
    missing = [number for number in shown if number not in example.by_hand]
    return f"the calculation does not arrive at {', '.join(missing)}" if missing else None


def too_large(example: Example):
    """A person cannot follow more than eight numbers, or numbers above ten."""
    arrays = [value for value in example.arguments().values() if isinstance(value, np.ndarray)]
    fits = all(array.size <= 8 and np.all(np.abs(array) <= 10) for array in arrays)
    return None if fits else "its numbers cannot be followed by hand"


def calls(equation):
    """The number of calls, in the worked example, of the function that the ledger names."""
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


def not_called_once(equation):
    """The worked example computes something else than the function that the ledger names."""
    found = calls(equation)
    return None if found == 1 else f"its example calls {equation.code} {found} times"


def problem(check, subject):
    """The problem that a check finds; an exception is one too, so that the pass over all entries goes to its end."""
    try:
        return check(subject)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("check", [wrong_number, not_in_the_calculation, too_large], ids=lambda c: c.__name__)
def test_every_worked_example_holds(check):
    found = {equation.id: problem(check, equation.example) for equation in EQUATIONS}
    assert_none([f"{id}: {text}" for id, text in found.items() if text])


def test_every_worked_example_calls_the_function_that_the_ledger_names_once():
    found = {equation.id: problem(not_called_once, equation) for equation in EQUATIONS}
    assert_none([f"{id}: {text}" for id, text in found.items() if text])


def test_the_claims_above_reject_a_wrong_number_wrong_code_and_a_calculation_of_another():
    good = BY_ID["vae.kl"].example
    for wrong in (0.6, 0.50001, -0.5, (0.5, 0.5), np.nan):
        assert wrong_number(replace(good, expected=wrong))
    for id in ("vae.kl", "gan.frechet", "rnn.gru"):
        example = BY_ID[id].example
        assert wrong_number(replace(example, compute=lambda _e=example, **i: 2 * numbers(_e.compute(**i))))
    assert not_in_the_calculation(replace(good, by_hand="½ (1² + 1 − 1 − log 1) = 0.4"))
    assert too_large(replace(good, inputs={"mu": [[11.0]]})) and too_large(
        replace(good, inputs={"mu": [0.0] * 9})
    )
    assert not_called_once(replace(BY_ID["vae.kl"], example=BY_ID["gan.value"].example))
    assert "ZeroDivisionError" in problem(wrong_number, replace(good, compute=lambda **inputs: 1 / 0))
