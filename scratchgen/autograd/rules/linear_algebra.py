"""Rules of matrix products, norms, inverses, solvers, determinants and the Cholesky factorisation.

Y = A B   ⇒   ∂L/∂A = G Bᵀ,   ∂L/∂B = Aᵀ G

The norm of a zero vector has derivative 0. A Cholesky factorisation reads one triangle of its argument only; its
derivative is given as a symmetric matrix, which is correct for symmetric changes of the argument.

Ledger: autograd.matrix_product
"""

from typing import NamedTuple

import numpy as np

from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.primitives import COMPOSED, defvjp, primitive, to_numpy
from scratchgen.autograd.rules.reductions import expand_reduced

__all__ = ["SignAndLogDeterminant", "euclidean_norm", "log_abs_determinant"]


def _swap(a):
    return np.swapaxes(a, -1, -2)


def _as_matrices(g, a, b):
    """Vectors as matrices, as in np.matmul: a becomes a row, b a column, and g gets the same axes."""
    if b.ndim == 1:
        b, g = np.expand_dims(b, -1), np.expand_dims(g, -1)
    if a.ndim == 1:
        a, g = np.expand_dims(a, 0), np.expand_dims(g, -2)
    return g, a, b


def _by_left(g, y, a, b):
    if a.ndim == b.ndim == 2:
        return g @ b.T
    g, left, right = _as_matrices(g, a, b)
    return np.reshape(sum_to_shape(g @ _swap(right), left), a.shape)


def _by_right(g, y, a, b):
    if a.ndim == b.ndim == 2:
        return a.T @ g
    g, left, right = _as_matrices(g, a, b)
    return np.reshape(sum_to_shape(_swap(left) @ g, right), b.shape)


defvjp(np.matmul, _by_left, _by_right)


def _dot(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    return a @ b if np.ndim(b) <= 2 else np.tensordot(a, b, axes=(-1, -2))


def _tensordot(a, b, axes=2):
    """Σ over pairs of axes: the other axes are merged into one per operand, and the sum is a matrix product."""
    of_a, of_b = (range(np.ndim(a) - axes, np.ndim(a)), range(axes)) if np.ndim(axes) == 0 else axes
    of_a = [i % np.ndim(a) for i in np.atleast_1d(of_a)]
    of_b = [i % np.ndim(b) for i in np.atleast_1d(of_b)]
    free_a = [i for i in range(np.ndim(a)) if i not in of_a]
    free_b = [i for i in range(np.ndim(b)) if i not in of_b]
    sides_a, sides_b = [np.shape(a)[i] for i in free_a], [np.shape(b)[i] for i in free_b]
    summed = int(np.prod([np.shape(a)[i] for i in of_a]))
    left = np.reshape(np.transpose(a, [*free_a, *of_a]), (int(np.prod(sides_a)), summed))
    right = np.reshape(np.transpose(b, [*of_b, *free_b]), (summed, int(np.prod(sides_b))))
    return np.reshape(left @ right, (*sides_a, *sides_b))


def _inner(a, b):
    return a * b if np.ndim(a) == 0 or np.ndim(b) == 0 else np.tensordot(a, b, axes=(-1, -1))


COMPOSED[np.dot] = _dot
COMPOSED[np.inner] = _inner
COMPOSED[np.vdot] = lambda a, b: np.ravel(a) @ np.ravel(b)
COMPOSED[np.tensordot] = _tensordot
COMPOSED[np.outer] = lambda a, b: np.expand_dims(np.ravel(a), 1) * np.ravel(b)

# --- norms ------------------------------------------------------------------------------------------------


@primitive
def euclidean_norm(x, axis=None, *, keepdims=False):
    """√Σ x² over the axes; over two axes this is the Frobenius norm."""
    return np.linalg.norm(x, axis=axis, keepdims=keepdims)


# ∂y/∂x = x / y
def _direction(g, y, x, axis=None, *, keepdims=False):
    return expand_reduced(g / np.where(np.equal(y, 0), np.ones_like(y), y), x, axis, keepdims) * x


defvjp(euclidean_norm, _direction)


def _norm(x, ord=None, axis=None, keepdims=False):
    if ord is None or ord == "fro":
        return euclidean_norm(x, axis=axis, keepdims=keepdims)
    if isinstance(axis, tuple) or (axis is None and x.ndim != 1):
        raise TypeError(
            f"np.linalg.norm of a matrix is differentiable as the Frobenius norm, not with ord={ord}; "
            "name an axis for the norms of vectors"
        )
    if ord == 2:
        return euclidean_norm(x, axis=axis, keepdims=keepdims)
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axis=axis, keepdims=keepdims)
    return np.sum(np.abs(x) ** ord, axis=axis, keepdims=keepdims) ** (1 / ord)


COMPOSED[np.linalg.norm] = _norm

# --- inverses ---------------------------------------------------------------------------------------------

# Y = A⁻¹        dY = −A⁻¹ dA A⁻¹
defvjp(np.linalg.inv, lambda g, y, a: -(_swap(y) @ g @ _swap(y)))


# A Y = B        ∂L/∂B = A⁻ᵀ G,   ∂L/∂A = −(A⁻ᵀ G) Yᵀ
def _solve_by_matrix(g, y, a, b):
    g, y = (np.expand_dims(g, -1), np.expand_dims(y, -1)) if b.ndim == 1 else (g, y)
    return sum_to_shape(-(np.linalg.solve(_swap(a), g) @ _swap(y)), a)


def _solve_by_right_side(g, y, a, b):
    if b.ndim == 1:
        return sum_to_shape(np.squeeze(np.linalg.solve(_swap(a), np.expand_dims(g, -1)), -1), b)
    return sum_to_shape(np.linalg.solve(_swap(a), g), b)


defvjp(np.linalg.solve, _solve_by_matrix, _solve_by_right_side)


class SignAndLogDeterminant(NamedTuple):
    """The two results of np.linalg.slogdet: det A = sign · exp(logabsdet)."""

    sign: object
    logabsdet: object


@primitive
def log_abs_determinant(a):
    """log |det A|."""
    return np.linalg.slogdet(a)[1]


# d log |det A| = tr(A⁻¹ dA)
defvjp(log_abs_determinant, lambda g, y, a: g[..., None, None] * _swap(np.linalg.inv(a)))
COMPOSED[np.linalg.slogdet] = lambda a: SignAndLogDeterminant(
    np.linalg.slogdet(to_numpy(a))[0], log_abs_determinant(a)
)


def _determinant(a):
    """det A; its derivative exists for regular matrices only, because it is computed from log |det A|."""
    sign, logabsdet = np.linalg.slogdet(a)
    return sign * np.exp(logabsdet)


COMPOSED[np.linalg.det] = _determinant


# A = L Lᵀ        ∂L/∂A = ½ (S + Sᵀ),  S = L⁻ᵀ Φ(Lᵀ G) L⁻¹,  Φ: the lower triangle with its diagonal halved
def _cholesky_back(g, L, a):
    halved = np.tri(a.shape[-1], dtype=a.dtype) - np.eye(a.shape[-1], dtype=a.dtype) / 2
    left = np.linalg.solve(_swap(L), halved * (_swap(L) @ np.tril(g)))
    S = _swap(np.linalg.solve(_swap(L), _swap(left)))
    return (S + _swap(S)) / 2


defvjp(np.linalg.cholesky, _cholesky_back)
