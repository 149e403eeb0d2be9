# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""L_i = log Σ_v exp(a_iv) − a_i,k_i, compiled when the package was installed.

Why it is fast: a row stays in the first cache between its largest logit, its sum and its gradient; the
exponential is an inlined polynomial, so that one instruction processes several elements; the maximum
and the sum are kept in eight parts side by side; rows are shared among threads.
"""

from cython cimport floating
from libc.math cimport INFINITY

from scratchgen_kernels.vector_math.cython_ cimport exp, log, magnitude, max_of, sum_of

import numpy as np

from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 16384  # elements that pay for a thread

cdef enum:
    STRETCH = 512  # elements of a row: their terms stay in the first cache until they are added


cdef inline floating largest(const floating* a, Py_ssize_t V) noexcept nogil:
    """The largest logit of a row; 0 where it is not finite: ∞ − ∞ would be NaN."""
    cdef floating zero = 0, m = max_of(a, V)
    return m if magnitude(m) < <floating>INFINITY else zero


cdef inline floating sum_of_exp(const floating* a, Py_ssize_t V, floating m) noexcept nogil:
    """Σ_v exp(a_v − m)."""
    cdef floating[STRETCH] terms
    cdef floating total = 0
    cdef Py_ssize_t first = 0, count, v
    while first < V:
        count = min(STRETCH, V - first)
        for v in range(count):
            terms[v] = exp(a[first + v] - m)
        total += sum_of(&terms[0], count)
        first += STRETCH
    return total


def forward(const floating[:, ::1] logits, const long long[::1] k, floating[::1] losses,
            Py_ssize_t start, Py_ssize_t stop):
    """losses_i for start ≤ i < stop."""
    cdef Py_ssize_t V = logits.shape[1], i
    cdef floating m
    with nogil:
        for i in range(start, stop):
            m = largest(&logits[i, 0], V)
            losses[i] = log(sum_of_exp(&logits[i, 0], V, m)) + (m - logits[i, k[i]])


def backward(const floating[::1] g, const floating[:, ::1] logits, const long long[::1] k,
             floating[:, ::1] g_logits, Py_ssize_t start, Py_ssize_t stop):
    """g_logits_i for start ≤ i < stop."""
    cdef Py_ssize_t V = logits.shape[1], i, v
    cdef floating m, total, chosen, g_i, one = 1
    with nogil:
        for i in range(start, stop):
            m, g_i = largest(&logits[i, 0], V), g[i]
            for v in range(V):
                g_logits[i, v] = exp(logits[i, v] - m)
            total = sum_of(&g_logits[i, 0], V)
            chosen = g_i * (g_logits[i, k[i]] / total - one)
            g_i = g_i / total
            for v in range(V):
                g_logits[i, v] = g_i * g_logits[i, v]
            g_logits[i, k[i]] = chosen


def softmax_cross_entropy(logits, k):
    """logits: (N, V), k: (N,) → (N,)."""
    losses = np.empty(len(logits), logits.dtype)
    grain_size = GRAIN_SIZE // max(logits.shape[1], 1) + 1
    in_parallel(lambda a, b: forward(logits, k, losses, a, b), len(logits), grain_size)
    return losses


def softmax_cross_entropy_backward(g, logits, k):
    """g: (N,), logits: (N, V), k: (N,) → (N, V)."""
    g_logits = np.empty_like(logits)
    grain_size = GRAIN_SIZE // max(logits.shape[1], 1) + 1
    in_parallel(lambda a, b: backward(g, logits, k, g_logits, a, b), len(logits), grain_size)
    return g_logits
