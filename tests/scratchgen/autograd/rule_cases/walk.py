"""The walk over the table of rules: which rows there are, and whether their cases leave nothing unchecked.

Nothing here trusts a name. That a case calls its row is read off the graph that it records, and that a rule
was called is noted by the rule itself.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import math
import pkgutil
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import scratchgen
from scratchgen import Tensor, check_grads, grad, vjp
from scratchgen.autograd.arguments import signature_of
from scratchgen.autograd.error_messages import public_name
from scratchgen.autograd.primitives import COMPOSED, PRIMITIVES, TABLE, Primitive

from .case import Case

FEW_ROUNDINGS = 2.0**12  # the worst growth of one rounding error that a case may show


def rows() -> list:
    """Every row of the library: NumPy's functions, and our own primitives wherever they are defined."""
    for module in pkgutil.walk_packages(scratchgen.__path__, "scratchgen."):
        needs_scipy = module.name.endswith("scipy_special") and not importlib.util.find_spec("scipy")
        if not module.name.endswith("__main__") and not needs_scipy:
            importlib.import_module(module.name)
    of_numpy = set(TABLE.values())
    own = [p for p in PRIMITIVES if p not in of_numpy and _module_of(p).startswith("scratchgen")]
    return [*TABLE, *COMPOSED, *own]


def _module_of(primitive: Primitive) -> str:
    return getattr(primitive.function, "__module__", None) or ""


def name_of(row) -> str:
    """The name of a row: `np.tanh` for NumPy's, `functional.sigmoid` for ours."""
    if isinstance(row, Primitive):
        return f"{row.function.__module__.removeprefix('scratchgen.')}.{row.name}"
    return public_name(row)


# --- evidence -----------------------------------------------------------------------------------------------


@dataclass
class Evidence:
    """The calls that the cases of one row have made."""

    arguments: set[int] = field(default_factory=set)  # whose rule was called, on a cotangent of some elements
    broadcast: set[int] = field(default_factory=set)  # arguments that were smaller than the result
    arrays: set[int] = field(default_factory=set)  # arguments that are floating-point arrays
    options: set[str] = field(default_factory=set)  # given with a value that is not the default
    sides: set[int] = field(default_factory=set)  # lengths of axes


def shortcomings(row, cases: Iterable[Case]) -> list[str]:
    """The checks that are missing before a row counts as checked; [] if none is.

    Raises AssertionError where a check fails.
    """
    cases, missing = list(cases), []
    if not cases:
        return ["has no case"]
    evidence = Evidence()
    for i, case in enumerate(cases):
        if not check(case, row, evidence, once_more=i == 0):
            missing.append(f"is not called by its case {described(case)}")
    missing += [f"has never been given arrays with a side of {n}" for n in (0, 1) if n not in evidence.sides]
    missing += [f"has never been given the option {o}" for o in sorted(options_of(row) - evidence.options)]
    if entry := entry_of(row):
        wanted = arguments_of(entry) if entry.joint is None else evidence.arrays
        missing += [
            f"has not had its rule for argument {i} called" for i in sorted(wanted - evidence.arguments)
        ]
        if entry.broadcasts and len(wanted) > 1:
            missing += [
                f"has not had its argument {i} broadcast" for i in sorted(wanted - evidence.broadcast)
            ]
        if entry.first_order_only and not any(word.isalpha() for word in entry.first_order_only.split()):
            missing.append("is differentiable once, and does not say why")
    if any(case.order < 2 for case in cases) and not (entry and entry.first_order_only):
        missing.append("is not checked to second order, and does not say why")
    return missing


def entry_of(row) -> Primitive | None:
    """The primitive of a row; None for a composed function."""
    return row if isinstance(row, Primitive) else TABLE.get(row)


def arguments_of(entry: Primitive) -> set[int]:
    """The arguments that have a rule; three of a function of any number of arrays."""
    count = 3 if isinstance(entry.rules, dict) else len(entry.rules)
    return {i for i in range(count) if entry.rules[i] is not None}


def options_of(row) -> set[str]:
    """The names of the options of a row."""
    entry = entry_of(row)
    if entry is None:
        return {p.name for p in parameters(COMPOSED[row]) if p.default is not p.empty}
    if not entry.template:
        return set(entry.options)
    defaults = {p.name for p in parameters(signature_of(row)) if p.default is not p.empty}
    return defaults & (entry.known or frozenset())  # a rearrangement never looks at its options


def parameters(function: Callable | inspect.Signature):
    signature = function if isinstance(function, inspect.Signature) else inspect.signature(function)
    return signature.parameters.values()


def given_options(function: Callable, args, options) -> set[str]:
    """The parameters that were given another value than their default."""
    bound = inspect.signature(function).bind(*args, **options).arguments
    return {p.name for p in parameters(function) if p.name in bound and not _same(bound[p.name], p.default)}


def _same(a, b) -> bool:
    return a is b or (type(a) is type(b) and np.array_equal(a, b))


# --- observing calls ----------------------------------------------------------------------------------------


@contextmanager
def watched(row, evidence: Evidence):
    """Within it, every call of a rule of the row (or of a composed function) is noted as evidence.

    A rule that turns a cotangent into another floating-point type is an error: the sweep would cast it back,
    and hide that the rule computed in the wrong precision.
    """
    entry = entry_of(row)
    if entry is None:
        whole = COMPOSED[row]
        COMPOSED[row] = _noting_call(whole, evidence)
        try:
            yield
        finally:
            COMPOSED[row] = whole
        return
    before = entry.rules, entry.joint
    if entry.joint is not None:
        entry.joint = _noting_rule(entry.joint, None, evidence)
    else:
        entry.rules = _Watched(entry.rules, evidence)
    try:
        yield
    finally:
        entry.rules, entry.joint = before


class _Watched:
    """The rules of a primitive, each with a note of its calls."""

    def __init__(self, rules, evidence: Evidence):
        self.rules, self.evidence = rules, evidence

    def __getitem__(self, i):
        rule = self.rules[i]
        return rule and _noting_rule(rule, i, self.evidence)


def _noting_rule(rule: Callable, i: int | None, evidence: Evidence) -> Callable:
    """The rule of argument i, or of all (None)."""

    def noting(g, y, *inputs, **options):
        result = rule(g, y, *inputs, **options)
        floats = {
            j for j, a in enumerate(inputs) if getattr(getattr(a, "dtype", None), "kind", "") in ("f", "c")
        }
        for j, g_j in enumerate(result) if i is None else [(i, result)]:
            if j in floats and {_precision(g), *(_precision(inputs[k]) for k in floats)} == {_precision(g)}:
                assert _precision(g_j) == _precision(g), (
                    f"the rule of argument {j} makes {g_j.dtype} of {g.dtype}"
                )
        evidence.arrays |= floats
        if g.size:
            evidence.arguments |= floats if i is None else {i}
            evidence.broadcast |= {i} if i in floats and inputs[i].shape != y.shape else set()
            template = options.get("call")
            evidence.options |= (
                given_options(rule, (g, y, *inputs), options) if template is None else set(template.arguments)
            )
        return result

    return noting


def _precision(a) -> np.dtype:
    """The type of real and imaginary part."""
    return np.finfo(a.dtype).dtype


def _noting_call(function: Callable, evidence: Evidence) -> Callable:
    @functools.wraps(function)
    def noting(*args, **options):
        tensors = [a for a in _flat([*args, *options.values()]) if isinstance(a, Tensor) and a.requires_grad]
        if any(t.size for t in tensors):
            evidence.arguments.add(0)
            evidence.options |= given_options(function, args, options)
        return function(*args, **options)

    return noting


def _flat(args):
    for a in args:
        yield from _flat(a) if isinstance(a, tuple | list) else [a]


@contextmanager
def independent(case: Case):
    """Within it, plain arrays must not reach a primitive of ours: an oracle does not judge itself."""

    def refuse(primitive, *args, **options):
        raise AssertionError(f"the oracle of the case {described(case)} calls {primitive.name}")

    original, Primitive.__call__ = Primitive.__call__, refuse
    try:
        yield
    finally:
        Primitive.__call__ = original


# --- the checks ---------------------------------------------------------------------------------------------


def check(case: Case, row, evidence: Evidence, once_more: bool = True) -> bool:
    """Make every check of a case, at its corners and at shapes that are drawn; whether it calls the row.

    Single precision is checked at the corners only: which type a result has does not depend on the shape.

    once_more    differentiate at the last corner once more than elsewhere: a rule that can be differentiated
                 twice can be so any number of times
    """
    own = Evidence()

    def at(shapes, seed, order=case.order, single=False):
        arrays = case.draw(shapes, seed)
        check_value(case, arrays)
        look_on(case, row, arrays, seed, own)
        check_grads(case.f, *arrays, order=order, seed=seed)
        if single:
            check_single_precision(case, row, arrays, seed)

    def explained(shapes, seed, **more):
        try:
            at(shapes, seed, **more)
        except Exception as error:
            error.add_note(f"case {described(case)}, shapes {shapes}, seed {seed}")
            raise

    *corners, last = case.corners()
    for shapes in corners:
        explained(shapes, 0, single=True)
    explained(last, 0, order=case.order + (once_more and case.order > 1), single=True)
    if case.drawn and (case.letters or case.stacked):

        def elsewhere(shapes, seed):
            if shapes not in corners or any(
                math.prod(s) for s in shapes
            ):  # else it is the same call once more
                explained(shapes, seed)

        drawn = given(shapes=case.any_shapes(), seed=st.integers(0, 2**32 - 1))(elsewhere)
        settings(max_examples=case.drawn, derandomize=True, deadline=None, database=None)(drawn)()

    for name, seen in vars(own).items():
        getattr(evidence, name).update(seen)
    return bool(own.arguments)


def check_value(case: Case, arrays) -> None:
    """f of tensors equals the oracle of plain arrays up to rounding."""
    with independent(case), np.errstate(all="ignore"):
        expected = (case.oracle or case.f)(*arrays)
    found = case.f(*map(Tensor, arrays))
    assert found.dtype == np.float64
    close(found.data, expected, np.finfo(np.float64).eps)


def look_on(case: Case, row, arrays, seed, evidence: Evidence) -> None:
    """One plain backward pass of f, so that only calls of f itself count as evidence."""
    xs = [Tensor(a, requires_grad=True) for a in arrays]
    with watched(row, evidence):
        y = case.f(*xs)
        y.backward(np.random.default_rng(seed).standard_normal(y.shape))
    evidence.sides.update(n for a in arrays for n in a.shape)


def check_single_precision(case: Case, row, arrays, seed) -> None:
    """With float32 arguments all results are float32, and equal those in float64 up to rounding."""
    rng = np.random.default_rng(seed)
    xs = [a.astype(np.float32) for a in arrays]
    v = rng.standard_normal(case.f(*xs).shape).astype(np.float32)
    us = [rng.standard_normal(x.shape).astype(np.float32) for x in xs]
    with watched(row, Evidence()):
        single = derivatives(case, xs, v, us)
    double = derivatives(case, *([a.astype(np.float64) for a in part] for part in (xs, [v], us)))
    for found, exact in zip(single, double, strict=True):
        assert found.dtype == np.float32, f"{found.dtype} where all arguments are float32"
        close(found.data, exact.data, np.finfo(np.float32).eps)


def derivatives(case: Case, xs, v, us) -> list[Tensor]:
    """y, the gradients vᵀ ∂y/∂x, and if there is a second order, the gradients of Σ ⟨u, vᵀ ∂y/∂x⟩."""
    v = v[0] if isinstance(v, list) else v
    y, pull = vjp(case.f, *xs)
    first = pull(v)
    if case.order < 2:
        return [y, *first]

    def slope(*at):
        _, pull = vjp(case.f, *at[:-1])
        return sum(np.sum(g * u) for g, u in zip(pull(at[-1]), us, strict=True))

    return [y, *first, *grad(slope, range(len(xs) + 1))(*xs, v)]


def close(found, exact, eps: float) -> None:
    """Equal up to FEW_ROUNDINGS of the largest number: sums of some dozens of terms, and a condition number
    of up to ten for each of two derivatives."""
    exact = np.asarray(exact)
    assert found.shape == exact.shape, f"shape {found.shape} for {exact.shape}"
    scale = max(1.0, np.max(np.abs(exact), initial=0))
    np.testing.assert_allclose(found, exact, rtol=0, atol=FEW_ROUNDINGS * eps * scale)


def described(case: Case) -> str:
    """The line that the function of a case is written in."""
    function = inspect.unwrap(case.f)
    try:
        return inspect.getsource(function).strip().splitlines()[0]
    except (OSError, TypeError):
        return getattr(function, "__name__", repr(function))
