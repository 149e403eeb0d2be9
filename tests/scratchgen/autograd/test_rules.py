"""Every row of the table of rules, against finite differences, to second order.

A case is a function, the shapes of its arguments and the range that they are drawn from. The last test walks
the table itself and fails if a row has no case here.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from scratchgen import check_grads, grad
from scratchgen.autograd import Tensor, no_grad
from scratchgen.autograd.primitives import PRIMITIVES, SPREAD, TABLE, row
from scratchgen.autograd.rules.einsum import einsum
from scratchgen.autograd.rules.elementwise import clip
from scratchgen.autograd.rules.indexing import add_at, getitem
from scratchgen.autograd.rules.linear_algebra import euclidean_norm, log_abs_determinant
from scratchgen.autograd.rules.shapes import astype, identity, join, pad

REAL, POSITIVE, DISTINCT, INSIDE = "real", "positive", "distinct", "inside"

# name: (function as NumPy or Python writes it, rows of the table that it covers, domain)
UNARY = {
    "negative": (lambda x: -x, np.negative, REAL),
    "positive": (np.positive, np.positive, REAL),
    "square": (np.square, np.square, REAL),
    "sqrt": (np.sqrt, np.sqrt, POSITIVE),
    "reciprocal": (np.reciprocal, np.reciprocal, POSITIVE),
    "exp": (np.exp, np.exp, REAL),
    "expm1": (np.expm1, np.expm1, REAL),
    "log": (np.log, np.log, POSITIVE),
    "log1p": (np.log1p, np.log1p, POSITIVE),
    "exp2": (np.exp2, np.exp2, REAL),
    "log2": (np.log2, np.log2, POSITIVE),
    "log10": (np.log10, np.log10, POSITIVE),
    "sinh": (np.sinh, np.sinh, REAL),
    "cosh": (np.cosh, np.cosh, REAL),
    "tanh": (np.tanh, np.tanh, REAL),
    "arcsinh": (np.arcsinh, np.arcsinh, REAL),
    "arccosh": (lambda x: np.arccosh(x + 1), np.arccosh, POSITIVE),
    "arctanh": (np.arctanh, np.arctanh, INSIDE),
    "sin": (np.sin, np.sin, REAL),
    "cos": (np.cos, np.cos, REAL),
    "tan": (np.tan, np.tan, INSIDE),
    "arcsin": (np.arcsin, np.arcsin, INSIDE),
    "arccos": (np.arccos, np.arccos, INSIDE),
    "arctan": (np.arctan, np.arctan, REAL),
    "sign": (np.sign, np.sign, DISTINCT),
    "absolute": (abs, np.absolute, DISTINCT),
    "clip": (lambda x: np.clip(x, -0.51, 0.52), clip, DISTINCT),
    "cube": (lambda x: x**3, np.power, REAL),
    "zeroth power": (lambda x: x**0 + x**1, np.power, REAL),
    "inverse power": (lambda x: x**-1.5, np.power, POSITIVE),
    "exponential": (lambda x: 1.7**x, np.power, REAL),
    "identity": (identity, identity, REAL),
    "astype": (lambda x: x.astype(np.float64), astype, REAL),
    "ravel": (np.ravel, np.ravel, REAL),
    "transpose": (np.transpose, np.transpose, REAL),
    "T": (lambda x: x.T, np.transpose, REAL),
    "transpose by axes": (lambda x: np.transpose(np.stack([x, x, 2 * x]), (1, -1, 0)), np.transpose, REAL),
    "clip below": (lambda x: np.clip(x, 0.075, None), clip, DISTINCT),
    "clip by rows": (
        lambda x: np.clip(x[0], a_min=None, a_max=np.full(x.shape, 0.075, x.dtype)),
        clip,
        DISTINCT,
    ),
    "expand_dims": (lambda x: np.expand_dims(x, 0), np.expand_dims, REAL),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, *x.shape)), np.broadcast_to, REAL),
    "sum": (np.sum, np.sum, REAL),
    "sum of the last axis": (lambda x: x.sum(axis=-1), np.sum, REAL),
    "sum keeping dimensions": (lambda x: x.sum(axis=(0, 1), keepdims=True), np.sum, REAL),
    "mean of an axis": (lambda x: x.mean(axis=1), np.mean, REAL),
    "reversed": (lambda x: x[::-1], getitem, REAL),
    "column": (lambda x: x[:, None, 0], getitem, REAL),
    "twice": (lambda x: x[:, np.array([0, 0, -1])], getitem, REAL),
    "concatenate": (lambda x: np.concatenate([x, 2 * x], axis=1), join, REAL),
    "concatenate flat": (lambda x: np.concatenate([x, x], axis=None), join, REAL),
    "stack": (lambda x: np.stack([x, -x], axis=-1), join, REAL),
    "swapaxes": (lambda x: np.swapaxes(x, 0, 1), np.swapaxes, REAL),
    "moveaxis": (lambda x: np.moveaxis(x, 0, 1), np.moveaxis, REAL),
    "reshape": (lambda x: x.reshape(-1, 1), np.reshape, REAL),
    "squeeze": (lambda x: np.squeeze(x[:1], axis=0), np.squeeze, REAL),
    "take_along_axis": (
        lambda x: np.take_along_axis(x, np.array([[1, 1, 0]]), axis=1),
        getitem,
        REAL,
    ),
    "prod": (np.prod, np.prod, REAL),
    "prod of an axis": (lambda x: x.prod(axis=-1), np.prod, REAL),
    "prod keeping dimensions": (lambda x: np.prod(x, axis=(1, 0), keepdims=True), np.prod, REAL),
    "var": (np.var, np.var, REAL),
    "var of an axis": (lambda x: x.var(axis=0, keepdims=True), np.var, REAL),
    "var without bias": (lambda x: np.var(np.stack([x, -x]), axis=(0, 2), ddof=1), np.var, REAL),
    "std": (lambda x: np.std(np.stack([x, x + 2])), np.std, REAL),
    "std of an axis": (lambda x: np.stack([x, x + 2]).std(axis=0, ddof=1, keepdims=True), np.std, REAL),
    "cumsum": (lambda x: x.cumsum(axis=1), np.cumsum, REAL),
    "cumsum of all": (np.cumsum, np.cumsum, REAL),
    "amax": (lambda x: np.amax(x, axis=-1), np.amax, DISTINCT),
    "amin": (np.amin, np.amin, DISTINCT),
    "copy": (np.copy, identity, REAL),
    "split in three": (lambda x: np.split(x, 3)[1] if len(x) % 3 == 0 else x, np.split, REAL),
    "split at": (lambda x: np.split(x, [1, 2], axis=-1)[0] * 2, np.split, REAL),
    "flip": (np.flip, np.flip, REAL),
    "flip an axis": (lambda x: np.flip(x, -1) * np.flip(x, (0, 1)), np.flip, REAL),
    "roll": (lambda x: np.roll(x, 2), np.roll, REAL),
    "roll an axis": (lambda x: np.roll(x, -1, axis=1), np.roll, REAL),
    "roll two axes": (lambda x: np.roll(x, (1, 2), (0, 1)), np.roll, REAL),
    "repeat": (lambda x: np.repeat(x, 2), np.repeat, REAL),
    "repeat rows": (lambda x: np.repeat(x, np.arange(len(x)), axis=0), np.repeat, REAL),
    "tile": (lambda x: np.tile(x, 3), np.tile, REAL),
    "tile all axes": (lambda x: np.tile(x, (2, 1, 3)), np.tile, REAL),
    "pad": (lambda x: np.pad(x, ((1, 0), (2, 3)), constant_values=4.0), pad, REAL),
    "pad evenly": (lambda x: np.pad(x, 1), np.pad, REAL),
    "pad with the edge": (lambda x: np.pad(x, 2, mode="edge"), np.pad, REAL),
    "pad by reflection": (lambda x: np.pad(x, ((0, 0), (2, 3)), mode="reflect"), np.pad, REAL),
    "pad by wrapping": (lambda x: np.pad(x, ((1, 2), (0, 1)), mode="wrap"), np.pad, REAL),
    "pad symmetrically": (lambda x: np.pad(x, (1, 2), mode="symmetric"), np.pad, REAL),
    "take": (lambda x: x.take([[0, 1], [1, 1]]), np.take, REAL),
    "take rows": (lambda x: np.take(x, 0, axis=0), np.take, REAL),
    "take columns": (lambda x: np.take(x, [[1, 0], [-1, -1]], axis=-1), np.take, REAL),
    "mask": (lambda x: x[np.arange(x.size).reshape(x.shape) % 2 == 0], getitem, REAL),
    "trace": (np.trace, np.trace, REAL),
    "trace aside": (lambda x: np.trace(np.stack([x, x * x]), 1, 1, 2), np.trace, REAL),
    "diagonal": (np.diag, np.diag, REAL),
    "diagonals aside": (lambda x: np.sum(np.diag(x, -1)) + np.sum(np.diag(x, 2)), np.diag, REAL),
    "matrix of a diagonal": (lambda x: np.diag(np.ravel(x)), np.diag, REAL),
    "matrix of a diagonal aside": (lambda x: np.diag(np.ravel(x), -2), np.diag, REAL),
    "tril": (np.tril, np.tril, REAL),
    "triu": (lambda x: np.triu(np.stack([x, x]), 1), np.triu, REAL),
    "norm": (np.linalg.norm, np.linalg.norm, POSITIVE),
    "norms of rows": (lambda x: np.linalg.norm(x, axis=1, keepdims=True), np.linalg.norm, POSITIVE),
    "norm as a matrix": (lambda x: np.linalg.norm(x, "fro", axis=(0, 1)), euclidean_norm, POSITIVE),
    "norm 1": (lambda x: np.linalg.norm(x, 1, axis=0), np.linalg.norm, DISTINCT),
    "norm 2": (lambda x: np.linalg.norm(x, 2, axis=-1), np.linalg.norm, POSITIVE),
    "norm 3": (lambda x: np.linalg.norm(-x, 3, axis=1), np.linalg.norm, POSITIVE),
    "greatest norm": (lambda x: np.linalg.norm(x, np.inf, axis=1), np.linalg.norm, DISTINCT),
    "least norm": (lambda x: np.linalg.norm(x[0], -np.inf), np.linalg.norm, DISTINCT),
    "inv": (lambda x: np.linalg.inv(well(x)), np.linalg.inv, REAL),
    "slogdet": (lambda x: np.linalg.slogdet(well(x)).logabsdet, np.linalg.slogdet, REAL),
    "slogdet of two": (
        lambda x: np.linalg.slogdet(np.stack([well(x), -2 * well(x)]))[1],
        log_abs_determinant,
        REAL,
    ),
    "cholesky": (lambda x: np.linalg.cholesky(well(x)), np.linalg.cholesky, REAL),
    "max": (lambda x: x.max(axis=0), np.max, DISTINCT),
    "max of all": (np.max, np.max, DISTINCT),
    "min keeping dimensions": (lambda x: x.min(axis=1, keepdims=True), np.min, DISTINCT),
}
NEED_ELEMENTS = {
    "clip by rows",
    *("column", "twice", "squeeze", "take_along_axis", "max", "max of all", "min keeping dimensions"),
    "mean of an axis",  # of nothing is not a number
    *("var", "var of an axis", "var without bias", "std", "std of an axis", "amax", "amin"),
    *("pad with the edge", "pad by reflection", "pad by wrapping", "pad symmetrically"),
    *("take", "take rows", "take columns", "norm", "norms of rows", "norm as a matrix", "norm 2", "norm 3"),
    *("greatest norm", "least norm"),
}

BINARY = {
    "add": (lambda a, b: a + b, np.add, REAL),
    "subtract": (lambda a, b: a - b, np.subtract, REAL),
    "multiply": (lambda a, b: a * b, np.multiply, REAL),
    "divide": (lambda a, b: a / b, np.divide, POSITIVE),
    "power": (lambda a, b: a**b, np.power, POSITIVE),
    "logaddexp": (np.logaddexp, np.logaddexp, REAL),
    "logaddexp2": (np.logaddexp2, np.logaddexp2, REAL),
    "arctan2": (np.arctan2, np.arctan2, POSITIVE),
    "hypot": (np.hypot, np.hypot, POSITIVE),
    "outer": (np.outer, np.outer, REAL),
    "maximum": (np.maximum, np.maximum, DISTINCT),
    "minimum": (np.minimum, np.minimum, DISTINCT),
    "clip between arrays": (lambda a, b: np.clip(a, b, b + 0.25), clip, DISTINCT),
    "where": (lambda a, b: np.where(np.array(True), a, b) + np.where(np.array(False), a, b), np.where, REAL),
}


def well(x):
    """A symmetric, positive definite and well-conditioned matrix made of x."""
    return x.T @ x + 2 * np.eye(x.shape[1], dtype=x.dtype)


def draw(rng, shape, domain):
    """Arguments in the domain; DISTINCT ones lie at least 0.04 apart: no step crosses a kink."""
    if domain == DISTINCT:
        n = int(np.prod(shape))
        return ((rng.permutation(n) - n / 2 + 0.25) * 0.1 + rng.uniform(-0.02, 0.02, n)).reshape(shape)
    if domain == INSIDE:
        return rng.uniform(-0.7, 0.7, shape)
    x = rng.standard_normal(shape)
    return 0.5 + x**2 if domain == POSITIVE else x


SHAPES = [(2, 3), (1, 2), (3, 0), (0, 2)]
POSSIBLE = [(name, s) for name in UNARY for s in SHAPES if 0 not in s or name not in NEED_ELEMENTS]


@pytest.mark.parametrize(("name", "shape"), POSSIBLE, ids=str)
def test_functions_of_one_array_have_the_derivatives_that_finite_differences_give(name, shape, rng):
    f, _, domain = UNARY[name]
    check_grads(f, draw(rng, shape, domain), order=3)


@settings(max_examples=12, deadline=None)
@given(
    shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0),
    seed=st.integers(0, 99),
)
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_arrays_sum_their_gradient_over_whatever_was_broadcast(name, shapes, seed):
    f, _, domain = BINARY[name]
    a_shape, b_shape = shapes.input_shapes
    both = draw(np.random.default_rng(seed), (int(np.prod(a_shape)) + int(np.prod(b_shape)),), domain)
    a, b = np.split(both, [int(np.prod(a_shape))])
    check_grads(f, a.reshape(a_shape), b.reshape(b_shape))


MATMUL_SHAPES = [
    *((((2, 3), (3, 4))), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (3,))),
    *(
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((3,), (5, 3, 2)),
        ((5, 2, 3), (3,)),
    ),
    *(((0, 3), (3, 2)), ((2, 0), (0, 3)), ((1, 1), (1, 1))),
]


@pytest.mark.parametrize("shapes", MATMUL_SHAPES, ids=str)
def test_matmul_of_vectors_matrices_and_stacks(shapes, rng):
    check_grads(np.matmul, *(rng.standard_normal(s) for s in shapes))
    check_grads(lambda a, b: a @ b, *(rng.standard_normal(s) for s in shapes), order=1)


DOT_SHAPES = [
    ((), (2, 3)),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((2, 3), (3, 2)),
    ((4, 2, 3), (3,)),
    ((3,), (2, 3, 4)),
]


@pytest.mark.parametrize("shapes", [*DOT_SHAPES, ((2, 1, 3), (4, 3, 2)), ((0, 3), (3, 0))], ids=str)
def test_dot_sums_the_last_axis_against_the_last_but_one(shapes, rng):
    a, b = (rng.standard_normal(s) for s in shapes)
    np.testing.assert_allclose(np.dot(Tensor(a), Tensor(b)).numpy(), np.dot(a, b), rtol=1e-13)
    check_grads(np.dot, a, b)


@pytest.mark.parametrize("axes", [0, 1, 2, (1, 0), ([1, 2], [0, 1]), ([2, 1], [1, 0]), (-1, 1)], ids=str)
def test_tensordot_sums_over_pairs_of_axes(axes, rng):
    a, b = rng.standard_normal((2, 3, 2)), rng.standard_normal((2, 3) if axes == 1 else (3, 2))
    np.testing.assert_allclose(np.tensordot(Tensor(a), Tensor(b), axes).numpy(), np.tensordot(a, b, axes))
    check_grads(lambda a, b: np.tensordot(a, b, axes), a, b)


EINSUMS = {
    "matrix product": ("ij,jk->ik", (2, 3), (3, 4)),
    "implicit result": ("ij,jk", (2, 3), (3, 4)),
    "implicit order": ("ba", (2, 3)),
    "trace": ("ii", (3, 3)),
    "diagonal": ("ii->i", (3, 3)),
    "diagonal of a product": ("iji,jk->ik", (2, 3, 2), (3, 4)),
    "one letter three times": ("iii,i->i", (2, 2, 2), (2,)),
    "sum of one operand": ("ij,k->k", (2, 3), (4,)),
    "sum of all": ("ij->", (2, 3)),
    "three operands": ("i,ij,j->", (2,), (2, 3), (3,)),
    "outer product": ("i,j->ij", (2,), (3,)),
    "stacks": ("...ij,...jk->...ik", (5, 2, 3), (3, 4)),
    "implicit stacks": ("...ij,jk", (5, 2, 3), (3, 4)),
    "stacks of stacks": ("a...,...->...a", (2, 3, 1), (4, 1, 5)),
    "one goes with many": ("ij,ij->ij", (1, 3), (2, 3)),
    "one is summed with many": ("ij,ij->", (1, 3), (2, 1)),
    "nothing": ("ij,jk->ik", (2, 0), (0, 3)),
    "no letters": (",->", (), ()),
}


@pytest.mark.parametrize("name", EINSUMS)
def test_einsum_in_all_its_forms(name, rng):
    subscripts, *shapes = EINSUMS[name]
    xs = [rng.standard_normal(s) for s in shapes]
    found = np.einsum(subscripts, *map(Tensor, xs)).numpy()
    np.testing.assert_allclose(found, np.einsum(subscripts, *xs), rtol=1e-13)
    check_grads(lambda *xs: np.einsum(subscripts, *xs), *xs)
    check_grads(lambda *xs: np.einsum(subscripts, *xs, optimize=True), *xs, order=1)


def test_einsum_with_lists_of_indices_says_how_to_write_it():
    with pytest.raises(TypeError, match="indices as a string"):
        np.einsum(Tensor(np.ones(2), requires_grad=True), [0], [0])


@pytest.mark.parametrize("b_shape", [(3,), (3, 2), (4, 3, 2), (1, 3, 2)], ids=str)
@pytest.mark.parametrize("stack", [(), (4,)], ids=str)
def test_solve_for_vectors_matrices_and_stacks(stack, b_shape, rng):
    A = rng.standard_normal((*stack, 3, 3)) + 4 * np.eye(3)
    b = rng.standard_normal(b_shape)
    check_grads(np.linalg.solve, A, b)


def test_the_differential_of_the_log_determinant_is_the_trace_of_the_relative_change(rng):
    """d log |det A| = tr(A⁻¹ dA), of either sign."""
    A, dA = rng.standard_normal((3, 3)), rng.standard_normal((3, 3))
    for sign in (1, -1):
        slope = grad(lambda A: np.linalg.slogdet(A)[1])(sign * A).numpy()
        assert np.sum(slope * dA) == pytest.approx(np.trace(np.linalg.solve(sign * A, dA)), rel=1e-11)
        assert np.sum(slope.T * dA) != pytest.approx(np.trace(np.linalg.solve(sign * A, dA)), rel=1e-3)


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
def test_a_product_with_zero_factors_has_the_derivatives_of_the_polynomial_that_it_is(zeros, rng):
    x = rng.standard_normal((2, 3))
    x[1, :zeros] = 0
    check_grads(lambda x: np.prod(x, axis=1), x, order=3)
    check_grads(np.prod, x, order=3)
    check_grads(lambda x: np.prod(np.stack([x, x + 1]), axis=(0, 2)), x)


def test_the_division_that_a_product_must_not_do_is_not_a_number():
    """The short rule y / x fails at a zero: the reason for the long one."""
    x = np.array([0.0, 2.0, 3.0])
    with np.errstate(invalid="ignore"):
        assert np.isnan(np.prod(x) / x).any()
    np.testing.assert_array_equal(grad(np.prod)(x).numpy(), [6, 0, 0])


@pytest.mark.parametrize("f", [np.std, np.linalg.norm, lambda x: np.std(x, axis=0, ddof=1)])
def test_the_deviation_of_equals_and_the_norm_of_nothing_have_slope_zero(f):
    np.testing.assert_array_equal(grad(f)(np.zeros(3)).numpy(), [0, 0, 0])


def test_other_norms_of_matrices_are_refused():
    with pytest.raises(TypeError, match="Frobenius norm, not with ord=2"):
        np.linalg.norm(Tensor(np.ones((2, 2)), requires_grad=True), 2)


def test_on_the_ends_of_an_interval_the_gradient_of_clip_goes_to_the_value():
    x, low, high = (Tensor(v, requires_grad=True) for v in ([0.0, 1.0, -1.0, 2.0], 0.0, 1.0))
    np.clip(x, low, high).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1, 0, 0])
    assert (low.grad, high.grad) == (1, 1)


@pytest.mark.parametrize("quadrant", [(1, 1), (1, -1), (-1, -1), (-1, 1)], ids=str)
def test_an_angle_turns_alike_in_every_quadrant(quadrant, rng):
    check_grads(np.arctan2, *(s * (0.5 + rng.random(3)) for s in quadrant))


@pytest.mark.parametrize(
    "index",
    [1, (slice(1, 3), 0), (..., 1), np.array([2, 2, 0]), (np.array([0, 3]), np.array([1, 1]))],
    ids=str,
)
def test_reading_at_an_index_and_adding_there_are_transposes(index, rng):
    x, shape = rng.standard_normal((4, 2)), (4, 2)
    g = rng.standard_normal(x[index].shape)
    assert np.sum(x[index] * g) == pytest.approx(np.sum(x * add_at(g, index, shape)), rel=1e-12)
    check_grads(lambda g: add_at(g, index, shape), g)


def test_adding_rows_by_sorting_equals_adding_one_at_a_time(rng):
    ids, rows = rng.integers(-5, 5, (7, 3)), rng.standard_normal((7, 3, 2))
    expected = np.zeros((5, 2))
    np.add.at(expected, ids, rows)
    np.testing.assert_allclose(add_at(rows, ids, (5, 2)), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [name for name in {**UNARY, **BINARY} if name != "astype"])  # on purpose
def test_values_and_gradients_keep_the_floating_point_type(name, dtype, rng):
    f, _, domain = {**UNARY, **BINARY}[name]
    count = 2 if name in BINARY else 1
    xs = [Tensor(draw(rng, (2, 3), domain).astype(dtype), requires_grad=True) for _ in range(count)]
    y = f(*xs)
    assert y.dtype == dtype
    y.backward(np.ones(y.shape))
    assert [x.grad.dtype for x in xs] == [dtype] * count
    with no_grad():
        np.testing.assert_array_equal(f(*xs).numpy(), f(*(x.data for x in xs)), strict=True)


TIES = {
    "maximum": (lambda a, b: np.maximum(a, b), (0.5, 0.5)),
    "minimum": (lambda a, b: np.minimum(a, b), (0.5, 0.5)),
}


@pytest.mark.parametrize("name", TIES)
def test_equal_arguments_of_maximum_and_minimum_share_the_gradient(name):
    f, expected = TIES[name]
    a, b = Tensor(1.0, requires_grad=True), Tensor(1.0, requires_grad=True)
    f(a, b).backward()
    assert (a.grad, b.grad) == expected


def test_equal_extremes_of_an_array_share_the_gradient():
    x = Tensor([3.0, 1.0, 3.0], requires_grad=True)
    x.max().backward()
    np.testing.assert_array_equal(x.grad, [0.5, 0, 0.5])


COMPOSED = {np.concatenate, np.stack, np.clip, np.copy, np.take_along_axis}  # covered by the rows they use


def rows_without_a_case(cases):
    """Rows of the autograd package, NumPy's functions and our own, that no case covers."""
    elsewhere = {np.matmul, np.linalg.solve, einsum, add_at, np.einsum, np.dot, np.tensordot}
    covered = {function for _, function, _ in cases} | elsewhere
    covered |= {row(function) for function in covered - set(SPREAD)} | COMPOSED
    own = [p for p in PRIMITIVES if getattr(p.function, "__module__", "").startswith("scratchgen.autograd")]
    return {
        p.__name__ if hasattr(p, "__name__") else p.name for p in {*own, *TABLE.values(), *SPREAD} - covered
    }


def test_every_row_of_the_table_has_a_case():
    assert not rows_without_a_case([*UNARY.values(), *BINARY.values()])


def test_the_walk_over_the_table_notices_a_row_without_a_case():
    missing = rows_without_a_case(UNARY.values())
    assert {"add", "where", "logaddexp"} <= missing


# --- where rules have gone wrong elsewhere -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(2.0, 0.0, 0.5), (0.0, 2.0, 0.0), (3.0, 1.0, 1 + np.log(3.0))]
)
def test_the_mixed_second_derivative_of_a_power(a, b, expected):
    """∂²(aᵇ)/∂b∂a = aᵇ⁻¹ (1 + b log a)."""
    by_a_then_b = grad(lambda b: grad(lambda a: a**b)(a))(b).item()
    assert by_a_then_b == pytest.approx(expected, rel=1e-12)


def test_zero_to_the_zero_has_slope_zero():
    x = Tensor([0.0, 2.0], requires_grad=True)
    (x ** np.array([0.0, 0.0])).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0])


def test_positional_arguments_that_a_rule_would_misread_are_refused():
    x = Tensor(np.ones((3, 3)), requires_grad=True)
    for call in (lambda: np.sum(x, 1, np.float64), lambda: np.max(x, 1, None, True)):
        with pytest.raises(TypeError, match="positional arguments"):
            call()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64])
def test_indices_of_any_integer_type_find_their_rows(dtype):
    x = Tensor(np.zeros((300, 2)), requires_grad=True)
    x[np.array([1, 1, 100], dtype)].sum().backward()
    assert x.grad[1, 0] == 2 and x.grad[100, 0] == 1 and x.grad.sum() == 6


def test_lists_are_arrays():
    x = Tensor(np.ones((2, 2)), requires_grad=True)
    (x @ [[1.0], [2.0]]).sum().backward()
    np.testing.assert_array_equal(x.grad, [[1, 2], [1, 2]])
