# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The recurrence, compiled when the package was installed.

Why it is fast: the products that need no former step are one product over all T·B rows. The rest goes
through the whole sequence in one call, with the examples shared among threads; W_hh is put in
the order of the register tile once and stays in the cache. Each product is added to the
sums in place, and one pass over them applies the bias and tanh.
"""

from cython cimport floating

import numpy as np

from scratchgen_kernels.matmul.cython_ cimport times_packed

from scratchgen_kernels.matmul.cython_ import column_sums, packed, product
from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 2**21  # multiplications that pay for a thread, some 50 µs


def forward(floating[:, :, ::1] h, const floating[:, ::1] h0, const floating[::1] W_hh,
            const floating[::1] b_h, Py_ssize_t start, Py_ssize_t stop):
    """From x_t W_xh to h_t, in place, for examples start … stop − 1.   h: (T, B, H), W_hh packed"""
    cdef Py_ssize_t T = h.shape[0], H = h.shape[2], t, i
    cdef const floating* h_before = &h0[start, 0]
    cdef floating* h_t
    cdef const floating* b = &b_h[0]
    with nogil:
        for t in range(T):
            h_t = &h[t, start, 0]
            times_packed(stop - start, H, H, h_before, H, &W_hh[0], h_t, H, True)
            for i in range(stop - start):
                tanh_of_sum(h_t + i * H, b, H)
            h_before = h_t


def backward(const floating[:, :, ::1] g, const floating[:, :, ::1] h, const floating[::1] W_hh_T,
             floating[:, :, ::1] delta, floating[:, ::1] g_h0, Py_ssize_t start, Py_ssize_t stop):
    """δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²) and g_h0, for examples start … stop − 1.   W_hhᵀ packed"""
    cdef Py_ssize_t T = h.shape[0], H = h.shape[2], n = (stop - start) * H, t, i
    cdef const floating* h_t
    cdef const floating* g_t
    cdef floating* delta_t
    with nogil:
        for t in range(T - 1, -1, -1):
            h_t, g_t, delta_t = &h[t, start, 0], &g[t, start, 0], &delta[t, start, 0]
            if t == T - 1:
                for i in range(n):
                    delta_t[i] = g_t[i] * (1 - h_t[i] * h_t[i])
            else:
                times_packed(stop - start, H, H, &delta[t + 1, start, 0], H, &W_hh_T[0], delta_t, H, False)
                for i in range(n):
                    delta_t[i] = (g_t[i] + delta_t[i]) * (1 - h_t[i] * h_t[i])
        times_packed(stop - start, H, H, &delta[0, start, 0], H, &W_hh_T[0], &g_h0[start, 0], H, False)


def tanh_recurrence(x, h0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H)."""
    (T, B, D), H = x.shape, h0.shape[1]
    h = np.empty((T, B, H), x.dtype)
    if h.size == 0:
        return h
    product(x.reshape(T * B, D), W_xh, h.reshape(T * B, H))
    W = packed(W_hh)
    in_parallel(lambda start, stop: forward(h, h0, W, b_h, start, stop), B, GRAIN_SIZE // (T * H * H))
    return h


def tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh):
    """g, h: (T, B, H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_h)."""
    (T, B, D), H = x.shape, h0.shape[1]
    delta, g_h0 = np.empty_like(h), np.zeros_like(h0)
    if h.size > 0:
        W = packed(W_hh, transposed=True)
        in_parallel(lambda start, stop: backward(g, h, W, delta, g_h0, start, stop), B,
                    GRAIN_SIZE // (T * H * H))
    g_x, g_W_xh, g_b_h = input_gradients(delta, x, W_xh)
    return g_x, g_h0, g_W_xh, recurrent_gradient(delta, h, h0), g_b_h


def input_gradients(delta, x, W_xh):
    """(g_x, g_W_xh, g_b_h) from δ: (T, B, H), each sum over time one product over T·B rows."""
    (T, B, D), H = x.shape, W_xh.shape[1]
    rows, inputs = delta.reshape(T * B, H), x.reshape(T * B, D)
    g_x = product(rows, W_xh.T, np.empty_like(inputs)).reshape(T, B, D)
    g_W_xh = product(inputs.T, rows, np.empty_like(W_xh))
    return g_x, g_W_xh, column_sums(rows, np.empty(H, x.dtype))


def recurrent_gradient(delta, h, h0):
    """g_W_hh = Σ_t h_{t−1}ᵀ δ_t. h_{t−1} is h0 and then h, without a copy that holds both."""
    (T, B, H), G = h.shape, delta.shape[2]
    g_W_hh = np.zeros((H, G), h.dtype)
    if T > 0:
        product(h0.T, delta[0], g_W_hh)
        product(h[:T - 1].reshape((T - 1) * B, H).T, delta[1:].reshape((T - 1) * B, G), g_W_hh, add=True)
    return g_W_hh
