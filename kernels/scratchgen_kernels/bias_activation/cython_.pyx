# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""y_ij = f(x_ij + b_j), compiled when the package was installed.

Why it is fast: one pass, whose functions are inlined polynomials, so that several elements are handled
with one instruction; the activation is looked up once per row. Forward shares rows among threads; backward
columns, so that the sum over rows has the same order for any number of threads.
"""

from cython cimport floating

from scratchgen_kernels.vector_math.cython_ cimport select, sigmoid, tanh

import numpy as np

from scratchgen_kernels.bias_activation import ACTIVATIONS
from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 16384  # elements that pay for a thread

cdef enum:
    IDENTITY, TANH, SIGMOID, RELU  # in the order of ACTIVATIONS


cdef inline void forward_row(int f, const floating* x, const floating* b, floating* y,
                             Py_ssize_t H) noexcept nogil:
    """y_j = f(x_j + b_j)."""
    cdef Py_ssize_t j
    cdef floating zero = 0
    if f == TANH:
        for j in range(H):
            y[j] = tanh(x[j] + b[j])
    elif f == SIGMOID:
        for j in range(H):
            y[j] = sigmoid(x[j] + b[j])
    elif f == RELU:
        for j in range(H):
            y[j] = select(x[j] + b[j] < zero, zero, x[j] + b[j])
    else:
        for j in range(H):
            y[j] = x[j] + b[j]


cdef inline void backward_row(int f, const floating* g, const floating* y, floating* g_x,
                              Py_ssize_t n) noexcept nogil:
    """g_x_j = g_j f′_j."""
    cdef Py_ssize_t j
    cdef floating zero = 0, one = 1
    if f == TANH:
        for j in range(n):
            g_x[j] = g[j] * (one - y[j] * y[j])
    elif f == SIGMOID:
        for j in range(n):
            g_x[j] = g[j] * (y[j] * (one - y[j]))
    elif f == RELU:
        for j in range(n):
            g_x[j] = g[j] * select(y[j] > zero, one, zero)
    else:
        for j in range(n):
            g_x[j] = g[j]


def forward(int f, const floating[:, ::1] x, const floating[::1] b, floating[:, ::1] y,
            Py_ssize_t start, Py_ssize_t stop):
    """Rows start … stop − 1 of y."""
    cdef Py_ssize_t H = x.shape[1], i
    with nogil:
        for i in range(start, stop):
            forward_row(f, &x[i, 0], &b[0], &y[i, 0], H)


def backward(int f, const floating[:, ::1] g, const floating[:, ::1] y, floating[:, ::1] g_x,
             floating[::1] g_b, Py_ssize_t start, Py_ssize_t stop):
    """Columns start … stop − 1 of g_x and g_b, which starts as zeros."""
    cdef Py_ssize_t i, j
    with nogil:
        for i in range(g.shape[0]):
            backward_row(f, &g[i, start], &y[i, start], &g_x[i, start], stop - start)
            for j in range(start, stop):
                g_b[j] += g_x[i, j]


def bias_activation(x, b, activation):
    """x: (N, H), b: (H,) → y: (N, H)."""
    y, f = np.empty_like(x), ACTIVATIONS.index(activation)
    if x.size:
        in_parallel(lambda i, j: forward(f, x, b, y, i, j), len(x), GRAIN_SIZE // x.shape[1] + 1)
    return y


def bias_activation_backward(g, y, activation):
    """g, y: (N, H) → (g_x: (N, H), g_b: (H,))."""
    g_x, g_b, f = np.empty_like(g), np.zeros(g.shape[1], g.dtype), ACTIVATIONS.index(activation)
    if g.size:
        grain_size = GRAIN_SIZE // len(g) + 1
        in_parallel(lambda i, j: backward(f, g, y, g_x, g_b, i, j), g.shape[1], grain_size, multiple=16)
    return g_x, g_b
