"""Rules of norms, inverses, solvers, determinants and factorisations.

The norm of a zero vector has the derivative 0, which is one of its subgradients, and no second derivative
(NaN): the direction of a zero vector does not exist.
A Cholesky factorisation, an eigenvalue decomposition and an SVD with hermitian=True read one triangle of their
argument only, and their derivative has all of its elements there. (PyTorch gives a symmetric matrix: for a symmetric
change both are the same.) Where eigenvalues or singular values are equal, the derivative of their vectors does not
exist (NaN or infinite).

Source: Giles (2008), Collected matrix derivative results for forward and reverse mode algorithmic
differentiation; Golub and Pereyra (1973) for the pseudo-inverse.
"""

from typing import NamedTuple

import numpy as np

from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.primitives import COMPOSED, defvjp, primitive, to_numpy
from scratchgen.autograd.pullback import defvjp_twin, pulled_back
from scratchgen.autograd.rules.contractions import swap
from scratchgen.autograd.rules.elementwise import conjugate_of, divided_by_length
from scratchgen.autograd.rules.reductions import expand_reduced, in_rows, widened

__all__ = ["SignAndLogDeterminant", "cofactors", "eigen_decomposition", "log_abs_determinant"]
__all__ += ["qr_decomposition", "singular_value_decomposition"]

# --- norms ------------------------------------------------------------------------------------------------


def _norm(x, ord=None, axis=None, keepdims=False):
    """The norms of np.linalg.norm other than the Euclidean one, composed of functions that have rules."""
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 2:
        return _matrix_norm(x, ord, axes, keepdims)
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    return p_norm(np.abs(x) if x.dtype.kind == "c" else x, ord, axis=axis, keepdims=keepdims)


def _matrix_norm(x, ord, axes, keepdims):
    if ord in (1, -1, np.inf, -np.inf):
        summed, over = axes if abs(ord) == 1 else axes[::-1]
        sums = np.sum(np.abs(x), axis=summed, keepdims=True)
        found = (np.max if ord > 0 else np.min)(sums, axis=over, keepdims=True)
    else:
        s = np.linalg.svd(np.moveaxis(x, axes, (-2, -1)), compute_uv=False)
        reduced = {"nuc": np.sum, 2: np.max, -2: np.min}[ord](s, axis=-1)
        found = np.expand_dims(reduced, tuple(i % x.ndim for i in axes))
    return found if keepdims else np.squeeze(found, axis=axes)


@primitive
def p_norm(x, ord, axis=None, *, keepdims=False):
    """(Σ |x|^p)^(1/p) with p = ord."""
    return np.linalg.norm(x, ord, axis=axis, keepdims=keepdims)


# ∂y/∂x = sign(x) (|x| / y)^(p−1), and 0 for a zero vector
def _along_p_norm(g, y, x, ord, axis=None, *, keepdims=False):
    if ord == 0:  # the number of elements that are not 0
        return np.zeros_like(x)
    g, y = (expand_reduced(a, x, axis, keepdims) for a in (g, y))
    return g * np.sign(x) * divided_by_length(np.abs(x), y) ** (ord - 1)


# ∂y/∂x = x / y
def _along_norm(g, y, x, ord=None, axis=None, keepdims=False):
    axis = axis if axis is None or isinstance(axis, tuple) else int(axis)  # NumPy takes 1.0 here
    vector = x.ndim == 1 if axis is None else not isinstance(axis, tuple)
    if ord is None or ord == "fro" or (ord == 2 and vector):
        scaled = divided_by_length(widened(g), widened(y))
        return expand_reduced(scaled, x, axis, keepdims) * conjugate_of(x)
    return pulled_back(lambda x: _norm(x, ord, axis, keepdims), g, x)[0]


defvjp(p_norm, _along_p_norm)
p_norm.name = "norm"
defvjp(np.linalg.norm, _along_norm)
defvjp_twin(
    np.linalg.vector_norm,
    lambda x, /, *, axis=None, keepdims=False, ord=2: _vector_norm(x, axis, keepdims, ord),
)
defvjp_twin(
    np.linalg.matrix_norm,
    lambda x, /, *, keepdims=False, ord="fro": np.linalg.norm(x, ord, axis=(-2, -1), keepdims=keepdims),
)


def _vector_norm(x, axis, keepdims, ord):
    """The norm of all numbers along the axes, whatever their number."""
    rows, axes = in_rows(x, axis)
    found = np.linalg.norm(rows, ord, axis=-1)
    return np.expand_dims(found, axes) if keepdims else found


# --- inverses ---------------------------------------------------------------------------------------------

# Y = A⁻¹        dY = −A⁻¹ dA A⁻¹
defvjp(np.linalg.inv, lambda g, y, a: -(swap(y) @ g @ swap(y)))


# A Y = B        ∂L/∂B = A⁻ᵀ G,   ∂L/∂A = −(A⁻ᵀ G) Yᵀ
def _solve_by_matrix(g, y, a, b):
    g, y = (np.expand_dims(g, -1), np.expand_dims(y, -1)) if b.ndim == 1 else (g, y)
    return sum_to_shape(-(np.linalg.solve(swap(a), g) @ swap(y)), a)


def _solve_by_right_side(g, y, a, b):
    if b.ndim == 1:
        return sum_to_shape(np.squeeze(np.linalg.solve(swap(a), np.expand_dims(g, -1)), -1), b)
    return sum_to_shape(np.linalg.solve(swap(a), g), b)


defvjp(np.linalg.solve, _solve_by_matrix, _solve_by_right_side)


# P = A⁺ of constant rank     dP = −P dA P + P Pᵀ dAᵀ (1 − A P) + (1 − P A) dAᵀ Pᵀ P
def _pinv_back(g, P, a):
    left = np.eye(a.shape[-2], dtype=a.dtype) - a @ P
    right = np.eye(a.shape[-1], dtype=a.dtype) - P @ a
    return -(swap(P) @ g @ swap(P)) + left @ swap(g) @ P @ swap(P) + swap(P) @ P @ swap(g) @ right


defvjp(np.linalg.pinv, _pinv_back)

# --- determinants -----------------------------------------------------------------------------------------


class SignAndLogDeterminant(NamedTuple):
    """The two results of np.linalg.slogdet: det A = sign · exp(logabsdet)."""

    sign: object
    logabsdet: object


@primitive
def log_abs_determinant(a):
    """log |det A|."""
    return np.linalg.slogdet(a)[1]


# d log |det A| = tr(A⁻¹ dA)
defvjp(log_abs_determinant, lambda g, y, a: g[..., None, None] * swap(np.linalg.inv(a)))
COMPOSED[np.linalg.slogdet] = lambda a: SignAndLogDeterminant(
    np.linalg.slogdet(to_numpy(a))[0], log_abs_determinant(a)
)


# ∂ det A/∂A = the cofactors of A, which are det A · A⁻ᵀ unless A is singular
def _determinant_back(g, y, a):
    if _is_singular(to_numpy(a), to_numpy(y)):
        return g[..., None, None] * cofactors(a)
    return (g * y)[..., None, None] * swap(np.linalg.inv(a))


def _is_singular(a, determinant):
    """Whether one of the matrices is singular up to rounding: then A⁻¹ has no correct digit."""
    finite = np.all(np.isfinite(a)) and a.size
    return np.any(determinant == 0) or (finite and np.any(np.linalg.matrix_rank(a) < a.shape[-1]))


@primitive
def cofactors(a):
    """C_ij = ∂ det A/∂A_ij of A = U diag(s) Vᵀ: C = det U det V · U diag(Π_{j≠i} s_j) Vᵀ. A may be singular."""
    u, s, vt = np.linalg.svd(a)
    others = np.stack([np.prod(np.delete(s, i, -1), axis=-1) for i in range(a.shape[-1])], axis=-1)
    return (np.linalg.det(u) * np.linalg.det(vt))[..., None, None] * ((u * others[..., None, :]) @ vt)


def _minors(a):
    """The cofactors by their definition: C_ij = (−1)^(i+j) det(A without row i and column j)."""
    n = a.shape[-1]
    rest = np.array([[i for i in range(n) if i != left_out] for left_out in range(n)], int).reshape(n, n - 1)
    sign = (-1.0) ** np.add.outer(np.arange(n), np.arange(n))
    return np.linalg.det(a[..., rest[:, None, :, None], rest[None, :, None, :]]) * sign.astype(a.dtype)


defvjp(cofactors, lambda g, y, a: pulled_back(_minors, g, a)[0])
defvjp(np.linalg.det, _determinant_back)

# --- factorisations -----------------------------------------------------------------------------------------


# A = L Lᵀ        ∂L/∂A = L⁻ᵀ Φ(Lᵀ G) L⁻¹,  Φ: the lower triangle with its diagonal halved
def _cholesky_back(g, L, a, upper=False):
    g, L = (swap(g), swap(L)) if upper else (g, L)
    halved = np.tri(a.shape[-1], dtype=a.dtype) - np.eye(a.shape[-1], dtype=a.dtype) / 2
    left = np.linalg.solve(swap(L), halved * (swap(L) @ np.tril(g)))
    S = swap(np.linalg.solve(swap(L), swap(left)))
    return _in_triangle(S, lower=not upper)


defvjp(np.linalg.cholesky, _cholesky_back)


def packed(arrays):
    """Several arrays as one vector: a node has one value."""
    return np.concatenate([np.ravel(a) for a in arrays])


def unpacked(vector, shapes):
    """The arrays of these shapes, one after another, that are in a vector."""
    ends = np.cumsum([int(np.prod(s)) for s in shapes])
    return [np.reshape(vector[end - int(np.prod(s)) : end], s) for end, s in zip(ends, shapes, strict=True)]


def _over_gap(a, gap):
    """a / gap, and 0 where both are 0: equal values do no harm where L does not depend on their vectors."""
    return a / np.where(np.equal(a, 0) & np.equal(gap, 0), np.ones_like(gap), gap)


def _eigen_shapes(a):
    return a.shape[:-1], a.shape


@primitive
def eigen_decomposition(a, lower=True):
    """The eigenvalues w and the eigenvectors V of symmetric matrices, A = V diag(w) Vᵀ, as one vector."""
    return packed(np.linalg.eigh(a, "L" if lower else "U"))


# ∂L/∂A = V (diag(g_w) + F ∘ Vᵀ G_V) Vᵀ, F_ij = 1 / (w_j − w_i) off the diagonal
def _eigen_back(g, y, a, lower=True):
    (g_w, g_V), (w, V) = unpacked(g, _eigen_shapes(a)), unpacked(y, _eigen_shapes(a))
    same = np.eye(a.shape[-1], dtype=a.dtype)
    gap = w[..., None, :] - w[..., :, None]
    inside = same * g_w[..., None, :] + _over_gap((1 - same) * (swap(V) @ g_V), gap)
    return _in_triangle(V @ inside @ swap(V), lower)


def _in_triangle(g, lower=True):
    """The cotangent of the triangle that is read: it stands for both elements a_ij and a_ji."""
    both = g + swap(g)
    half = (np.tril if lower else np.triu)(both, -1 if lower else 1)
    return half + g * np.eye(g.shape[-1], dtype=g.dtype)


defvjp(eigen_decomposition, _eigen_back)
eigen_decomposition.name = "eigh"
EighResult = type(np.linalg.eigh(np.eye(1)))


def _eigh(a, UPLO="L"):
    return EighResult(*unpacked(eigen_decomposition(a, lower=UPLO.upper() == "L"), _eigen_shapes(a)))


COMPOSED[np.linalg.eigh] = _eigh
defvjp_twin(np.linalg.eigvalsh, lambda a, UPLO="L": _eigh(a, UPLO)[0])


def _svd_shapes(a):
    *batch, m, n = a.shape
    k = min(m, n)
    return (*batch, m, k), (*batch, k), (*batch, k, n)


@primitive
def singular_value_decomposition(a, hermitian=False):
    """U, s and Vᵀ of A = U diag(s) Vᵀ, as one vector; U and V have as many columns as there are values."""
    return packed(np.linalg.svd(a, full_matrices=False, hermitian=hermitian))


# With P = Uᵀ G_U, Q = Vᵀ G_V and F_ij = 1 / (s_j² − s_i²) off the diagonal:
# ∂L/∂A = U ((F ∘ (P − Pᵀ)) S + S (F ∘ (Q − Qᵀ)) + diag(g_s)) Vᵀ
#         + (1 − U Uᵀ) G_U S⁻¹ Vᵀ + U S⁻¹ G_Vᵀ (1 − V Vᵀ)
def _svd_back(g, y, a, hermitian=False):
    (g_U, g_s, g_Vt), (U, s, Vt) = unpacked(g, _svd_shapes(a)), unpacked(y, _svd_shapes(a))
    V, g_V = swap(Vt), swap(g_Vt)
    same = np.eye(s.shape[-1], dtype=a.dtype)
    row, column = s[..., None, :], s[..., :, None]
    gap = row**2 - column**2
    P, Q = swap(U) @ g_U, swap(V) @ g_V
    of_U, of_V = _over_gap(P - swap(P), gap) * row, column * _over_gap(Q - swap(Q), gap)
    inside = of_U + of_V + same * g_s[..., None, :]
    found = U @ inside @ Vt
    if a.shape[-2] > s.shape[-1]:  # there are directions that U does not have
        found = found + _over_gap(g_U - U @ P, row) @ Vt
    if a.shape[-1] > s.shape[-1]:
        found = found + U @ _over_gap(swap(g_V - V @ Q), column)
    return _in_triangle(found) if hermitian else found


defvjp(singular_value_decomposition, _svd_back)
singular_value_decomposition.name = "svd"
SVDResult = type(np.linalg.svd(np.eye(1)))


def _svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    if compute_uv and full_matrices and a.shape[-1] != a.shape[-2]:
        raise TypeError(
            "np.linalg.svd is differentiable with full_matrices=False, of square matrices with both"
        )
    parts = unpacked(singular_value_decomposition(a, hermitian=hermitian), _svd_shapes(a))
    return SVDResult(*parts) if compute_uv else parts[1]


COMPOSED[np.linalg.svd] = _svd
defvjp_twin(np.linalg.svdvals, lambda x, /: _svd(x, compute_uv=False))


def _qr_shapes(a):
    *batch, m, n = a.shape
    return (*batch, m, n), (*batch, n, n)


@primitive
def qr_decomposition(a):
    """Q and R of A = Q R, of matrices with at least as many rows as columns, as one vector."""
    return packed(np.linalg.qr(a))


# ∂L/∂A = (G_Q + Q copyltu(M)) R⁻ᵀ,  M = R G_Rᵀ − G_Qᵀ Q,  copyltu: the lower triangle, mirrored
def _qr_back(g, y, a):
    (g_Q, g_R), (Q, R) = unpacked(g, _qr_shapes(a)), unpacked(y, _qr_shapes(a))
    M = R @ swap(g_R) - swap(g_Q) @ Q
    mirrored = np.tril(M) + swap(np.tril(M, -1))
    return swap(np.linalg.solve(R, swap(g_Q + Q @ mirrored)))


defvjp(qr_decomposition, _qr_back)
qr_decomposition.name = "qr"
QRResult = type(np.linalg.qr(np.eye(1)))


def _qr(a, mode="reduced"):
    if mode not in ("reduced", "r") or a.shape[-2] < a.shape[-1]:
        raise TypeError(
            "np.linalg.qr is differentiable in the modes reduced and r, of matrices that are not wide"
        )
    parts = unpacked(qr_decomposition(a), _qr_shapes(a))
    return parts[1] if mode == "r" else QRResult(*parts)


COMPOSED[np.linalg.qr] = _qr
