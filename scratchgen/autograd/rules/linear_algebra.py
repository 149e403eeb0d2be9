"""Rules of matrix products.

Y = A B   ⇒   ∂L/∂A = G Bᵀ,   ∂L/∂B = Aᵀ G
"""

import numpy as np

from scratchgen.autograd.primitives import defvjp
from scratchgen.autograd.rules.elementwise import sum_to_shape


def _swap(a):
    return np.swapaxes(a, -1, -2)


def _as_matrices(g, a, b):
    """Vectors as matrices, as np.matmul does: b a column, a a row, and g to match."""
    if b.ndim == 1:
        b, g = np.expand_dims(b, -1), np.expand_dims(g, -1)
    if a.ndim == 1:
        a, g = np.expand_dims(a, 0), np.expand_dims(g, -2)
    return g, a, b


def _by_left(g, y, a, b):
    g, left, right = _as_matrices(g, a, b)
    return np.reshape(sum_to_shape(g @ _swap(right), left), a.shape)


def _by_right(g, y, a, b):
    g, left, right = _as_matrices(g, a, b)
    return np.reshape(sum_to_shape(_swap(left) @ g, right), b.shape)


defvjp(np.matmul, _by_left, _by_right)
