"""NumPy's contract: a call that NumPy accepts gives NumPy's value, or is refused with the way out; a call that NumPy
refuses is refused; and where a value is given, its derivative is that of the function.

The calls are drawn (see `drawn_calls`): a few of each function by default, many with --full.
"""

import traceback
import zlib

import numpy as np
import pytest

from scratchgen import Tensor, vjp
from scratchgen.autograd.error_messages import public_name
from scratchgen.autograd.primitives import COMPOSED, CONSTANT, TABLE, Primitive

from .drawn_calls import Call, drawn_call

CALLS, CALLS_IN_FULL = 25, 1000
STEP, STEEPEST = 1e-6, 1e3
MISTAKES = (
    RecursionError,
    AssertionError,
    AttributeError,
    NameError,
    UnboundLocalError,
    KeyError,
    ZeroDivisionError,
)


class Broken(AssertionError):
    """The contract does not hold for a call."""


def flat(value):
    """The arrays of a result, which may be a tuple or a list."""
    if isinstance(value, tuple | list) and value:
        return [a for part in value for a in flat(part)]
    return [value]


def outcome(call: Call, x):
    """The outcome of a call: its results, or the exception that it raises."""
    with np.errstate(all="ignore"):
        try:
            return flat(call(x)), None
        except Exception as error:
            return None, error


def check_call(call: Call) -> str:
    """Raise Broken where the contract does not hold; return what happened: refused, value or derivative."""
    x = np.array(call.x)  # what a Tensor makes of any array
    expected, refusal = outcome(call, x)
    found, error = outcome(call, Tensor(x, requires_grad=True))
    if error is not None:
        if isinstance(error, MISTAKES) and type(error) is not type(refusal):
            raise Broken(f"{call}: {type(error).__name__}: {error}") from error
        if refusal is None and not clear(error):
            raise Broken(f"{call}: NumPy gives a value, and the refusal is NumPy's own: {error}") from error
        return "refused"
    if refusal is not None:
        raise Broken(f"{call}: NumPy refuses it ({refusal}), and a tensor gives {found}")
    same_values(call, found, expected)
    recorded = [t for t in found if isinstance(t, Tensor) and t.requires_grad]
    finite = all(np.all(np.isfinite(t.data)) for t in recorded)
    if not recorded or x.size == 0 or not finite or any(t.dtype.itemsize < x.itemsize for t in recorded):
        return "value"
    return check_derivative(call, x)


def clear(error: Exception) -> bool:
    """Whether scratchgen itself refuses, in one sentence of more than a name."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    by_a_rule = "scratchgen" in last.filename and (last.line or "").startswith("raise ")
    return isinstance(error, TypeError | RuntimeError) and by_a_rule and len(str(error)) > 30


def same_values(call: Call, found, expected) -> None:
    if len(found) != len(expected):
        raise Broken(f"{call}: {len(found)} results, of NumPy {len(expected)}")
    for ours, theirs in zip(found, expected, strict=True):
        ours = ours.data if isinstance(ours, Tensor) else ours
        if isinstance(theirs, list):  # np.diff of a list with n = 0 is the list itself; ours is an array
            theirs = np.asarray(theirs)
        if not hasattr(theirs, "dtype"):
            if ours != theirs:
                raise Broken(f"{call}: {ours} instead of {theirs}")
            continue
        ours = np.asarray(ours)
        if (ours.dtype, ours.shape) != (theirs.dtype, theirs.shape):
            raise Broken(f"{call}: {ours.dtype}{ours.shape} instead of {theirs.dtype}{theirs.shape}")
        arbitrary = (
            call.function is np.empty_like or "where" in call.arguments or not np.size(call.x)
        )  # memory that nobody wrote into
        if not arbitrary and not np.array_equal(ours, theirs, equal_nan=theirs.dtype.kind in "fc"):
            raise Broken(f"{call}: {ours} instead of {theirs}")


def check_derivative(call: Call, x: np.ndarray) -> str:
    """The derivative along a random direction, against difference quotients on both sides."""
    rng = np.random.default_rng(0)
    exact, u = x.astype(np.float64), rng.standard_normal(x.shape)
    recorded = [isinstance(t, Tensor) and t.requires_grad for t in flat(call(Tensor(x, requires_grad=True)))]

    def of_results(parts):
        kept = [np.ravel(p) for p, is_kept in zip(parts, recorded, strict=True) if is_kept]
        return np.concatenate([np.real(p) + 2 * np.imag(p) if p.dtype.kind == "c" else p for p in kept])

    def along(h):
        moved = np.empty_like(exact)  # in the same order in memory
        moved[...] = exact + h * u
        with np.errstate(all="ignore"):
            return of_results(flat(call(moved)))

    if along(0.0).dtype != np.float64 or (call.function is np.partition and x.dtype != np.float64):
        return (
            "value"  # no difference quotient; a partition may order its parts otherwise in another precision
        )
    v = rng.standard_normal(along(0.0).shape)
    left, right = (np.sum(v * (along(s * STEP) - along(0.0))) / (s * STEP) for s in (-1, 1))
    scale = max(1.0, abs(left), abs(right))
    if not np.isfinite(left + right) or abs(left - right) > 1e-3 * scale or scale > STEEPEST:
        return "value"  # a kink, a pole, or a step over the end of the domain

    with np.errstate(all="ignore"):
        _, pull = vjp(lambda t: of_results(flat(call(t))), x)
        gradient = pull(v)[0].data
    if gradient.dtype != x.dtype or gradient.shape != x.shape:
        raise Broken(f"{call}: gradient {gradient.dtype}{gradient.shape} of {x.dtype}{x.shape}")
    ours = np.sum(gradient.astype(np.float64) * u)
    tolerance = {2: 0.1, 4: 1e-2, 8: 1e-4}[x.dtype.itemsize]
    if not abs(ours - (left + right) / 2) <= tolerance * scale * np.sqrt(x.size):
        raise Broken(f"{call}: derivative {ours:.6g}, difference quotient {(left + right) / 2:.6g}")
    return "derivative"


def check_function(function, calls: int) -> dict[str, int]:
    """Draw calls of a function; count what happened."""
    rng = np.random.default_rng(zlib.crc32(public_name(function).encode()))
    happened = {"refused": 0, "value": 0, "derivative": 0}
    for _ in range(calls):
        call = drawn_call(function, rng)
        if call is not None:
            happened[check_call(call)] += 1
    return happened


FUNCTIONS = sorted(
    (f for f in {*TABLE, *COMPOSED, *CONSTANT} - {np.common_type} if public_name(f).startswith("np.")),
    key=public_name,
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("function", FUNCTIONS, ids=public_name)
def test_a_call_gives_the_value_of_numpy_and_its_derivative_or_is_refused(function, pytestconfig):
    check_function(function, CALLS_IN_FULL if pytestconfig.getoption("--full") else CALLS)


# --- the check is checked: each of these functions breaks the contract in one way -------------------------------


def without_checks(m, axis=None):
    """np.flip with an axis that is taken modulo the number of axes: it accepts what NumPy refuses."""
    axes = range(m.ndim) if axis is None else np.atleast_1d(axis)
    flipped = {int(i) % max(m.ndim, 1) for i in axes}
    return m[tuple(slice(None, None, -1 if i in flipped else 1) for i in range(m.ndim))]


def by_way_of_itself(m, axis=None):
    raise RecursionError("maximum recursion depth exceeded")


def with_numpys_own_message(m, axis=None):
    return np.flip(m, axis=axis) if axis is None else np.take(m, "nonsense")


PLANTED = {
    "accepts what NumPy refuses": (without_checks, "NumPy refuses it"),
    "recursion": (by_way_of_itself, "RecursionError"),
    "another value": (lambda m, axis=None: 2 * np.flip(m, axis=axis), "instead of"),
    "another type": (lambda m, axis=None: np.flip(m, axis=axis).astype(np.float64), "instead of"),
    "an unclear refusal": (with_numpys_own_message, "NumPy's own"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "what"), PLANTED.values(), ids=PLANTED)
def test_a_function_that_breaks_the_contract_is_caught(function, what, monkeypatch):
    planted = Primitive(function)
    planted.rules = (lambda g, y, m, axis=None: np.flip(g, axis),)
    planted.options, planted.arity, planted.arrays = frozenset(["axis"]), 2, 1
    monkeypatch.setitem(TABLE, np.flip, planted)
    with pytest.raises(Broken, match=what):
        check_function(np.flip, 400)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("factor", [1.01, -1])
def test_a_rule_that_is_scaled_is_caught(factor, monkeypatch):
    monkeypatch.setattr(TABLE[np.tanh], "rules", (lambda g, y, x: factor * g * (1 - y * y),))
    with pytest.raises(Broken, match="difference quotient"):
        check_function(np.tanh, 100)


def test_the_drawn_calls_reach_derivatives_and_refusals_of_most_functions():
    happened = {public_name(f): check_function(f, 60) for f in (np.sum, np.matmul, np.stack, np.quantile)}
    assert all(counts["derivative"] and counts["refused"] for counts in happened.values()), happened
