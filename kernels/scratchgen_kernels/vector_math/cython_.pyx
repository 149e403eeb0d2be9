# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""exp, log, tanh, sin and cos of arrays, compiled when the package was installed.

Why they are fast: `cython_.pxd` holds each function without a branch or a call, so that the loops here
become vector instructions; and long arrays are shared among threads.
"""

import numpy as np

from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 32768  # elements that pay for a thread


def exp_into(const floating[::1] x, floating[::1] y, Py_ssize_t start, Py_ssize_t stop):
    """y_i = exp(x_i) for start ≤ i < stop."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(start, stop):
            y[i] = exp(x[i])


def log_into(const floating[::1] x, floating[::1] y, Py_ssize_t start, Py_ssize_t stop):
    """y_i = log(x_i) for start ≤ i < stop."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(start, stop):
            y[i] = log(x[i])


def tanh_into(const floating[::1] x, floating[::1] y, Py_ssize_t start, Py_ssize_t stop):
    """y_i = tanh(x_i) for start ≤ i < stop."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(start, stop):
            y[i] = tanh(x[i])


def sincos_turns_into(const floating[::1] u, floating[::1] sine, floating[::1] cosine,
                      Py_ssize_t start, Py_ssize_t stop):
    """sin 2πu_i and cos 2πu_i for start ≤ i < stop."""
    cdef Py_ssize_t i
    cdef floating s, c
    with nogil:
        for i in range(start, stop):
            sincos_turns(u[i], &s, &c)
            sine[i] = s
            cosine[i] = c


def mapped(fill, x, results=1):
    """New arrays of the length of x, filled by the rows of a loop above."""
    results = [np.empty_like(x) for _ in range(results)]
    in_parallel(lambda start, stop: fill(x, *results, start, stop), len(x), grain_size=GRAIN_SIZE)
    return results


def exp_array(x):
    """x: (n,) → exp(x): (n,)."""
    return mapped(exp_into, x)[0]


def log_array(x):
    """x: (n,) → log(x): (n,)."""
    return mapped(log_into, x)[0]


def tanh_array(x):
    """x: (n,) → tanh(x): (n,)."""
    return mapped(tanh_into, x)[0]


def sincos_turns_array(u):
    """u: (n,) → sin 2πu, cos 2πu: (n,)."""
    return tuple(mapped(sincos_turns_into, u, results=2))
