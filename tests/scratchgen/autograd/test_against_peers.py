"""Values, gradients and second derivatives compared with those of PyTorch and JAX, where both are installed.

The twins are listed in `rule_cases.twins`.
"""

import numpy as np
import pytest

from scratchgen import Tensor

from .rule_cases.walk import Evidence, arguments_of, entry_of, name_of, rows, watched

torch = pytest.importorskip("torch")
pytest.importorskip("jax")

from .rule_cases.twins import TWINS  # noqa: E402  (it needs both)
from .rule_cases.twins.peers import with_scratchgen  # noqa: E402

# sums in another order: some thousands of units in the last place, as conditions go up to a hundred
DOUBLE, SINGLE = 1e-11, 2e-4
SINGLE_OF = {"f": np.float32, "c": np.complex64}


def of_all(chosen=lambda row, twin: True):
    return [
        pytest.param(row, twin, id=f"{name_of(row)}-{i}")
        for row, twins in TWINS.items()
        for i, twin in enumerate(twins)
        if chosen(row, twin)
    ]


def compare(row, twin, arrays, rng):
    """Ours against the peer's results, to second order where the row has one; and in single precision."""
    twice = not ((entry := entry_of(row)) and entry.first_order_only)
    y = twin.ours(*map(Tensor, arrays))
    g, *us = (drawn_like(a, rng) for a in (y, *arrays))
    expected = twin.peer(twin.theirs, arrays, g, us, twice)
    found = with_scratchgen(twin.ours, arrays, g, us, twice)
    first = 1 + len(arrays)
    for i, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        tolerance = DOUBLE if i < first else 1e2 * DOUBLE
        np.testing.assert_allclose(
            ours, theirs, tolerance, tolerance, err_msg=described(i, len(arrays)), strict=True
        )

    single = [[a.astype(SINGLE_OF[a.dtype.kind]) for a in part] for part in ([g], arrays, us)]
    found = with_scratchgen(twin.ours, single[1], single[0][0], single[2], False)
    for i, (ours, theirs) in enumerate(zip(found, expected[:first], strict=True)):
        assert ours.dtype == SINGLE_OF[theirs.dtype.kind]
        np.testing.assert_allclose(
            ours, theirs, SINGLE, SINGLE, err_msg=f"{described(i, len(arrays))}, float32"
        )


def described(i, n):
    """What the i-th of the compared results is, for a function of n arrays."""
    return "value" if i == 0 else f"{'second ' * (i > n)}derivative by argument {(i - 1) % n}"


def drawn_like(a, rng):
    g = rng.standard_normal(a.shape)
    g = g + 1j * rng.standard_normal(a.shape) if a.dtype.kind == "c" else g
    return np.asarray(np.asarray(g, SINGLE_OF[a.dtype.kind]), a.dtype)


@pytest.mark.parametrize(("row", "twin"), of_all())
def test_values_and_derivatives_agree_with_the_peer(row, twin, rng):
    compare(row, twin, twin.draw(rng), rng)


@pytest.mark.parametrize(
    ("row", "twin"), of_all(lambda row, twin: twin.complex and (entry := entry_of(row)) and entry.complex)
)
def test_values_and_derivatives_of_complex_numbers_agree_with_the_peer(row, twin, rng):
    compare(row, twin, twin.draw(rng, complex=True), rng)


def not_compared(row, twins, rng):
    """What of a row its twins leave out: "all of it", or the arguments whose rule none of them calls."""
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
