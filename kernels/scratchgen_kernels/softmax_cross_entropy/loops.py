"""L_i = log Σ_v exp(a_iv) − a_i,k_i, one element at a time: i row, v class."""

import math

import numpy as np


def largest(a):
    """The largest logit of a row; 0 where it is not finite: ∞ − ∞ would be NaN."""
    m = a.dtype.type(-math.inf)
    for v in range(len(a)):
        m = a[v] if a[v] > m else m
    return m if math.isfinite(m) else a.dtype.type(0)


def softmax_cross_entropy(logits, k):
    """logits: (N, V), k: (N,) → (N,)."""
    N, V = logits.shape
    losses = np.empty(N, logits.dtype)
    for i in range(N):
        m, total = largest(logits[i]), logits.dtype.type(0)
        for v in range(V):
            total += np.exp(logits[i, v] - m)
        losses[i] = np.log(total) + (m - logits[i, k[i]])
    return losses


def softmax_cross_entropy_backward(g, logits, k):
    """g: (N,), logits: (N, V), k: (N,) → (N, V)."""
    N, V = logits.shape
    g_logits = np.empty_like(logits)
    for i in range(N):
        m, total = largest(logits[i]), logits.dtype.type(0)
        for v in range(V):
            g_logits[i, v] = np.exp(logits[i, v] - m)
            total += g_logits[i, v]
        for v in range(V):
            g_logits[i, v] = g[i] * (g_logits[i, v] / total - (v == k[i]))
    return g_logits
