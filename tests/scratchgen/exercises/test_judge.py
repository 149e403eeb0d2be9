"""The check of an answer: its messages for answers that are no Python, end with an error, or are something else."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from scratchgen import BadInput, Tensor, exercises
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.judge import judge
from scratchgen.exercises.measure import Refuted, as_array, as_number, expect_close

pytestmark = pytest.mark.fast


def doubles(double):
    """twice the number"""
    expect_close(as_number(double(3.0), "double(3)"), 6, "double(3) is", {9.0: "that is the square"})


def even(double, half):
    """half undoes double"""
    expect_close(half(double(3.0)), 3, "half(double(3)) is")


SOLUTION = "def double(x):\n    return 2 * x\n\n\ndef half(x):\n    return x / 2\n"
TWICE = Exercise(
    name="twice",
    title="Twice a number",
    page="0.1",
    kind="fill-in",
    ledger=(),
    stub="",
    solution=SOLUTION,
    properties=(doubles, even),
    hints=(),
    explanation="Why: so.\n\nIn practice: so.",
    wrong_answers=(WrongAnswer("", doubles),),
)


def test_the_names_that_are_asked_for_are_the_parameters_of_the_properties():
    assert TWICE.asked == ("double", "half")
    assert judge(TWICE, SOLUTION).passed


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def double(x)\n    return 2 * x", r"line 1: expected ':'"),
        ("x = 1\ny = (2,\n", r"line 2: '\(' was never closed"),
        ("def f():\nreturn 1", r"line 2: expected an indented block after function definition on line 1"),
        ("import numpy\n\nnumpy.arrray([1])", r"line 3: AttributeError: .*arrray.*"),
        ("import no_such_package", r"line 1: ModuleNotFoundError: .*no_such_package.*"),
        ("x = 1\nraise SystemExit", r"line 2: SystemExit.*"),
        ("x = '\0'", r".*null bytes.*"),
        ("(" * 500 + ")" * 500, r".*(parentheses|nested|stack).*"),
    ],
)
def test_an_answer_that_does_not_run_is_a_result_without_lines_that_names_the_line(source, message):
    result = judge(TWICE, source)
    assert re.fullmatch(message, result.message), result.message
    assert not result.could_run and not result.passed and result.lines == []
    assert result.message in str(result).replace("\n", " ")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("half = 1", "there is no double; the exercise asks for it by this name"),
        ("double = ...", "double is still `...`; write your answer in its place"),
        ("def double(x):\n    raise NotImplementedError", "line 2 is still to be written"),
        ("def double(x):\n    2 * x", "double(3) is None; does the function end with a return?"),
        ("def double(x):\n    return [x, x]", "double(3) has the shape (2,), not ()"),
        ("def double(x):\n    return 'six'", "double(3) is 'six', which is no array of numbers"),
        ("def double(x):\n    return x * x", "double(3) is 9, not 6; that is the square"),
        ("def double(x):\n    return 5.0", "double(3) is 5, not 6"),
        ("def double(x):\n    return float('nan')", "double(3) is nan, not 6"),
        ("def double(x):\n    return float('inf')", "double(3) is inf, not 6"),
        ("def double(x):\n    return -float('inf')", "double(3) is -inf, not 6"),
        ("def double(x):\n\n    return y", "line 3: NameError: name 'y' is not defined"),
        ("def double(x):\n    return inner(x)\n\ndef inner(x):\n    return x[0]", "line 5: TypeError: "),
        (
            "import numpy as np\n\ndef double(x):\n    return np.ones((2, 3)) @ np.ones((4, 5))",
            "line 4: ValueError: A @ B needs as many columns in A as rows in B, "
            "and here A has 3 columns, B has 4 rows",
        ),
        ("def double():\n    return 6", "TypeError: double() takes 0 positional arguments but 1 was given"),
        ("double = 6", "TypeError: 'int' object is not callable"),
        ("import sys\ndef double(x):\n    sys.exit('no')", "line 3: SystemExit: no"),
        ("def double(x):\n    return double(x)", "line 2: RecursionError: "),
        ("def double(x):\n    raise ValueError('two\\nlines')", "line 2: ValueError: two lines"),
    ],
)
def test_the_first_property_that_fails_gives_the_reason(source, message):
    result = judge(TWICE, source)
    assert result.message.startswith(message) and "\n" not in result.message
    assert (message.endswith(": ") or result.message == message) and len(result.message) <= 220
    assert result.failed == "doubles" and not result.passed
    assert [says for _, says in result.lines] == ["twice the number", "half undoes double"]


def test_a_property_that_holds_is_shown_next_to_one_that_fails():
    result = judge(TWICE, SOLUTION.replace("x / 2", "x / 3"))
    assert result.lines == [(True, "twice the number"), (False, "half undoes double")]
    assert (result.failed, result.message) == ("even", "half(double(3)) is 2, not 3")
    assert str(result).splitlines()[0] == "twice: 1 of 2 properties hold"


@pytest.mark.parametrize(
    ("source", "marks"),
    [
        ("", [None, None]),
        ("double = ...\nhalf = ...", [None, None]),
        ("def double(x):\n    raise NotImplementedError", [None, None]),
        ("def double(x):\n    return nothing\n\ndef half(x):\n    return x / 2", [None, None]),
        ("def double(x):\n    return 2 * x", [True, None]),
        ("def double(x):\n    return 2 * x\n\ndef half(x):\n    return nothing", [True, None]),
        ("def double(x):\n    return 3 * x\n\ndef half(x):\n    return nothing", [False, None]),
        ("def double(x):\n    return 3 * x\n\ndef half(x):\n    return x / 2", [False, False]),
    ],
)
def test_a_property_whose_code_is_missing_or_ends_with_an_error_is_not_checked_and_not_false(source, marks):
    result = judge(TWICE, source)
    assert [holds for holds, _ in result.lines] == marks and not result.passed and result.failed
    shown = {True: "✓", False: "✗", None: "–"}
    assert all(f"{shown[holds]} {says}" in str(result) for holds, says in result.lines)
    assert ("not checked" in " ".join(str(result).split())) == (None in marks)


def test_an_error_in_a_function_of_a_notebook_names_the_line_of_its_cell():
    names = {}
    exec(compile("def double(x):\n    return x.y", "<cell 7>", "exec"), names)
    assert judge(TWICE, names).message.startswith("line 2: AttributeError")


def test_an_interruption_ends_the_check():
    with pytest.raises(KeyboardInterrupt):
        judge(TWICE, "def double(x):\n    raise KeyboardInterrupt")


def test_numbers_may_come_as_tensors_and_lists():
    assert (
        as_array(Tensor([1.0, 2.0]), (2,), "z").tolist() == as_array([1, 2], (2,), "z").tolist() == [1.0, 2.0]
    )


@pytest.mark.parametrize("found", [1.1, np.nan, np.inf, [1.0, 1.1], [np.nan, 1.0]])
def test_a_number_that_is_off_is_refuted(found):
    with pytest.raises(Refuted):
        expect_close(found, 1.0, "it is")
    expect_close(1.0 + 1e-9, 1.0, "it is")


def test_an_unknown_exercise_is_refused_with_the_nearest_name():
    for wrong in (
        "reparametrise",
        "exercises/reparameterise.py",
        "kl_to_the_prior",
        "exercises/kl_to_the_prior.py",
    ):
        with pytest.raises(BadInput, match=r"did you mean (reparameterise|kl-to-the-prior)\?"):
            exercises.check(wrong, "")
    with pytest.raises(BadInput, match="exercise list"):
        exercises.get("xyz")


HEAVY = (
    "typer",
    "rich",
    "msgspec",
    "safetensors",
    "matplotlib",
    "scipy",
    "numba",
    "subprocess",
    "multiprocessing",
)
PROGRAM = """
import json, sys, threading
from scratchgen import exercises
answers = [(name, source) for name in exercises.names()
           for e in [exercises.get(name)] for source in (e.solution, e.stub, e.wrong_answers[0].source)]
for name, source in answers:   # what a first check imports comes from files
    exercises.check(name, source)
used = []
sys.addaudithook(lambda event, given: used.append(f"{event} {given}") if event in EVENTS else None)
EVENTS = {"open", "subprocess.Popen", "os.system", "os.fork", "os.posix_spawn", "os.exec", "socket.connect",
          "_thread.start_new_thread"}
for name, source in answers:
    exercises.check(name, PLANTED + source)
print(json.dumps({"used": used, "loaded": [*sys.modules], "threads": threading.active_count()}))
"""


def after_all_checks(planted):
    program = PROGRAM.replace("PLANTED", repr(planted))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_check_needs_numpy_alone_and_no_file_process_or_thread():
    """A check that meets these limits runs within a page of the browser."""
    found = after_all_checks("")
    assert not {*found["loaded"]} & {*HEAVY} and found["used"] == [] and found["threads"] == 1


def test_the_claim_above_rejects_a_planted_answer_that_opens_a_file():
    assert after_all_checks("open(__import__('os').devnull).close()\n")["used"]
