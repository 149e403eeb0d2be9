# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The recurrence, compiled when the package was installed.

Why it is fast: the products that need no former step are one product over all T·B rows, written into the
memory of the gates. The rest goes through the whole sequence in one call, with the examples shared among
threads; W_hh is put in the order of the register tile once. The columns of r and z, which are added to the
contribution of x, are packed apart from the columns of n, which are not. Every pass over the units is one
simple loop over neighbours, so that it becomes vector instructions.
"""

from cython cimport floating

import numpy as np

from scratchgen_kernels.matmul.cython_ cimport times_packed
from scratchgen_kernels.tanh_recurrence.cython_ cimport sigmoid_of_sum
from scratchgen_kernels.vector_math.cython_ cimport tanh

from scratchgen_kernels.matmul.cython_ import column_sums, packed, product
from scratchgen_kernels.tanh_recurrence.cython_ import input_gradients, recurrent_gradient
from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 2**21  # multiplications that pay for a thread, some 50 µs


cdef inline void cell(floating* a, const floating* b, const floating* b_m, const floating* h_before,
                      floating* h, Py_ssize_t H) noexcept nogil:
    """One example: from the sums a, of which b and b_m are the biases, to r, z, n and m, in place, and h."""
    cdef const floating* z = a + H
    cdef floating* n = a + 2 * H
    cdef floating* m = a + 3 * H
    cdef floating one = 1
    cdef Py_ssize_t j
    sigmoid_of_sum(a, b, 2 * H)
    for j in range(H):
        m[j] += b_m[j]
    for j in range(H):
        n[j] += b[2 * H + j] + a[j] * m[j]
    for j in range(H):
        n[j] = tanh(n[j])
    for j in range(H):
        h[j] = (one - z[j]) * n[j] + z[j] * h_before[j]


cdef inline void cell_backward(const floating* g, const floating* a, const floating* h_before, floating* of_x,
                               floating* of_h, floating* dh, Py_ssize_t H) noexcept nogil:
    """One example: δ of the sums from r, z, n and m; dh goes from δh_t − g_t to δh_t z_t."""
    cdef const floating* z = a + H
    cdef const floating* n = a + 2 * H
    cdef const floating* m = a + 3 * H
    cdef floating* dn = of_x + 2 * H
    cdef floating one = 1
    cdef Py_ssize_t j
    for j in range(H):
        dh[j] += g[j]
    for j in range(H):
        dn[j] = dh[j] * (one - z[j]) * (one - n[j] * n[j])
    for j in range(H):
        of_x[H + j] = dh[j] * (h_before[j] - n[j]) * z[j] * (one - z[j])
    for j in range(H):
        of_x[j] = dn[j] * m[j] * a[j] * (one - a[j])
    for j in range(2 * H):
        of_h[j] = of_x[j]
    for j in range(H):
        of_h[2 * H + j] = dn[j] * a[j]
    for j in range(H):
        dh[j] *= z[j]


def forward(floating[:, :, ::1] gates, floating[:, :, ::1] h, const floating[:, ::1] h0,
            const floating[::1] W_rz, const floating[::1] W_n, const floating[::1] b, const floating[::1] b_m,
            Py_ssize_t start, Py_ssize_t stop):
    """From x_t W_xh to the gates, in place, and the states, for examples start … stop − 1."""
    cdef Py_ssize_t T = h.shape[0], H = h.shape[2], rows = stop - start, t, i
    cdef const floating* h_before = &h0[start, 0]
    cdef floating* a
    with nogil:
        for t in range(T):
            a = &gates[t, start, 0]
            times_packed(rows, H, 2 * H, h_before, H, &W_rz[0], a, 4 * H, True)
            times_packed(rows, H, H, h_before, H, &W_n[0], a + 3 * H, 4 * H, False)
            for i in range(rows):
                cell(a + i * 4 * H, &b[0], &b_m[0], h_before + i * H, &h[t, start + i, 0], H)
            h_before = &h[t, start, 0]


def backward(const floating[:, :, ::1] g, const floating[:, :, ::1] h, const floating[:, :, ::1] gates,
             const floating[:, ::1] h0, const floating[::1] W_hh_T, floating[:, :, ::1] of_x,
             floating[:, :, ::1] of_h, floating[:, ::1] dh, Py_ssize_t start, Py_ssize_t stop):
    """Fill of_x and of_h from the last step to the first; dh starts as zeros and ends as g_h0."""
    cdef Py_ssize_t T = h.shape[0], H = h.shape[2], t, i
    cdef const floating* h_before
    with nogil:
        for t in range(T - 1, -1, -1):
            for i in range(start, stop):
                h_before = &h[t - 1, i, 0] if t > 0 else &h0[i, 0]
                cell_backward(&g[t, i, 0], &gates[t, i, 0], h_before, &of_x[t, i, 0], &of_h[t, i, 0],
                              &dh[i, 0], H)
            times_packed(stop - start, 3 * H, H, &of_h[t, start, 0], 3 * H, &W_hh_T[0], &dh[start, 0], H,
                         True)


def gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H), gates: (T, B, 4H)."""
    (T, B, D), H = x.shape, h0.shape[1]
    h, gates = np.empty((T, B, H), x.dtype), np.empty((T, B, 4 * H), x.dtype)
    if gates.size > 0:
        product(x.reshape(T * B, D), W_xh, gates.reshape(T * B, 4 * H)[:, :3 * H])
        W_rz, W_n = packed(W_hh[:, :2 * H].copy()), packed(W_hh[:, 2 * H:].copy())
        b = b_x.copy()
        b[:2 * H] += b_h[:2 * H]
        in_parallel(lambda start, stop: forward(gates, h, h0, W_rz, W_n, b, b_h[2 * H:], start, stop), B,
                    GRAIN_SIZE // (3 * T * H * H))
    return h, gates


def gru_recurrence_backward(g, h, gates, x, h0, W_xh, W_hh):
    """g, h: (T, B, H), gates: (T, B, 4H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_x, g_b_h)."""
    (T, B), H = x.shape[:2], h0.shape[1]
    of_x, of_h = np.empty((T, B, 3 * H), x.dtype), np.empty((T, B, 3 * H), x.dtype)  # δa and δb
    g_h0 = np.zeros_like(h0)
    if gates.size > 0:
        W = packed(W_hh, transposed=True)
        in_parallel(lambda start, stop: backward(g, h, gates, h0, W, of_x, of_h, g_h0, start, stop), B,
                    GRAIN_SIZE // (3 * T * H * H))
    g_x, g_W_xh, g_b_x = input_gradients(of_x, x, W_xh)
    g_b_h = column_sums(of_h.reshape(T * B, 3 * H), np.empty(3 * H, x.dtype))
    return g_x, g_h0, g_W_xh, recurrent_gradient(of_h, h, h0), g_b_x, g_b_h
