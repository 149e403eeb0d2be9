"""The rule by which a message counts as clear: each of its demands rejects a message that a person could not use."""

import pytest

from .verdicts import ABOUT_AUTOGRAD, complaint, verdict

CLEAR = {
    "test": "tests/test_linalg.py::test_norm_nuclear",
    "outcome": "failed",
    "error": "TypeError",
    "message": "np.linalg.norm of a matrix is not differentiable with ord=nuc; name an axis for the norms of vectors",
    "refused_by_us": True,
    "given": ["axis", "float64", "norm", "ord"],
}


@pytest.mark.parametrize(
    "message",
    [
        CLEAR["message"],
        "np.linalg.norm has no rule. Add one:\n    from scratchgen.autograd import defvjp\n    defvjp(np.linalg.norm",
        "norm has no derivative; for a vector use np.sqrt(x @ x)",
        "norm converts its arguments; call a function of np.linalg instead",
        "norm of float64: differentiate sg.functional.logsumexp instead",
        "np.floor of float64 is a step; use t + (np.round(t.detach()) - t.detach()), which is straight through",
    ],
)
def test_a_message_of_ours_that_names_the_call_and_an_existing_way_out_is_clear(message):
    assert complaint(CLEAR | {"message": message}) is None
    assert verdict(CLEAR | {"message": message}) == "refused"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"refused_by_us": False, "error": "RecursionError"}, "not a refusal by scratchgen"),
        ({"given": ["svd"]}, "does not name what was given"),
        ({"message": "np.norm has no rule; add one with defvjp"}, "np.norm, which does not exist"),
        ({"message": "norm: use np.fft"}, "np.fft, which does not exist"),  # a module is no function
        ({"message": "norm: use sg.functional.no_such_function"}, "does not exist"),
        ({"message": "norm: add one:\n    from scratchgen.autograd import no_such_name"}, "does not exist"),
        ({"message": "norm: convert it with t.no_such_method()"}, "does not exist"),
        ({"message": "norm is not differentiable with ord"}, "no way out"),
        ({"message": "norm drops the gradient; use t.detach() or t.numpy()"}, "no way out"),
        ({"message": "norm has no derivative; pass t.detach() if it is meant as a constant"}, "no way out"),
        (
            {"message": "norm of complex128: convert with .astype(np.float32)", "given": ["complex128"]},
            "no way out",
        ),
    ],
)
def test_a_message_that_helps_nobody_is_unclear(change, what):
    assert what in complaint(CLEAR | change)
    assert verdict(CLEAR | change) == "unclear"


@pytest.mark.parametrize("error", ["AssertionError", "Failed"])
def test_a_failed_comparison_is_wrong_even_with_a_clear_message(error):
    assert verdict(CLEAR | {"error": error}) == "wrong"


@pytest.mark.parametrize("outcome", ["passed", "skipped"])
def test_a_test_about_autograd_itself_may_pass(outcome):
    for test in ABOUT_AUTOGRAD:
        assert verdict(CLEAR | {"test": test}) == "own"
        assert verdict(CLEAR | {"test": test, "outcome": outcome}) == outcome
