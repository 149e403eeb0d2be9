"""The verdict about scratchgen that follows from the outcome of one of HIPS autograd's tests.

    passed     the test passes
    skipped    autograd skips it itself
    own        it does not pass, and is about something that autograd alone has: `ABOUT_AUTOGRAD` gives the reason
    refused    a clear message of scratchgen says that it does not differentiate this
    unclear    any other error: a crash, an error of NumPy's or Python's, or a message that helps nobody
    wrong      a value or a derivative differs, or something passes that the test demands to be refused

A message is clear if all of this holds:

1. A `raise` statement of scratchgen raised it: no operation failed by accident.
2. It names part of the call: the function, an option, a type, a dtype, a shape.
3. It says what to do: a clause begins with one of `VERBS`, or has `use` in it. Dropping the gradient is no way out
   for someone who differentiates, and neither is a real dtype for someone who has complex numbers.
4. Every function or method that it names exists.
"""

import re
from pkgutil import resolve_name
from types import ModuleType

from scratchgen import Tensor

VERDICTS = ("passed", "refused", "own", "skipped", "unclear", "wrong")
# the words that begin a clause which says what to do
VERBS = """add call choose compute convert differentiate divide enter give install join leave make move multiply name
pass pick put replace reshape select set split stack sum take transpose use wrap write""".split()  # noqa: SIM905
PACKAGES = {"np": "numpy", "sg": "scratchgen"}

ABOUT_AUTOGRAD = {
    "tests/test_misc.py::test_const_graph": "replays autograd's own recorded graph",
    "tests/test_misc.py::test_const_graph_args": "replays autograd's own recorded graph",
    "tests/test_wrappers.py::test_deprecated_defgrad_wrapper": "a deprecated method of autograd's primitives",
    "tests/test_wrappers.py::test_deprecated_defvjp_wrapper": "a deprecated method of autograd's primitives",
    "tests/test_wrappers.py::test_deprecated_defvjp_is_zero_wrapper": "a deprecated method of autograd's primitives",
    "tests/test_wrappers.py::test_custom_where": "autograd's where takes keywords, which NumPy's refuses",
    "tests/test_wrappers.py::test_custom_where_dtypes": "autograd's where returns Python's objects, NumPy's an array",
    "tests/test_scipy.py::test_convolve_generalization": "options of autograd's convolve, which SciPy's does not have",
    "tests/test_scipy.py::test_convolve_ignore": "options of autograd's convolve, which SciPy's does not have",
    "tests/test_scipy.py::test_convolve_ignore_dot": "options of autograd's convolve, which SciPy's does not have",
    "tests/test_fft.py::test_rfftn_odd_not_implemented": "demands that an odd length is refused, as by autograd",
}


def verdict(outcome):
    """Return the verdict on an outcome, as `hips_shim/outcomes.py` writes it."""
    if outcome["outcome"] in ("passed", "skipped"):
        return outcome["outcome"]
    if outcome["test"].partition("[")[0] in ABOUT_AUTOGRAD:
        return "own"
    if outcome["error"] in ("AssertionError", "Failed"):  # Failed: pytest.raises saw no error
        return "wrong"
    return "unclear" if complaint(outcome) else "refused"


def complaint(outcome):
    """Return what is unclear in the message of an outcome, or None if it is clear."""
    message = outcome["message"]
    if not outcome["refused_by_us"]:
        return "the error is not a refusal by scratchgen"
    if not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", message) for name in outcome["given"]):
        return "it does not name what was given"
    if missing := [name for name in names_in(message) if not exists(name, message)]:
        return f"it names {', '.join(missing)}, which does not exist"
    if all(gives_up(way, outcome["given"]) for way in ways_out(message)):
        return "it gives no way out that keeps the derivative"
    return None


def ways_out(message):
    """Return the clauses of a message that say what to do."""
    clauses = re.split(r"[;:.,]\s+|\n\s*|\s+(?:or|and)\s+", message)
    return [clause for clause in clauses if clause.split(" ", 1)[0].lower() in VERBS or " use " in clause]


def gives_up(way, given):
    """Whether a way out drops the gradient, or the imaginary part of an argument."""
    drops = re.search(r"\bconstant\b|\.(detach|numpy|item)\(\)|\.data\b", way)
    keeps = re.search(r"\b(np|sg)\.\w", way)  # as in t + (np.round(t.detach()) - t.detach())
    makes_real = any(name.startswith("complex") for name in given) and re.search(
        r"\bfloat\d*\b|\b\d\.\d", way
    )
    return bool((drops and not keeps) or makes_real)


def names_in(message):
    """Return the functions and methods that a message names, as `np.linalg.norm` or `Tensor.detach`."""
    imports = re.findall(r"from ([\w.]+) import (\w+)", message)
    dotted = re.findall(r"(?<![\w.])((?:np|numpy|sg|scipy|scratchgen)(?:\.\w+)+)\b(?! import)", message)
    methods = re.findall(r"(?:\b\w|[\s)])\.([a-z]\w*)\(", message)
    return [".".join(name) for name in imports] + dotted + [f"Tensor.{name}" for name in methods]


def exists(name, message):
    first, _, rest = name.partition(".")
    if first == "Tensor":
        return hasattr(Tensor, rest)
    try:
        value = resolve_name(f"{PACKAGES.get(first, first)}.{rest}")
    except (AttributeError, ImportError):
        return False
    return not isinstance(value, ModuleType) or f"of {name}" in message  # np.fft is no function, but has some
