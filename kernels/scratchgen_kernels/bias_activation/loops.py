"""y_ij = f(x_ij + b_j), one element at a time: i row, j column."""

import numpy as np


def sigmoid(s):
    """1 / (1 + exp(−s)), without overflow."""
    e = np.exp(-abs(s))
    return e / (1 + e) if s < 0 else 1 / (1 + e)


FUNCTIONS = {
    "identity": lambda s: s,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda s: s.dtype.type(0) if s < 0 else s,  # NaN stays NaN
}
DERIVATIVES = {
    "identity": lambda y: 1,
    "tanh": lambda y: 1 - y * y,
    "sigmoid": lambda y: y * (1 - y),
    "relu": lambda y: 1 if y > 0 else 0,
}


def bias_activation(x, b, activation):
    """x: (N, H), b: (H,) → y: (N, H)."""
    f, y = FUNCTIONS[activation], np.empty_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = f(x[i, j] + b[j])
    return y


def bias_activation_backward(g, y, activation):
    """g, y: (N, H) → (g_x: (N, H), g_b: (H,))."""
    slope, g_x, g_b = DERIVATIVES[activation], np.empty_like(g), np.zeros(g.shape[1], g.dtype)
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            g_x[i, j] = g[i, j] * slope(y[i, j])
            g_b[j] += g_x[i, j]
    return g_x, g_b
