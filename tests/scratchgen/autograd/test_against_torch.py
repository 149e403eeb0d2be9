"""Values, gradients and second derivatives beside PyTorch's, where it is installed.

Kinks and ties are not compared, as the conventions differ: here equal extremes share the derivative.
"""

from functools import partial

import numpy as np
import pytest

from scratchgen import Tensor, grad
from scratchgen import functional as F
from scratchgen.autograd.primitives import PRIMITIVES, SPREAD, TABLE

torch = pytest.importorskip("torch")

R, P, U = "real", "positive", "inside (−1, 1)"
M = ((2, 3),)  # one matrix
PAIR = ((2, 1, 3), (4, 1))  # two arrays that broadcast

# NumPy function: [(in NumPy, in PyTorch, shapes, domain), ...]
TWINS = {
    np.add: [(lambda a, b: a + b, lambda a, b: a + b, PAIR, R)],
    np.subtract: [(lambda a, b: a - b, lambda a, b: a - b, PAIR, R)],
    np.multiply: [(lambda a, b: a * b, lambda a, b: a * b, PAIR, R)],
    np.divide: [(lambda a, b: a / b, lambda a, b: a / b, PAIR, P)],
    np.power: [(lambda a, b: a**b, lambda a, b: a**b, PAIR, P), (lambda x: x**3, lambda x: x**3, M, R)],
    np.maximum: [(np.maximum, torch.maximum, PAIR, R)],
    np.minimum: [(np.minimum, torch.minimum, PAIR, R)],
    np.logaddexp: [(np.logaddexp, torch.logaddexp, PAIR, R)],
    np.logaddexp2: [(np.logaddexp2, torch.logaddexp2, PAIR, R)],
    np.arctan2: [(np.arctan2, torch.arctan2, PAIR, R)],
    np.hypot: [(np.hypot, torch.hypot, PAIR, R)],
    np.where: [
        (
            lambda a, b: np.where(np.eye(3, dtype=bool), a, b),
            lambda a, b: torch.where(torch.eye(3, dtype=torch.bool), a, b),
            ((3,), (3, 1)),
            R,
        )
    ],
    np.clip: [(lambda x: np.clip(x, -0.5, 0.5), lambda x: x.clip(-0.5, 0.5), M, R)],
    **{
        getattr(np, name): [(getattr(np, name), getattr(torch, name), M, domain)]
        for domain, names in {
            R: "negative positive square exp exp2 expm1 sinh cosh tanh arcsinh sin cos arctan absolute sign",
            P: "sqrt reciprocal log log1p log2 log10",
            U: "arctanh tan arcsin arccos",
        }.items()
        for name in names.split()
    },
    np.arccosh: [(lambda x: np.arccosh(x + 1), lambda x: torch.arccosh(x + 1), M, P)],
    np.sum: [(lambda x: x.sum(axis=1), lambda x: x.sum(dim=1), M, R)],
    np.mean: [(lambda x: x.mean(axis=(0, 1), keepdims=True), lambda x: x.mean((0, 1), keepdim=True), M, R)],
    np.prod: [(lambda x: x.prod(axis=0), lambda x: x.prod(dim=0), M, R)],
    np.max: [(lambda x: x.max(axis=1), lambda x: x.amax(dim=1), M, R)],
    np.amax: [(np.amax, torch.amax, M, R)],
    np.min: [(lambda x: x.min(axis=0), lambda x: x.amin(dim=0), M, R)],
    np.amin: [(np.amin, torch.amin, M, R)],
    np.var: [(lambda x: x.var(axis=1, ddof=1), lambda x: x.var(dim=1, correction=1), M, R)],
    np.std: [(lambda x: x.std(axis=1), lambda x: x.std(dim=1, correction=0), M, R)],
    np.cumsum: [(lambda x: x.cumsum(axis=1), lambda x: x.cumsum(dim=1), M, R)],
    np.reshape: [(lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2), M, R)],
    np.ravel: [(np.ravel, torch.ravel, M, R)],
    np.expand_dims: [(lambda x: np.expand_dims(x, 1), lambda x: x.unsqueeze(1), M, R)],
    np.squeeze: [(np.squeeze, torch.squeeze, ((2, 1, 3),), R)],
    np.broadcast_to: [(lambda x: np.broadcast_to(x, (4, 2, 3)), lambda x: x.expand(4, 2, 3), M, R)],
    np.swapaxes: [(lambda x: np.swapaxes(x, 0, 1), lambda x: x.swapaxes(0, 1), M, R)],
    np.moveaxis: [(lambda x: np.moveaxis(x, 0, 2), lambda x: x.moveaxis(0, 2), ((2, 3, 4),), R)],
    np.transpose: [(lambda x: x.transpose(2, 0, 1), lambda x: x.permute(2, 0, 1), ((2, 3, 4),), R)],
    np.concatenate: [
        (lambda a, b: np.concatenate([a, b], 1), lambda a, b: torch.cat([a, b], 1), ((2, 3), (2, 1)), R)
    ],
    np.stack: [(lambda a, b: np.stack([a, b], 1), lambda a, b: torch.stack([a, b], 1), M * 2, R)],
    np.split: [(lambda x: np.split(x, [1], 1)[1], lambda x: torch.tensor_split(x, [1], 1)[1], M, R)],
    np.copy: [(np.copy, torch.clone, M, R)],
    np.flip: [(lambda x: np.flip(x, 0), lambda x: x.flip(0), M, R)],
    np.roll: [(lambda x: np.roll(x, (1, 2), (0, 1)), lambda x: x.roll((1, 2), (0, 1)), M, R)],
    np.repeat: [(lambda x: np.repeat(x, 2, 1), lambda x: x.repeat_interleave(2, 1), M, R)],
    np.tile: [(lambda x: np.tile(x, (2, 1, 3)), lambda x: x.tile(2, 1, 3), M, R)],
    np.pad: [
        (
            lambda x: np.pad(x, ((0, 0), (1, 2)), constant_values=3.0),
            lambda x: torch.nn.functional.pad(x, (1, 2), value=3.0),
            M,
            R,
        ),
        (
            lambda x: np.pad(x, ((0, 0), (1, 2)), mode="reflect"),
            lambda x: torch.nn.functional.pad(x, (1, 2), mode="reflect"),
            M,
            R,
        ),
    ],
    np.take: [
        (
            lambda x: np.take(x, [0, 0, 2], axis=1),
            lambda x: torch.index_select(x, 1, torch.tensor([0, 0, 2])),
            M,
            R,
        )
    ],
    np.take_along_axis: [
        (
            lambda x: np.take_along_axis(x, np.array([[2, 2], [0, 1]]), 1),
            lambda x: torch.take_along_dim(x, torch.tensor([[2, 2], [0, 1]]), 1),
            M,
            R,
        )
    ],
    np.matmul: [
        (np.matmul, torch.matmul, ((5, 1, 2, 3), (4, 3, 2)), R),
        (np.matmul, torch.matmul, ((3,), (3,)), R),
    ],
    np.dot: [(np.dot, torch.dot, ((3,), (3,)), R)],
    np.tensordot: [
        (
            lambda a, b: np.tensordot(a, b, ([1], [0])),
            lambda a, b: torch.tensordot(a, b, ([1], [0])),
            ((2, 3, 2), (3, 4)),
            R,
        )
    ],
    np.einsum: [
        (
            lambda a, b: np.einsum("...iji,jk->...ik", a, b),
            lambda a, b: torch.einsum("...iji,jk->...ik", a, b),
            ((5, 2, 3, 2), (3, 4)),
            R,
        )
    ],
    np.outer: [(np.outer, torch.outer, ((2,), (3,)), R)],
    np.trace: [(np.trace, torch.trace, M, R)],
    np.diag: [(lambda x: np.diag(x, 1), lambda x: torch.diag(x, 1), shapes, R) for shapes in (M, ((3,),))],
    np.tril: [(lambda x: np.tril(x, -1), lambda x: torch.tril(x, -1), ((4, 3, 3),), R)],
    np.triu: [(np.triu, torch.triu, ((4, 3, 3),), R)],
    np.linalg.norm: [
        (partial(np.linalg.norm, ord=p, axis=1), partial(torch.linalg.vector_norm, ord=p, dim=1), M, R)
        for p in (1, 2, 3, np.inf, -np.inf)
    ],
    np.linalg.inv: [(np.linalg.inv, torch.linalg.inv, ((2, 3, 3),), "regular")],
    np.linalg.solve: [(np.linalg.solve, torch.linalg.solve, ((3, 3), (3, 2)), "regular")],
    np.linalg.slogdet: [
        (lambda x: np.linalg.slogdet(x)[1], lambda x: torch.linalg.slogdet(x)[1], ((2, 3, 3),), "regular")
    ],
    np.linalg.cholesky: [
        (
            lambda x: np.linalg.cholesky(x @ np.swapaxes(x, -1, -2)),
            lambda x: torch.linalg.cholesky(x @ x.mT),
            ((2, 3, 3),),
            "regular",
        )
    ],
    "getitem": [(lambda x: x[[1, 1], 1:], lambda x: x[[1, 1], 1:], M, R)],
    F.logsumexp: [
        (F.logsumexp, lambda x: torch.logsumexp(x, -1), M, R),
        (
            partial(F.logsumexp, axis=(0, 2), keepdims=True),
            lambda x: torch.logsumexp(x, (0, 2), keepdim=True),
            ((2, 3, 4),),
            R,
        ),
    ],
    F.sigmoid: [(F.sigmoid, torch.sigmoid, M, R)],
    F.softplus: [(F.softplus, torch.nn.functional.softplus, M, R)],
    F.relu: [(F.relu, torch.relu, M, R)],
    F.leaky_relu: [(F.leaky_relu, lambda x: torch.nn.functional.leaky_relu(x, 0.2), M, R)],
}
CASES = [
    (getattr(f, "__name__", getattr(f, "name", f)), *case) for f, cases in TWINS.items() for case in cases
]

# rows of our own that NumPy's functions above are made of, or that change nothing but the type
BENEATH = {"clip", "join", "getitem", "add_at", "einsum", "euclidean_norm", "log_abs_determinant", "pad"}
BENEATH |= {"identity", "astype"}


def draw(rng, shape, domain, dtype):
    x = rng.standard_normal(shape)
    if domain == P:
        x = 0.5 + x * x
    if domain == U:
        x = np.tanh(x) * 0.9
    if domain == "regular" and shape[-1] == shape[-2]:
        x = x + 4 * np.eye(shape[-1])
    return x.astype(dtype)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-11), (np.float32, 2e-4)], ids=["64", "32"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_values_and_gradients_agree_with_pytorch(case, dtype, tolerance, rng):
    _, ours, theirs, shapes, domain = case
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


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_second_derivatives_agree_with_pytorch(case, rng):
    """The gradient of ⟨u, ∂⟨g, f²⟩/∂x⟩: the square makes linear functions curved."""
    _, ours, theirs, shapes, domain = case
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


def test_every_row_has_a_twin():
    ours = {p for p in PRIMITIVES if p.function.__module__.startswith("scratchgen.autograd")}
    rows = {*TABLE, *SPREAD} - set(TWINS)
    assert not {f.__name__ for f in rows}
    assert {p.name for p in ours} - {f.__name__ for f in TABLE} <= BENEATH
