# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""L_i = Σ_d softplus(a_id) − x_id a_id, compiled when the package was installed.

Why it is fast: one pass, whose exponential and logarithm are inlined polynomials, so that several
elements are handled with one instruction; a row is added up in several partial sums, because in a single sum every
addition would wait for the addition before; rows are shared among threads.
"""

from cython cimport floating

from scratchgen_kernels.vector_math.cython_ cimport sigmoid, softplus, sum_of

import numpy as np

from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 16384  # elements that pay for a thread

cdef enum:
    STRETCH = 512  # elements of a row: their terms stay in the first cache until they are added


def forward(const floating[:, ::1] logits, const floating[:, ::1] x, floating[::1] losses,
            Py_ssize_t start, Py_ssize_t stop):
    """losses_i for start ≤ i < stop."""
    cdef Py_ssize_t D = logits.shape[1], i, k, d, first, count
    cdef floating[STRETCH] terms
    with nogil:
        for i in range(start, stop):
            k = i % x.shape[0]
            losses[i] = 0
            first = 0
            while first < D:
                count = min(STRETCH, D - first)
                for d in range(count):
                    terms[d] = softplus(logits[i, first + d]) - x[k, first + d] * logits[i, first + d]
                losses[i] += sum_of(&terms[0], count)
                first += STRETCH


def backward(const floating[::1] g, const floating[:, ::1] logits, const floating[:, ::1] x,
             floating[:, ::1] g_logits, Py_ssize_t start, Py_ssize_t stop):
    """g_logits_i for start ≤ i < stop."""
    cdef Py_ssize_t D = logits.shape[1], i, k, d
    cdef floating g_i
    with nogil:
        for i in range(start, stop):
            g_i, k = g[i], i % x.shape[0]
            for d in range(D):
                g_logits[i, d] = g_i * (sigmoid(logits[i, d]) - x[k, d])


def bernoulli_cross_entropy(logits, x):
    """logits: (N, D), x: (M, D), M divides N → (N,)."""
    losses = np.empty(len(logits), logits.dtype)
    grain_size = GRAIN_SIZE // max(logits.shape[1], 1) + 1
    in_parallel(lambda a, b: forward(logits, x, losses, a, b), len(logits), grain_size)
    return losses


def bernoulli_cross_entropy_backward(g, logits, x):
    """g: (N,), logits: (N, D), x: (M, D) → (N, D)."""
    g_logits = np.empty_like(logits)
    grain_size = GRAIN_SIZE // max(logits.shape[1], 1) + 1
    in_parallel(lambda a, b: backward(g, logits, x, g_logits, a, b), len(logits), grain_size)
    return g_logits
