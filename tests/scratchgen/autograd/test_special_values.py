"""Derivatives at special values: of infinities, NaN and halves, at underflow, at zero vectors and singular matrices.

`test_edges.py` compares such values with PyTorch and JAX; here each expected value is a formula or a number
that a pencil finds. Each point has a wrong rule next to it, such as one that is right everywhere else; the claim must
reject it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from scratchgen import check_grads, grad, hessian, vjp
from scratchgen.autograd import GradientError
from scratchgen.autograd.primitives import row
from scratchgen.autograd.pullback import pulled_back
from scratchgen.autograd.rules.linear_algebra import cofactors, p_norm
from scratchgen.autograd.rules.reductions import expand_reduced

pytestmark = [pytest.mark.fast, pytest.mark.filterwarnings("ignore::RuntimeWarning")]  # NumPy's own, at NaN

INF, NAN = np.inf, np.nan
MANY = 70_000  # more than the greatest half, 65,504
HALVES = np.full(MANY, 0.5, np.float16)
SIGNS = np.where(np.arange(MANY) % 2, 0.25, -0.25).astype(np.float16)


@dataclass
class Point:
    """A point where a derivative is expected, and a rule that is wrong there.

    f         of the arguments x; its derivative by each, with a cotangent of ones, is expected
    of        the function whose rules are replaced by the wrong one
    wrong     wrong(g, y, *inputs), the rule of each argument, or of all if the row has one for all
    atol      of a sum that must be 0, of numbers of the order of 1
    """

    f: Callable
    x: Sequence
    expected: Sequence
    of: Any
    wrong: Callable | tuple
    atol: float = 0.0

    def check(self):
        """The derivatives are the expected ones up to some roundings, in the type of the argument."""
        y, pull = vjp(self.f, *self.x)
        found = pull(np.ones(y.shape, y.dtype))
        for a, g, expected in zip(self.x, found, self.expected, strict=True):
            expected = np.broadcast_to(np.asarray(expected, np.asarray(a).dtype), np.shape(a))
            np.testing.assert_allclose(
                g.numpy(), expected, rtol=4 * np.finfo(expected.dtype).eps, atol=self.atol
            )


def twin(function):
    """The rule of a row whose derivative is that of another function."""
    return lambda g, y, *inputs, call: pulled_back(lambda *xs: call.apply(function, xs), g, *inputs)


def half_mean(g, y, x, axis=None, *, keepdims=False):
    return expand_reduced(g / np.float16(x.size), x, axis, keepdims)


def half_extreme(g, y, x, axis=None, *, keepdims=False):
    ties = np.equal(x, y)
    return g * ties / np.sum(ties, dtype=np.float16)


OF_HALVES = {
    "the mean of 70,000 halves": Point(np.mean, [HALVES], [1 / MANY], np.mean, half_mean),
    "the average of 70,000 halves": Point(
        np.average, [HALVES], [1 / MANY], np.average, twin(lambda a: np.sum(a) / np.float16(a.size))
    ),
    "the mean of 70,000 halves without NaN": Point(
        np.nanmean, [HALVES], [1 / MANY], np.nanmean, twin(lambda a: np.sum(a) / np.float16(a.size))
    ),
    **{
        f"{f.__name__} of 70,000 equal halves": Point(f, [HALVES], [1 / MANY], f, half_extreme)
        for f in (np.max, np.min)
    },
    # Σ x² is not a half, and 2 / n is none either: y = (x − x̄)², of numbers with x̄ = 0
    "the variance of 70,000 halves": Point(
        np.var,
        [SIGNS],
        [2 * SIGNS.astype(float) / MANY],
        np.var,
        lambda g, y, x: g * (2 / np.float16(x.size)) * x,
    ),
    "the deviation of 70,000 halves": Point(
        lambda x: np.std(x / 4),
        [SIGNS],
        [SIGNS.astype(float) / MANY],
        np.std,
        lambda g, y, x: g * x / (np.float16(x.size) * y),
    ),
    "the norm of 70,000 halves": Point(
        np.linalg.norm,
        [HALVES],
        [1 / np.sqrt(MANY)],
        np.linalg.norm,
        lambda g, y, x: g * x / np.sqrt(np.sum(2 * x)),
    ),
    "log Σ exp of 70,000 halves": Point(
        np.logaddexp.reduce,
        [HALVES],
        [1 / MANY],
        np.logaddexp.reduce,
        lambda g, y, x, call: [g * np.exp(x - y)],
    ),
}


def share(g, y, a, b):
    """The rule of logaddexp that is right for finite numbers."""
    return g * np.exp(a - y)


def share_of_second(g, y, a, b):
    return g * np.exp(b - y)


# (a, b): ∂ log(eᵃ + eᵇ)/∂a; the derivative by b is the rest to 1
SHARES = {(INF, 1): 1, (1, INF): 0, (INF, INF): 0.5, (INF, -INF): 1, (-INF, INF): 0}
SHARES_OF_ALL = {(INF, 1, INF): (0.5, 0, 0.5), (-INF, -INF): (0, 0), (1, INF): (0, 1)}
INFINITE = {
    **{
        f"{f.__name__}{at}": Point(f, list(map(float, at)), [by_a, 1 - by_a], f, (share, share_of_second))
        for f in (np.logaddexp, np.logaddexp2)
        for at, by_a in SHARES.items()
    },
    **{
        f"logaddexp.reduce{at}": Point(
            np.logaddexp.reduce,
            [np.array(at)],
            [shares],
            np.logaddexp.reduce,
            lambda g, y, x, call: [g * np.exp(x - y)],
        )
        for at, shares in SHARES_OF_ALL.items()
    },
    "a NaN replaced by a number": Point(
        np.nan_to_num, [np.array([NAN, INF, -INF, 1])], [[0, 0, 0, 1]], np.nan_to_num, lambda g, y, x: g
    ),
    "1 / 0, the 0 a replaced NaN": Point(
        lambda x: 1 / np.nan_to_num(x),
        [np.array([NAN, 2])],
        [[0, -1 / 4]],
        np.nan_to_num,
        lambda g, y, x: g * np.isfinite(x),
    ),
    **{
        f"{f.__name__} next to NaN": Point(
            f, [np.array([NAN, 1.0]), np.array([2.0, NAN])], [[0, 1], [1, 0]], f, (first, second)
        )
        for f, first, second in (
            (np.fmax, lambda g, y, a, b: g * (a >= b), lambda g, y, a, b: g * (b >= a)),
            (np.fmin, lambda g, y, a, b: g * (a <= b), lambda g, y, a, b: g * (b <= a)),
        )
    },
    "the mean of no number": Point(np.nanmean, [np.array([NAN, NAN])], [[0, 0]], np.nanmean, twin(np.mean)),
    "the median of no number": Point(
        np.nanmedian, [np.array([NAN, NAN])], [[0, 0]], np.nanmedian, twin(lambda a: np.sort(a)[0])
    ),
    "the angle of a far point": Point(
        np.arctan2,
        [1e200, 1e200],
        [5e-201, -5e-201],
        np.arctan2,
        (lambda g, y, a, b: g * b / (a * a + b * b), lambda g, y, a, b: -g * a / (a * a + b * b)),
    ),
}


def cumulated(x):
    """Σ_k ∂(x_0 ⋯ x_k)/∂x_i, factor by factor."""
    n = len(x)
    return [sum(np.prod(np.delete(x[: k + 1], i)) for k in range(i, n)) for i in range(n)]


UNDERFLOW = np.array([1e-200, 1e-200, 1e200])
FACTORS = np.array([2.0, 0.0, 3.0, 0.0, 5.0])
PRODUCTS = {
    "a product that underflows": Point(
        np.prod, [UNDERFLOW], [[1, 1, 0]], np.prod, lambda g, y, x, axis=None, *, keepdims=False: g * y / x
    ),
    "the products of 200,000 factors, in linear memory": Point(
        np.prod, [np.ones(200_000)], [1], np.prod, lambda g, y, x, axis=None, *, keepdims=False: g * (y + x)
    ),
    "products with one zero and more": Point(
        np.cumprod,
        [FACTORS],
        [cumulated(FACTORS)],
        np.cumprod,
        lambda g, y, x, axis=None: np.flip(np.cumsum(np.flip(g * y))) / x,
    ),
    "(−2)ᵇ by b": Point(
        lambda b: (-2.0) ** b, [3.0], [NAN], np.power, (None, lambda g, y, a, b: g * y * np.log(np.abs(a)))
    ),
    "(−2)ᵇ by b, with float_power": Point(
        lambda b: np.float_power(-2.0, b),
        [3.0],
        [NAN],
        np.float_power,
        (None, lambda g, y, a, b: g * y * np.log(np.abs(a))),
    ),
    "(−2)³ by the base": Point(
        lambda a: a**3, [-2.0], [12], np.power, (lambda g, y, a, b: g * y * b / np.abs(a), None)
    ),
    "0ᵇ by b": Point(lambda b: 0.0**b, [2.0], [0], np.power, (None, lambda g, y, a, b: g * y * np.log(a))),
    "0¹ and 0² by the base": Point(
        lambda a: a ** np.array([1.0, 2.0]),
        [np.zeros(2)],
        [[1, 0]],
        np.power,
        (lambda g, y, a, b: g * y * b / a, None),
    ),
}


def over_length(g, y, x, *_, **__):
    """The rule of a norm that is right for all vectors but zero."""
    return g * x / y


def regularised(g, y, a):
    """det A · A⁻ᵀ of a matrix that is made regular first."""
    a = a + 0.01 * np.eye(len(a))
    return g * np.linalg.det(a) * np.linalg.inv(a).T


def cofactors_of(A):
    """(−1)^(i+j) times the determinant of the matrix without row i and column j."""
    n = len(A)
    return [
        [(-1.0) ** (i + j) * np.linalg.det(np.delete(np.delete(A, i, 0), j, 1)) for j in range(n)]
        for i in range(n)
    ]


ZEROS = np.zeros(3)
SINGULAR = {
    "of ones": np.ones((2, 2)),
    "of rank 2": np.diag([1.0, 2.0, 0.0]),
    "of rank 1": np.outer([1.0, 2.0, 3.0], [1.0, 0.0, 2.0]),
    "of zeros": np.zeros((3, 3)),
    "singular up to rounding": np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]),
}
VECTORS_AND_MATRICES = {
    **{
        f"‖0‖ with ord={p}": Point(
            lambda x, p=p: np.linalg.norm(x, p),
            [ZEROS],
            [ZEROS],
            p_norm if p in (1.5, 3) else np.linalg.norm,
            over_length,
        )
        for p in (None, 2, 3, 1.5)
    },
    "‖0‖ along axes": Point(
        lambda x: np.linalg.vector_norm(x, axis=(0, 2)),
        [np.zeros((2, 3, 2))],
        [0],
        np.linalg.norm,
        lambda g, y, x, ord, axis=-1, keepdims=False: g[..., None] * x / y[..., None],
    ),
    **{
        f"the matrix norm ‖0‖ with ord={p!r}": Point(
            lambda x, p=p: np.linalg.norm(x, p), [np.zeros((2, 2))], [0], np.linalg.norm, over_length
        )
        for p in ("fro", 1, -1, INF)
    },
    "the length of the point 0": Point(
        np.hypot, [0.0, 0.0], [0, 0], np.hypot, (lambda g, y, a, b: g * a / y, lambda g, y, a, b: g * b / y)
    ),
    # Σ σ_i of an orthogonal matrix Q = Q · 1 · 1 has the derivative U Vᵀ = Q although its singular values are equal
    "the sum of equal singular values": Point(
        lambda x: np.sum(np.linalg.svdvals(x)),
        [np.array([[0.6, -0.8], [0.8, 0.6]])],
        [[[0.6, -0.8], [0.8, 0.6]]],
        np.linalg.svdvals,
        lambda g, y, a, call: [g * NAN * a],
    ),
    "the sum of equal eigenvalues": Point(
        lambda x: np.sum(np.linalg.eigvalsh(x)),
        [2 * np.eye(3)],
        [np.eye(3)],
        np.linalg.eigvalsh,
        lambda g, y, a, call: [g * NAN * a],
    ),
    **{
        f"the determinant of a matrix {name}": Point(
            np.linalg.det, [A], [cofactors_of(A)], np.linalg.det, regularised, 1e-14
        )
        for name, A in SINGULAR.items()
    },
}


ONE = np.array([2.0])
EQUAL = np.full(4, 2.0)
STATISTICS = {
    "the variance of one number, with ddof=1": Point(
        lambda x: np.var(x, ddof=1),
        [ONE],
        [NAN],
        np.var,
        lambda g, y, x, axis=None, *, ddof=0, keepdims=False: (
            g * 2 * (x - np.mean(x)) / max(x.size - ddof, 1)
        ),
    ),
    "the deviation of one number, with ddof=1": Point(
        lambda x: np.std(x, ddof=1), [ONE], [NAN], np.std, lambda g, y, x, **_: 0 * x
    ),
    "the variance of one number next to NaN, with ddof=1": Point(
        lambda x: np.nanvar(x, ddof=1),
        [np.array([2.0, NAN])],
        [[NAN, 0]],
        np.nanvar,
        twin(lambda a, axis=None, *, ddof=0: np.var(a[:1])),
    ),
    "the deviation of equal numbers": Point(
        np.std, [EQUAL], [0], np.std, lambda g, y, x, **_: g * (x - np.mean(x)) / (x.size * y)
    ),
    "the deviation of equal numbers next to NaN": Point(
        np.nanstd, [np.array([2.0, NAN, 2.0])], [0], np.nanstd, twin(lambda a: np.sqrt(np.nanvar(a)))
    ),
    "|x (1 + 2i)|² at 3": Point(
        lambda x: np.abs(x * (1 + 2j)) ** 2, [3.0], [30], np.absolute, lambda g, y, x: g * x / y
    ),
    "|z| at 0": Point(
        lambda x: np.abs(x * (1 + 2j)), [0.0], [0], np.absolute, lambda g, y, x: g * np.conj(x) / y
    ),
}

POINTS = {**OF_HALVES, **INFINITE, **PRODUCTS, **VECTORS_AND_MATRICES, **STATISTICS}


@pytest.mark.parametrize("name", POINTS)
def test_the_derivative_at_a_special_value_is_the_expected_one(name):
    POINTS[name].check()


@pytest.mark.parametrize("name", POINTS)
def test_the_claim_above_rejects_a_rule_that_is_wrong_there(name, monkeypatch):
    point = POINTS[name]
    entry, rules = row(point.of), point.wrong if isinstance(point.wrong, tuple) else (point.wrong,) * 4
    if entry.joint is not None:
        monkeypatch.setattr(entry, "joint", point.wrong)
    else:
        monkeypatch.setattr(entry, "rules", rules)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        point.check()


# --- second derivatives -------------------------------------------------------------------------------------


SQUARED_LENGTHS = {
    "norm": lambda x: np.linalg.norm(x) ** 2,
    "vector_norm": lambda x: np.linalg.vector_norm(x) ** 2,
    "variance": lambda x: np.std(x) ** 2,
}


@pytest.mark.parametrize("name", SQUARED_LENGTHS)
def test_the_square_of_a_zero_length_has_the_gradient_zero_and_no_hessian(name):
    """‖x‖ has no direction at 0, and so no second derivative, though ‖x‖² has: 2 I, by np.sum(x * x)."""
    f = SQUARED_LENGTHS[name]
    np.testing.assert_array_equal(grad(f)(ZEROS).numpy(), ZEROS)
    assert np.isnan(hessian(f)(ZEROS).numpy()).all()
    np.testing.assert_array_equal(hessian(lambda x: np.sum(x * x))(ZEROS).numpy(), 2 * np.eye(3))


def test_the_claim_above_rejects_a_division_that_is_masked(monkeypatch):
    """Masked, the Hessian would be 0: a number, and a wrong one."""
    masked = lambda g, y, x: g * x / np.where(np.equal(y, 0), 1.0, y)
    monkeypatch.setattr(row(np.linalg.norm), "rules", (masked,))
    np.testing.assert_array_equal(hessian(SQUARED_LENGTHS["norm"])(ZEROS).numpy(), np.zeros((3, 3)))
    with pytest.raises(AssertionError):
        test_the_square_of_a_zero_length_has_the_gradient_zero_and_no_hessian("norm")


def test_the_second_derivative_of_a_squared_modulus_is_a_constant():
    """|x (1 + 2i)|² = 5 x²."""
    f = lambda x: np.abs(x * (1 + 2j)) ** 2
    assert grad(grad(f))(3.0).item() == pytest.approx(10, rel=1e-14)
    assert grad(grad(lambda x: np.real((x * (1 + 2j)) ** 2)))(3.0).item() == pytest.approx(-6, rel=1e-14)


@pytest.mark.parametrize("name", SINGULAR)
def test_the_determinant_of_a_singular_matrix_is_differentiable_any_number_of_times(name):
    """The determinant is a polynomial: a matrix of rank n − 2 still has second minors."""
    check_grads(np.linalg.det, SINGULAR[name], order=3)
    check_grads(np.linalg.det, np.stack([SINGULAR[name], np.eye(len(SINGULAR[name]))]))


def test_the_claim_above_rejects_cofactors_that_are_constant(monkeypatch):
    monkeypatch.setattr(cofactors, "rules", (lambda g, y, a: np.zeros_like(a),))
    with pytest.raises(GradientError):
        test_the_determinant_of_a_singular_matrix_is_differentiable_any_number_of_times("of ones")


def test_a_zero_is_a_singular_matrix_with_the_cofactor_one():
    np.testing.assert_array_equal(grad(lambda a: np.linalg.det(a))(np.zeros((1, 1))).numpy(), [[1]])
