"""L_i = Σ_d softplus(a_id) − x_id a_id, whole arrays at a time."""

import numpy as np


def bernoulli_cross_entropy(logits, x):
    """logits: (N, D), x: (M, D), M divides N → (N,)."""
    softplus = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))
    return np.sum(softplus - repeated(x, logits) * logits, axis=1)


def bernoulli_cross_entropy_backward(g, logits, x):
    """g: (N,), logits: (N, D), x: (M, D) → (N, D)."""
    e = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1, e) / (1 + e)
    return g[:, None] * (sigmoid - repeated(x, logits))


def repeated(x, logits):
    """The rows of x, repeated to the number of rows of the logits."""
    return x if len(x) == len(logits) else np.tile(x, (len(logits) // max(len(x), 1), 1))
