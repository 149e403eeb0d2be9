"""Values, gradients and second derivatives compared with PyTorch's, where it is installed.

The twins are listed in `rule_cases.twins`.
"""

import numpy as np
import pytest

from scratchgen import Tensor, defvjp, grad, primitive

from .rule_cases.walk import Evidence, arguments_of, entry_of, name_of, rows, watched

torch = pytest.importorskip("torch")

from .rule_cases.twins import TWINS, M, P, R, U  # noqa: E402  (it needs PyTorch)

CASES = [pytest.param(row, *twin, id=name_of(row)) for row, twins in TWINS.items() for twin in twins]
TWICE = [case for case in CASES if not ((entry := entry_of(case.values[0])) and entry.first_order_only)]

# sums in another order: some thousands of units in the last place, as conditions go up to a hundred
TOLERANCE = {np.float64: 1e-11, np.float32: 2e-4}


def draw(rng, shape, domain, dtype):
    x = rng.standard_normal(shape)
    if domain == P:
        x = 0.5 + x * x
    if domain == U:
        x = np.tanh(x) * 0.9
    if domain == "regular" and shape[-1] == shape[-2]:
        x = x + 4 * np.eye(shape[-1])
    return x.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("row", "ours", "theirs", "shapes", "domain"), CASES)
def test_values_and_gradients_agree_with_pytorch(row, ours, theirs, shapes, domain, dtype, rng):
    tolerance = TOLERANCE[dtype]
    arrays = [draw(rng, s, domain, dtype) for s in shapes]
    xs, ts = (
        [Tensor(a, requires_grad=True) for a in arrays],
        [torch.tensor(a, requires_grad=True) for a in arrays],
    )
    y, t = ours(*xs), theirs(*ts)
    assert y.dtype == dtype
    np.testing.assert_allclose(y.numpy(), t.detach().numpy(), rtol=tolerance, atol=tolerance)
    g = rng.standard_normal(y.shape).astype(dtype)
    y.backward(g)
    t.backward(torch.tensor(g))
    for x, leaf in zip(xs, ts, strict=True):
        assert x.grad.dtype == dtype
        np.testing.assert_allclose(x.grad, leaf.grad.numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("row", "ours", "theirs", "shapes", "domain"), TWICE)
def test_second_derivatives_agree_with_pytorch(row, ours, theirs, shapes, domain, rng):
    """The gradient of ⟨u, ∂⟨g, f²⟩/∂x⟩: the square makes linear functions curved."""
    arrays = [draw(rng, s, domain, np.float64) for s in shapes]
    ts = [torch.tensor(a, requires_grad=True) for a in arrays]
    t = theirs(*ts)
    g, us = rng.standard_normal(tuple(t.shape)), [rng.standard_normal(s) for s in shapes]
    everything = tuple(range(len(shapes)))

    first = torch.autograd.grad((torch.tensor(g) * t**2).sum(), ts, create_graph=True)
    along = sum((d * torch.tensor(u)).sum() for d, u in zip(first, us, strict=True))
    along = along + 0 * sum(t.sum() for t in ts)  # PyTorch wants a graph even where the derivative is zero
    expected = torch.autograd.grad(along, ts)

    def slope(*xs):
        gradients = grad(lambda *xs: np.sum(g * ours(*xs) ** 2), everything)(*xs)
        return sum(np.sum(d * u) for d, u in zip(gradients, us, strict=True))

    for found, reference in zip(grad(slope, everything)(*arrays), expected, strict=True):
        np.testing.assert_allclose(found.numpy(), reference.numpy(), rtol=1e-9, atol=1e-9)


def not_compared(row, twins, rng):
    """What of a row its twins leave out: "all of it", or the arguments whose rule none of them calls."""
    seen = Evidence()
    for ours, _, shapes, domain in twins:
        xs = [Tensor(draw(rng, s, domain, np.float64), requires_grad=True) for s in shapes]
        with watched(row, seen):
            ours(*xs).sum().backward()
    entry = entry_of(row)
    wanted = {0} if entry is None else seen.arrays if entry.joint else arguments_of(entry)
    return "all of it" if not seen.arguments else wanted - seen.arguments


@pytest.mark.parametrize("row", rows(), ids=name_of)
def test_every_row_has_a_twin_in_pytorch_for_each_of_its_arguments(row, rng):
    assert not not_compared(row, TWINS.get(row, ()), rng)


def test_a_row_or_an_argument_without_a_twin_is_noticed(rng):
    assert not_compared(np.tanh, (), rng) == "all of it"
    assert not_compared(np.tanh, TWINS[np.sin], rng) == "all of it"
    assert not_compared(np.power, [(lambda x: x**3, None, M, R)], rng) == {1}


def test_the_comparison_rejects_a_gradient_that_is_off_by_a_millionth(rng):
    almost = primitive(lambda x: np.sin(x))
    defvjp(almost, lambda g, y, x: (1 + 1e-6) * g * np.cos(x))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        test_values_and_gradients_agree_with_pytorch(None, almost, torch.sin, M, R, np.float64, rng)
