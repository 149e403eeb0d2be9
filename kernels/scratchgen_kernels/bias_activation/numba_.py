"""y_ij = f(x_ij + b_j), compiled on the first call.

Why it is fast: one pass, whose functions are inlined polynomials, so that one instruction processes several
elements; the activation is looked up once per row. Forward shares rows among threads, backward columns, so that the
sum over rows has the same order for any number of threads.
"""

import numpy as np

from scratchgen_kernels.bias_activation import ACTIVATIONS
from scratchgen_kernels.jit import compiled
from scratchgen_kernels.threads import in_parallel
from scratchgen_kernels.vector_math.numba_ import sigmoid, tanh

GRAIN_SIZE = 16384  # elements that pay for a thread
TANH, SIGMOID, RELU = map(ACTIVATIONS.index, ("tanh", "sigmoid", "relu"))


@compiled
def forward_row(f, x, b, y):
    """y_j = f(x_j + b_j)."""
    zero = x.dtype.type(0)
    if f == TANH:
        for j in range(len(x)):
            y[j] = tanh(x[j] + b[j])
    elif f == SIGMOID:
        for j in range(len(x)):
            y[j] = sigmoid(x[j] + b[j])
    elif f == RELU:
        for j in range(len(x)):
            s = x[j] + b[j]
            y[j] = zero if s < zero else s
    else:
        for j in range(len(x)):
            y[j] = x[j] + b[j]


@compiled
def backward_row(f, g, y, g_x):
    """g_x_j = g_j f′_j."""
    zero, one = g.dtype.type(0), g.dtype.type(1)
    if f == TANH:
        for j in range(len(g)):
            g_x[j] = g[j] * (one - y[j] * y[j])
    elif f == SIGMOID:
        for j in range(len(g)):
            g_x[j] = g[j] * (y[j] * (one - y[j]))
    elif f == RELU:
        for j in range(len(g)):
            g_x[j] = g[j] * (one if y[j] > zero else zero)
    else:
        for j in range(len(g)):
            g_x[j] = g[j]


@compiled
def add_row(g_x, g_b):
    """g_b_j += g_x_j."""
    for j in range(len(g_x)):
        g_b[j] += g_x[j]


@compiled
def forward(f, x, b, y):
    """All rows of y."""
    for i in range(len(x)):
        forward_row(f, x[i], b, y[i])


@compiled
def backward(f, g, y, g_x, g_b, start, stop):
    """Columns start … stop − 1 of g_x and g_b, which starts as zeros."""
    for i in range(len(g)):
        backward_row(f, g[i, start:stop], y[i, start:stop], g_x[i, start:stop])
        add_row(g_x[i, start:stop], g_b[start:stop])


def bias_activation(x, b, activation):
    """x: (N, H), b: (H,) → y: (N, H)."""
    y, f = np.empty_like(x), ACTIVATIONS.index(activation)
    in_parallel(lambda i, j: forward(f, x[i:j], b, y[i:j]), len(x), GRAIN_SIZE // max(x.shape[1], 1) + 1)
    return y


def bias_activation_backward(g, y, activation):
    """g, y: (N, H) → (g_x: (N, H), g_b: (H,))."""
    g_x, g_b, f = np.empty_like(g), np.zeros(g.shape[1], g.dtype), ACTIVATIONS.index(activation)
    grain_size = GRAIN_SIZE // max(len(g), 1) + 1
    in_parallel(lambda i, j: backward(f, g, y, g_x, g_b, i, j), g.shape[1], grain_size, multiple=16)
    return g_x, g_b
