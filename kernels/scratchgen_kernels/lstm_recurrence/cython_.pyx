# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The recurrence, compiled when the package was installed.

Why it is fast: the products that need no former step are one product over all T·B rows. The rest goes
through the whole sequence in one call, with the examples shared among threads; W_hh is put in
the order of the register tile once. The gates overwrite their sums in place, one simple loop over
neighbours per gate, so that every loop becomes vector instructions.
"""

from cython cimport floating

import numpy as np

from scratchgen_kernels.matmul.cython_ cimport times_packed
from scratchgen_kernels.tanh_recurrence.cython_ cimport sigmoid_of_sum, tanh_of_sum
from scratchgen_kernels.vector_math.cython_ cimport tanh

from scratchgen_kernels.matmul.cython_ import packed, product
from scratchgen_kernels.tanh_recurrence.cython_ import input_gradients, recurrent_gradient
from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 2**21  # multiplications that pay for a thread, some 50 µs


cdef inline void cell(floating* a, const floating* b, const floating* c_before, floating* c, floating* h,
                      Py_ssize_t H) noexcept nogil:
    """One example: from the sums a to the gates, in place, and the states."""
    cdef const floating* f = a + H
    cdef const floating* g = a + 2 * H
    cdef const floating* o = a + 3 * H
    cdef Py_ssize_t j
    sigmoid_of_sum(a, b, 2 * H)
    tanh_of_sum(a + 2 * H, b + 2 * H, H)
    sigmoid_of_sum(a + 3 * H, b + 3 * H, H)
    for j in range(H):
        c[j] = f[j] * c_before[j] + a[j] * g[j]
    for j in range(H):
        h[j] = o[j] * tanh(c[j])


cdef inline void cell_backward(const floating* g_h, const floating* g_c, const floating* a, const floating* c,
                               const floating* c_before, floating* delta, floating* dh, floating* dc,
                               Py_ssize_t H) noexcept nogil:
    """One example: delta from the gates a; dc goes from δc_{t+1} f_{t+1} to δc_t f_t."""
    cdef const floating* i = a
    cdef const floating* f = a + H
    cdef const floating* g = a + 2 * H
    cdef const floating* o = a + 3 * H
    cdef floating* do = delta + 3 * H
    cdef floating one = 1
    cdef Py_ssize_t j
    for j in range(H):
        dh[j] += g_h[j]
    for j in range(H):
        do[j] = tanh(c[j])
    for j in range(H):
        dc[j] += g_c[j] + dh[j] * o[j] * (one - do[j] * do[j])
    for j in range(H):
        do[j] = dh[j] * do[j] * o[j] * (one - o[j])
    for j in range(H):
        delta[j] = dc[j] * g[j] * i[j] * (one - i[j])
    for j in range(H):
        delta[H + j] = dc[j] * c_before[j] * f[j] * (one - f[j])
    for j in range(H):
        delta[2 * H + j] = dc[j] * i[j] * (one - g[j] * g[j])
    for j in range(H):
        dc[j] *= f[j]


def forward(floating[:, :, ::1] gates, floating[:, :, :, ::1] states, const floating[:, ::1] h0,
            const floating[:, ::1] c0, const floating[::1] W_hh, const floating[::1] b_h,
            Py_ssize_t start, Py_ssize_t stop):
    """From x_t W_xh to the gates, in place, and the states, for examples start … stop − 1.   W_hh packed"""
    cdef Py_ssize_t T = states.shape[1], H = states.shape[3], t, m
    cdef const floating* h_before = &h0[start, 0]
    cdef const floating* c_before = &c0[start, 0]
    with nogil:
        for t in range(T):
            times_packed(stop - start, H, 4 * H, h_before, H, &W_hh[0], &gates[t, start, 0], 4 * H, True)
            for m in range(stop - start):
                cell(&gates[t, start + m, 0], &b_h[0], c_before + m * H, &states[1, t, start + m, 0],
                     &states[0, t, start + m, 0], H)
            h_before, c_before = &states[0, t, start, 0], &states[1, t, start, 0]


def backward(const floating[:, :, :, ::1] g, const floating[:, :, :, ::1] states,
             const floating[:, :, ::1] gates, const floating[:, ::1] c0, const floating[::1] W_hh_T,
             floating[:, :, ::1] delta, floating[:, ::1] dh, floating[:, ::1] dc,
             Py_ssize_t start, Py_ssize_t stop):
    """Fill delta from the last step to the first; dh and dc start as zeros and end as g_h0 and g_c0."""
    cdef Py_ssize_t T = states.shape[1], H = states.shape[3], t, m
    cdef const floating* c_before
    with nogil:
        for t in range(T - 1, -1, -1):
            for m in range(start, stop):
                c_before = &states[1, t - 1, m, 0] if t > 0 else &c0[m, 0]
                cell_backward(&g[0, t, m, 0], &g[1, t, m, 0], &gates[t, m, 0], &states[1, t, m, 0], c_before,
                              &delta[t, m, 0], &dh[m, 0], &dc[m, 0], H)
            times_packed(stop - start, 4 * H, H, &delta[t, start, 0], 4 * H, &W_hh_T[0], &dh[start, 0], H,
                         False)


def lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0, c0: (B, H) → states: (2, T, B, H), gates: (T, B, 4H)."""
    (T, B, D), H = x.shape, h0.shape[1]
    states, gates = np.empty((2, T, B, H), x.dtype), np.empty((T, B, 4 * H), x.dtype)
    if gates.size > 0:
        product(x.reshape(T * B, D), W_xh, gates.reshape(T * B, 4 * H))
        W = packed(W_hh)
        in_parallel(lambda start, stop: forward(gates, states, h0, c0, W, b_h, start, stop), B,
                    GRAIN_SIZE // (4 * T * H * H))
    return states, gates


def lstm_recurrence_backward(g, states, gates, x, h0, c0, W_xh, W_hh):
    """g, states: (2, T, B, H), gates: (T, B, 4H) → (g_x, g_h0, g_c0, g_W_xh, g_W_hh, g_b_h)."""
    (T, B), H = x.shape[:2], h0.shape[1]
    delta, g_h0, g_c0 = np.empty_like(gates), np.zeros_like(h0), np.zeros_like(c0)
    if gates.size > 0:
        W = packed(W_hh, transposed=True)
        in_parallel(lambda start, stop: backward(g, states, gates, c0, W, delta, g_h0, g_c0, start, stop), B,
                    GRAIN_SIZE // (4 * T * H * H))
    g_x, g_W_xh, g_b_h = input_gradients(delta, x, W_xh)
    return g_x, g_h0, g_c0, g_W_xh, recurrent_gradient(delta, states[0], h0), g_b_h
