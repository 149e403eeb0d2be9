"""L_i = log Σ_v exp(a_iv) − a_i,k_i, whole arrays at a time."""

import numpy as np


def softmax_cross_entropy(logits, k):
    """logits: (N, V), k: (N,) → (N,)."""
    m = largest(logits)
    total = np.sum(np.exp(logits - m), axis=1)
    return np.log(total) + (m[:, 0] - logits[np.arange(len(k)), k])


def softmax_cross_entropy_backward(g, logits, k):
    """g: (N,), logits: (N, V), k: (N,) → (N, V)."""
    p = np.exp(logits - largest(logits))
    p /= np.sum(p, axis=1, keepdims=True)
    p[np.arange(len(k)), k] -= 1
    return g[:, None] * p


def largest(logits):
    """The largest logit of each row, (N, 1); 0 where it is not finite: ∞ − ∞ would be NaN."""
    m = np.max(logits, axis=1, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(m), m, 0).astype(logits.dtype)
