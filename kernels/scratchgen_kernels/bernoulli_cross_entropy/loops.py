"""L_i = Σ_d softplus(a_id) − x_id a_id, one element at a time: i row, d column."""

import numpy as np


def softplus(a):
    """log(1 + exp a), without overflow."""
    return max(a, a.dtype.type(0)) + np.log1p(np.exp(-abs(a)))


def sigmoid(a):
    """1 / (1 + exp(−a)), without overflow."""
    e = np.exp(-abs(a))
    return e / (1 + e) if a < 0 else 1 / (1 + e)


def bernoulli_cross_entropy(logits, x):
    """logits: (N, D), x: (M, D), M divides N → (N,)."""
    N, D = logits.shape
    losses = np.zeros(N, logits.dtype)
    for i in range(N):
        for d in range(D):
            a, x_d = logits[i, d], x[i % len(x), d]
            losses[i] += softplus(a) - x_d * a
    return losses


def bernoulli_cross_entropy_backward(g, logits, x):
    """g: (N,), logits: (N, D), x: (M, D) → (N, D)."""
    N, D = logits.shape
    g_logits = np.empty_like(logits)
    for i in range(N):
        for d in range(D):
            g_logits[i, d] = g[i] * (sigmoid(logits[i, d]) - x[i % len(x), d])
    return g_logits
