"""Values, gradients and second derivatives compared with those of PyTorch and JAX, where both are installed.

The twins are listed in `rule_cases.twins`.
"""

import numpy as np
import pytest

from scratchgen import Tensor, defvjp, primitive

from .rule_cases.walk import Evidence, arguments_of, entry_of, name_of, rows, watched

torch = pytest.importorskip("torch")
pytest.importorskip("jax")

from .rule_cases.twins import TWINS  # noqa: E402  (it needs both)
from .rule_cases.twins.complex_numbers import COMPOSITIONS, REAL_IN_BOTH_PEERS, of_composition  # noqa: E402
from .rule_cases.twins.peers import with_scratchgen  # noqa: E402
from .rule_cases.twins.twin import M, pytorch  # noqa: E402

# sums in another order: some thousands of units in the last place, as conditions go up to a hundred
DOUBLE, SINGLE = 1e-11, 2e-4
SINGLE_OF = {"f": np.float32, "c": np.complex64}


def is_complex(row):
    return (entry := entry_of(row)) is not None and entry.complex


CASES = [
    pytest.param(row, twin, id=f"{name_of(row)}-{i}")
    for row, twins in TWINS.items()
    for i, twin in enumerate(twins)
]
COMPLEX_CASES = [case for case in CASES if is_complex(case.values[0]) and case.values[1].complex]


def assert_agrees(twin, arrays, rng, twice=True):
    """Ours against the peer's results, to second order if `twice`; and to first order in single precision."""
    y = twin.ours(*map(Tensor, arrays))
    g, *us = (drawn_like(a, rng) for a in (y, *arrays))
    expected = twin.peer(twin.theirs, arrays, g, us, twice)
    found = with_scratchgen(twin.ours, arrays, g, us, twice)
    n = len(arrays)
    for i, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        tolerance = DOUBLE if i <= n else 1e2 * DOUBLE
        np.testing.assert_allclose(ours, theirs, tolerance, tolerance, err_msg=result(i, n), strict=True)

    g, arrays, us = single(g), list(map(single, arrays)), list(map(single, us))
    plain = np.asarray(twin.ours(*arrays))  # of some of NumPy's functions it is float64
    found = with_scratchgen(twin.ours, arrays, g, us, False)
    for i, (ours, theirs, like) in enumerate(zip(found, expected, [plain, *arrays], strict=False)):
        assert ours.dtype == like.dtype
        np.testing.assert_allclose(
            ours, theirs, SINGLE, SINGLE, err_msg=f"{result(i, n)}, in single precision"
        )


def result(i, n):
    """A description of the i-th result for a function of n arrays."""
    return "value" if i == 0 else f"{'second ' * (i > n)}derivative by argument {(i - 1) % n}"


def single(a):
    return a.astype(SINGLE_OF[a.dtype.kind])


def drawn_like(a, rng):
    """Random numbers of the shape and kind of a, each of which can be written in single precision."""
    g = rng.standard_normal(a.shape)
    g = np.asarray(g + 1j * rng.standard_normal(a.shape) if a.dtype.kind == "c" else g)
    return single(g).astype(a.dtype)


@pytest.mark.parametrize(("row", "twin"), CASES)
def test_values_and_derivatives_agree_with_the_peer(row, twin, rng):
    entry = entry_of(row)
    assert_agrees(twin, twin.draw(rng), rng, twice=entry is None or not entry.first_order_only)


@pytest.mark.parametrize(("row", "twin"), COMPLEX_CASES)
def test_values_and_derivatives_of_complex_numbers_agree_with_the_peer(row, twin, rng):
    assert_agrees(twin, twin.draw(rng, complex=True), rng)


@pytest.mark.parametrize("peer", ["PyTorch", "JAX"])
@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_a_composition_over_complex_numbers_agrees_with_both_peers(composition, peer, rng):
    twin = of_composition(composition)[peer]
    assert_agrees(twin, twin.draw(rng), rng)
    assert_agrees(twin, twin.draw(rng, complex=True), rng)


# --- every row is compared ----------------------------------------------------------------------------------


def not_compared(row, twins, rng):
    """The part of a row that its twins leave out: "all of it", or the arguments whose rule none of them calls."""
    seen = Evidence()
    for twin in twins:
        xs = [Tensor(a, requires_grad=True) for a in twin.draw(rng)]
        with watched(row, seen):
            np.real(np.sum(twin.ours(*xs))).backward()
    entry = entry_of(row)
    wanted = {0} if entry is None else seen.arrays if entry.joint else arguments_of(entry)
    return "all of it" if not seen.arguments else wanted - seen.arguments


@pytest.mark.parametrize("row", rows(), ids=name_of)
def test_every_row_has_a_twin_for_each_of_its_arguments(row, rng):
    assert not not_compared(row, TWINS.get(row, ()), rng)


def test_every_row_for_complex_numbers_has_a_twin_for_them():
    compared = {name_of(case.values[0]) for case in COMPLEX_CASES}
    complex_rows = {name_of(row) for row in rows() if is_complex(row)}
    assert complex_rows - compared == set(REAL_IN_BOTH_PEERS)


def test_a_row_or_an_argument_without_a_twin_is_noticed(rng):
    assert not_compared(np.tanh, (), rng) == "all of it"
    assert not_compared(np.tanh, TWINS[np.sin], rng) == "all of it"
    assert not_compared(np.power, [pytorch(lambda x: x**3, None, M)], rng) == {1}


# --- the comparison itself ----------------------------------------------------------------------------------


def planted(rule):
    """The sine with another rule."""
    row = primitive(lambda x: np.sin(x))
    defvjp(row, rule)
    row.complex = True
    return pytorch(row, torch.sin, M)


def test_the_comparison_rejects_a_gradient_that_is_off_by_a_millionth(rng):
    twin = planted(lambda g, y, x: (1 + 1e-6) * g * np.cos(x))
    with pytest.raises(AssertionError, match="derivative by argument 0"):
        assert_agrees(twin, twin.draw(rng), rng)


def test_the_comparison_rejects_a_gradient_that_is_wrong_when_it_is_differentiated(rng):
    twin = planted(lambda g, y, x: g * np.cos(x.detach() if isinstance(x, Tensor) else x))
    with pytest.raises(AssertionError, match="second derivative by argument 0"):
        assert_agrees(twin, twin.draw(rng), rng)


def test_the_comparison_rejects_the_conjugate_of_a_complex_gradient(rng):
    twin = planted(lambda g, y, x: g * np.conj(np.cos(x)))
    assert_agrees(twin, twin.draw(rng), rng)
    with pytest.raises(AssertionError, match="derivative by argument 0"):
        assert_agrees(twin, twin.draw(rng, complex=True), rng)
