# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The recurrence, compiled when the package was installed.

What makes it fast: only the part that must go step by step is compiled, without a trip through Python for
every step; its inner loops walk along rows, so the compiler handles several units with one instruction. The
products that do not depend on the previous step are taken for all T·B rows at once by NumPy's BLAS, which
loops cannot beat.
"""

from cython cimport floating
from libc.math cimport tanh, tanhf

import numpy as np

from scratchgen_kernels.tanh_recurrence.numpy_ import from_input, gradients


cdef inline floating tanh_(floating a) noexcept nogil:
    return tanhf(a) if floating is float else tanh(a)


cdef inline void step(const floating[:, ::1] a, const floating* h_before, const floating[:, ::1] W_hh,
                      floating[:, ::1] h, Py_ssize_t i) noexcept nogil:
    """h = tanh(a + h_before W_hh) for example i of one time step."""
    cdef Py_ssize_t H = h.shape[1], j, k
    for j in range(H):
        h[i, j] = a[i, j]
    for k in range(H):
        for j in range(H):
            h[i, j] += h_before[k] * W_hh[k, j]
    for j in range(H):
        h[i, j] = tanh_(h[i, j])


def forward(const floating[:, :, ::1] a, const floating[:, ::1] h0, const floating[:, ::1] W_hh,
            floating[:, :, ::1] h):
    """Fill h, one step after another.   a, h: (T, B, H)"""
    cdef Py_ssize_t T = h.shape[0], B = h.shape[1], t, i
    if h.shape[2] == 0:
        return
    with nogil:
        for t in range(T):
            for i in range(B):
                step(a[t], &h[t - 1, i, 0] if t > 0 else &h0[i, 0], W_hh, h[t], i)


def backward(const floating[:, :, ::1] g, const floating[:, :, ::1] h, const floating[:, ::1] W_hh_T,
             floating[:, :, ::1] delta, floating[:, ::1] g_h):
    """Fill delta from the last step to the first; g_h starts as zeros and ends as g_h0.   W_hh_T = W_hhᵀ"""
    cdef Py_ssize_t T = h.shape[0], B = h.shape[1], H = h.shape[2], t, i, j, k
    cdef floating delta_j
    with nogil:
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
