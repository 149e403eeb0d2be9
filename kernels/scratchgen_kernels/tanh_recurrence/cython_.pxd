# cython: language_level=3, cdivision=True
"""Activations of a row of sums, in place, to be inlined into the compiled recurrences."""

from cython cimport floating

from scratchgen_kernels.vector_math.cython_ cimport exp, tanh


cdef inline void tanh_of_sum(floating* a, const floating* b, Py_ssize_t n) noexcept nogil:
    """a = tanh(a + b)."""
    cdef Py_ssize_t j
    for j in range(n):
        a[j] = tanh(a[j] + b[j])


cdef inline void sigmoid_of_sum(floating* a, const floating* b, Py_ssize_t n) noexcept nogil:
    """a = σ(a + b) = 1 / (1 + exp(−a − b)), 0 where the exponential overflows."""
    cdef Py_ssize_t j
    cdef floating one = 1
    for j in range(n):
        a[j] = one / (one + exp(-(a[j] + b[j])))
