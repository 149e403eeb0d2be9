"""The recurrence, compiled on the first call.

What makes it fast: only the part that must go step by step is compiled, without a trip through Python for
every step; its inner loops walk along rows, so the compiler handles several units with one instruction. The
products that do not depend on the previous step are taken for all T·B rows at once by NumPy's BLAS, which
loops cannot beat.
"""

import math

import numpy as np

from scratchgen_kernels.jit import compiled
from scratchgen_kernels.tanh_recurrence.numpy_ import from_input, gradients


@compiled
def step(a, h_before, W_hh, h):
    """h = tanh(a + h_before W_hh) for one time step.   a, h_before, h: (B, H)"""
    B, H = h.shape
    for i in range(B):
        for j in range(H):
            h[i, j] = a[i, j]
        for k in range(H):
            h_ik = h_before[i, k]
            for j in range(H):
                h[i, j] += h_ik * W_hh[k, j]
        for j in range(H):
            h[i, j] = math.tanh(h[i, j])


@compiled
def forward(a, h0, W_hh, h):
    """Fill h, one step after another.   a, h: (T, B, H)"""
    if len(h) > 0:
        step(a[0], h0, W_hh, h[0])
    for t in range(1, len(h)):
        step(a[t], h[t - 1], W_hh, h[t])


@compiled
def backward(g, h, W_hh_T, delta, g_h):
    """Fill delta from the last step to the first; g_h starts as zeros and ends as g_h0.   W_hh_T = W_hhᵀ"""
    T, B, H = h.shape
    for t in range(T - 1, -1, -1):
        for i in range(B):
            for k in range(H):
                delta[t, i, k] = (g[t, i, k] + g_h[i, k]) * (1 - h[t, i, k] * h[t, i, k])
                g_h[i, k] = 0
            for j in range(H):
                delta_j = delta[t, i, j]
                for k in range(H):
                    g_h[i, k] += delta_j * W_hh_T[j, k]


def tanh_recurrence(x, h0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H)."""
    h = np.empty((x.shape[0], *h0.shape), x.dtype)
    forward(from_input(x, W_xh, b_h), h0, W_hh, h)
    return h


def tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh):
    """g, h: (T, B, H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_h)."""
    delta, g_h0 = np.empty_like(h), np.zeros_like(h0)
    backward(g, h, np.ascontiguousarray(W_hh.T), delta, g_h0)
    return gradients(delta, g_h0, h, x, h0, W_xh)
