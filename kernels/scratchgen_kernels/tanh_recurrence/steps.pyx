# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The steps from loops to the fastest recurrence, forward: each step differs from the step before by one idea.

`loops.py` is the start: the same loops, run by the Python interpreter. `scratchgen/benchmarks/kernel_steps.py` measures
every step; kernels/README.md has the figures. The steps are for the tests, the tutorial and the benchmark;
`scratchgen_kernels.tanh_recurrence` is the kernel.
"""

from cython cimport floating
from libc.math cimport tanh as library_tanh
from libc.math cimport tanhf as library_tanhf

import numpy as np

from scratchgen_kernels.matmul.cython_ cimport times_packed
from scratchgen_kernels.tanh_recurrence.cython_ cimport tanh_of_sum

from scratchgen_kernels.matmul.cython_ import packed, product
from scratchgen_kernels.tanh_recurrence.cython_ import tanh_recurrence


cdef inline floating tanh_of_one(floating a) noexcept nogil:
    return library_tanhf(a) if floating is float else library_tanh(a)


cdef inline const floating* before(floating[:, :, ::1] h, const floating[:, ::1] h0,
                                   Py_ssize_t t) noexcept nogil:
    return &h[t - 1, 0, 0] if t > 0 else &h0[0, 0]


def loops(const floating[:, :, ::1] x, const floating[:, ::1] h0, const floating[:, ::1] W_xh,
          const floating[:, ::1] W_hh, const floating[::1] b_h, floating[:, :, ::1] h):
    """1. The loops of the equation, compiled: one sum per unit, down the columns of the weights."""
    cdef Py_ssize_t t, i, j, k, H = h.shape[2]
    cdef floating a
    with nogil:
        for t in range(h.shape[0]):
            for i in range(h.shape[1]):
                for j in range(H):
                    a = b_h[j]
                    for k in range(x.shape[2]):
                        a = a + x[t, i, k] * W_xh[k, j]
                    for k in range(H):
                        a = a + before(h, h0, t)[i * H + k] * W_hh[k, j]
                    h[t, i, j] = tanh_of_one(a)


def along_rows(const floating[:, :, ::1] x, const floating[:, ::1] h0, const floating[:, ::1] W_xh,
               const floating[:, ::1] W_hh, const floating[::1] b_h, floating[:, :, ::1] h):
    """2. All units of an example at once, along the rows of the weights: vectors, not single numbers."""
    cdef Py_ssize_t t, i, j, k, H = h.shape[2]
    cdef floating factor
    with nogil:
        for t in range(h.shape[0]):
            for i in range(h.shape[1]):
                for j in range(H):
                    h[t, i, j] = b_h[j]
                for k in range(x.shape[2]):
                    factor = x[t, i, k]
                    for j in range(H):
                        h[t, i, j] += factor * W_xh[k, j]
                for k in range(H):
                    factor = before(h, h0, t)[i * H + k]
                    for j in range(H):
                        h[t, i, j] += factor * W_hh[k, j]
                for j in range(H):
                    h[t, i, j] = tanh_of_one(h[t, i, j])


def inputs_first(x, h0, W_xh, W_hh, b_h, h):
    """3. The contribution of the inputs needs no former step: one product for all T·B rows, by the tile."""
    from_inputs(x, W_xh, h)
    add_states(h0, W_hh, b_h, h)


def from_inputs(x, W_xh, h):
    T, B, D = x.shape
    product(x.reshape(T * B, D), W_xh, h.reshape(T * B, W_xh.shape[1]))


def add_states(const floating[:, ::1] h0, const floating[:, ::1] W_hh, const floating[::1] b_h,
               floating[:, :, ::1] h):
    cdef Py_ssize_t t, i, j, k, H = h.shape[2]
    cdef floating factor
    with nogil:
        for t in range(h.shape[0]):
            for i in range(h.shape[1]):
                for k in range(H):
                    factor = before(h, h0, t)[i * H + k]
                    for j in range(H):
                        h[t, i, j] += factor * W_hh[k, j]
                for j in range(H):
                    h[t, i, j] = tanh_of_one(h[t, i, j] + b_h[j])


def packed_weights(x, h0, W_xh, W_hh, b_h, h):
    """4. The product of a step uses the register tile too, for which W_hh is packed once per sequence."""
    from_inputs(x, W_xh, h)
    add_states_by_tile(h0, packed(W_hh), b_h, h, False)


def vector_tanh(x, h0, W_xh, W_hh, b_h, h):
    """5. tanh as vector instructions, instead of one call of the C library per unit."""
    from_inputs(x, W_xh, h)
    add_states_by_tile(h0, packed(W_hh), b_h, h, True)


def add_states_by_tile(const floating[:, ::1] h0, const floating[::1] W_hh, const floating[::1] b_h,
                       floating[:, :, ::1] h, bint vectors):
    cdef Py_ssize_t t, i, j, B = h.shape[1], H = h.shape[2]
    with nogil:
        for t in range(h.shape[0]):
            times_packed(B, H, H, before(h, h0, t), H, &W_hh[0], &h[t, 0, 0], H, True)
            for i in range(B):
                if vectors:
                    tanh_of_sum(&h[t, i, 0], &b_h[0], H)
                else:
                    for j in range(H):
                        h[t, i, j] = tanh_of_one(h[t, i, j] + b_h[j])


def threads(x, h0, W_xh, W_hh, b_h, h):
    """6. Examples are shared among threads. This is the kernel."""
    h[...] = tanh_recurrence(x, h0, W_xh, W_hh, b_h)


STEPS = (loops, along_rows, inputs_first, packed_weights, vector_tanh, threads)


def run(step, x, h0, W_xh, W_hh, b_h):
    """h by one of STEPS, for plain arrays of one dtype in C order."""
    h = np.empty((len(x), *h0.shape), x.dtype)
    if h.size > 0:
        step(x, h0, W_xh, W_hh, b_h, h)
    return h
