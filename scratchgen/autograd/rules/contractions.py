"""Rules of products that sum over pairs of axes.

Y = A B   ⇒   ∂L/∂A = G Bᵀ,   ∂L/∂B = Aᵀ G

Any such product is linear in A and in B. Its cotangent by one of them is again such a product: of G with the
other factor, over the axes that G has from that factor.

Ledger: autograd.matrix_product
"""

import functools
from collections.abc import Callable

import numpy as np

from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.primitives import defvjp
from scratchgen.autograd.pullback import defvjp_twin

__all__ = ["swap"]


def swap(a):
    """The matrices of a, transposed."""
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
    return np.reshape(sum_to_shape(g @ swap(right), left), a.shape)


def _by_right(g, y, a, b):
    if a.ndim == b.ndim == 2:
        return a.T @ g
    g, left, right = _as_matrices(g, a, b)
    return np.reshape(sum_to_shape(swap(left) @ g, right), b.shape)


product: Callable
for product in (np.matmul, np.linalg.matmul):
    defvjp(product, _by_left, _by_right)

# --- pairs of axes ------------------------------------------------------------------------------------------


def _by_first(g, a, b, of_a, of_b):
    """The cotangent of a; of_a and of_b are the paired axes of a and of b.

    g has the free axes of a, and then those of b.
    """
    of_a, of_b, free_a, free_b = _sides(a, b, of_a, of_b)
    found = np.tensordot(g, b, (range(len(free_a), np.ndim(g)), free_b))
    return np.transpose(found, np.argsort([*free_a, *(of_a[of_b.index(i)] for i in sorted(of_b))]))


def _by_second(g, a, b, of_a, of_b):
    """The cotangent of b."""
    of_a, of_b, free_a, free_b = _sides(a, b, of_a, of_b)
    found = np.tensordot(a, g, (free_a, range(len(free_a))))
    return np.transpose(found, np.argsort([*(of_b[of_a.index(i)] for i in sorted(of_a)), *free_b]))


def _sides(a, b, of_a, of_b):
    of_a = [i % np.ndim(a) for i in of_a]
    of_b = [i % np.ndim(b) for i in of_b]
    free_a = [i for i in range(np.ndim(a)) if i not in of_a]
    free_b = [i for i in range(np.ndim(b)) if i not in of_b]
    return of_a, of_b, free_a, free_b


def _of_tensordot(a, b, axes):
    if np.ndim(axes) == 0:
        return range(np.ndim(a) - axes, np.ndim(a)), range(axes)
    return np.atleast_1d(axes[0]), np.atleast_1d(axes[1])


def _of_dot(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return (), ()
    return (-1,), (-1 if np.ndim(b) == 1 else -2,)


def _of_inner(a, b):
    return ((), ()) if np.ndim(a) == 0 or np.ndim(b) == 0 else ((-1,), (-1,))


defvjp(
    np.dot,
    lambda g, y, a, b: _by_first(g, a, b, *_of_dot(a, b)),
    lambda g, y, a, b: _by_second(g, a, b, *_of_dot(a, b)),
)
defvjp(
    np.inner,
    lambda g, y, a, b: _by_first(g, a, b, *_of_inner(a, b)),
    lambda g, y, a, b: _by_second(g, a, b, *_of_inner(a, b)),
)
for product in (np.tensordot, np.linalg.tensordot):
    defvjp(
        product,
        lambda g, y, a, b, axes=2: _by_first(g, a, b, *_of_tensordot(a, b, axes)),
        lambda g, y, a, b, axes=2: _by_second(g, a, b, *_of_tensordot(a, b, axes)),
    )

# y = Σ_i conj(a_i) b_i
defvjp(
    np.vdot,
    lambda g, y, a, b: np.conj(np.reshape(g * np.ravel(b), np.shape(a))),
    lambda g, y, a, b: np.reshape(g * np.conj(np.ravel(a)), np.shape(b)),
)
for product in (np.outer, np.linalg.outer):
    defvjp(
        product,
        lambda g, y, a, b: np.reshape(g @ np.ravel(b), np.shape(a)),
        lambda g, y, a, b: np.reshape(np.ravel(a) @ g, np.shape(b)),
    )


# y = Σ_i conj(a_i) b_i along an axis
def _vecdot(x1, x2, /, *, axis=-1):
    return np.sum(np.conj(x1) * x2, axis=axis)


defvjp_twin(np.linalg.vecdot, _vecdot)


def _kron(a, b):
    """All products of an element of a with an element of b: a's axis counts in steps of the length of b's."""
    n = max(np.ndim(a), np.ndim(b))
    a, b = (np.reshape(x, (1,) * (n - np.ndim(x)) + np.shape(x)) for x in (a, b))
    apart = np.reshape(a, [side for m in a.shape for side in (m, 1)])
    pairs = apart * np.reshape(b, [side for m in b.shape for side in (1, m)])
    return np.reshape(pairs, [p * q for p, q in zip(a.shape, b.shape, strict=True)])


def _cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """(a × b)_i = a_{i+1} b_{i+2} − a_{i+2} b_{i+1}, with i counted modulo 3."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    in_plane = a.shape[-1] == b.shape[-1] == 2
    a, b = _in_space(a), _in_space(b)
    turned = np.roll(a, -1, -1) * np.roll(b, -2, -1) - np.roll(a, -2, -1) * np.roll(b, -1, -1)
    return turned[..., 2] if in_plane else np.moveaxis(turned, -1, axisc)


def _in_space(a):
    """Vectors of 2 elements with a third one, 0."""
    return a if a.shape[-1] == 3 else np.pad(a, [(0, 0)] * (a.ndim - 1) + [(0, 1)])


def _linalg_cross(x1, x2, /, *, axis=-1):
    return _cross(x1, x2, axis=axis)


def _trace(a, offset=0, axis1=0, axis2=1):
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


def _multi_dot(arrays):
    return functools.reduce(np.dot, arrays)


def _matrix_power(a, n):
    if n < 0:
        a, n = np.linalg.inv(a), -n
    unit = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    return functools.reduce(np.matmul, [a] * n, unit) if n else unit + 0 * a


defvjp_twin(np.kron, _kron)
defvjp_twin(np.cross, _cross)
defvjp_twin(np.linalg.cross, _linalg_cross)
defvjp_twin(np.trace, _trace)
defvjp_twin(np.linalg.trace, lambda x, /, *, offset=0: np.sum(np.linalg.diagonal(x, offset=offset), axis=-1))
defvjp_twin(np.linalg.multi_dot, _multi_dot)
defvjp_twin(np.linalg.matrix_power, _matrix_power)

# --- convolution of sequences -------------------------------------------------------------------------------

# y_n = Σ_k a_k v_{n−k}        ∂L/∂a_k = Σ_n g_n v_{n−k}: the convolution of g with v reversed


def _whole(g, a, v, mode):
    """The cotangent of the whole convolution ("full"), of which "same" and "valid" keep the middle."""
    m, n = np.size(a), np.size(v)
    before = {"full": 0, "same": (min(m, n) - 1) // 2, "valid": min(m, n) - 1}[mode]
    return np.pad(g, (before, m + n - 1 - before - g.size))


def _convolved_with(other, g, x):
    return np.reshape(np.convolve(g, np.flip(np.ravel(other)), "valid"), np.shape(x))


defvjp(
    np.convolve,
    lambda g, y, a, v, mode="full": _convolved_with(v, _whole(g, a, v, mode), a),
    lambda g, y, a, v, mode="full": _convolved_with(a, _whole(g, a, v, mode), v),
)


def _correlate(a, v, mode="valid"):
    """c_k = Σ_n a_{n+k} conj(v_n): convolution with v reversed; if v is longer, the two change places."""
    if mode != "full" and v.size > a.size:
        return np.flip(np.convolve(np.conj(v), np.flip(a), mode))
    return np.convolve(a, np.flip(np.conj(v)), mode)


defvjp_twin(np.correlate, _correlate)
