# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""z_i = mu_i + exp(½ logvar_i) ε_i, compiled when the package was installed.

Why it is fast: the noise of a short stretch is computed in the first cache, with vector instructions, and used at
once; one pass over the arrays, without temporary arrays; long arrays are shared among threads.
"""

from cython cimport floating
from libc.stdint cimport uint64_t

from scratchgen_kernels.normal_noise.cython_ cimport BLOCKS, STRETCH, fill_stretch
from scratchgen_kernels.vector_math.cython_ cimport exp_begun, exp_ended

import numpy as np

from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 16384  # elements that pay for a thread


def shift_and_scale(const floating[::1] mu, const floating[::1] logvar, floating[::1] z,
                    uint64_t key, uint64_t counter, Py_ssize_t start, Py_ssize_t stop):
    """z_i for start ≤ i < stop."""
    cdef floating[STRETCH] eps, r, n
    cdef floating half = 0.5
    cdef uint64_t block = (counter + <uint64_t>start) // 4
    cdef Py_ssize_t lane = (counter + <uint64_t>start) % 4, i = start, j, count
    with nogil:
        while i < stop:
            fill_stretch(block, key, min(BLOCKS, (lane + stop - i + 3) // 4), &eps[0])
            count = min(STRETCH - lane, stop - i)
            for j in range(count):
                r[j] = exp_begun(half * logvar[i + j], &n[j])
            for j in range(count):
                z[i + j] = mu[i + j] + exp_ended(r[j], n[j]) * eps[lane + j]
            block, lane, i = block + BLOCKS, 0, i + count


def gradient_of_logvar(const floating[::1] g, const floating[::1] logvar, floating[::1] g_logvar,
                       uint64_t key, uint64_t counter, Py_ssize_t start, Py_ssize_t stop):
    """g_logvar_i for start ≤ i < stop."""
    cdef floating[STRETCH] eps, r, n
    cdef floating half = 0.5
    cdef uint64_t block = (counter + <uint64_t>start) // 4
    cdef Py_ssize_t lane = (counter + <uint64_t>start) % 4, i = start, j, count
    with nogil:
        while i < stop:
            fill_stretch(block, key, min(BLOCKS, (lane + stop - i + 3) // 4), &eps[0])
            count = min(STRETCH - lane, stop - i)
            for j in range(count):
                r[j] = exp_begun(half * logvar[i + j], &n[j])
            for j in range(count):
                g_logvar[i + j] = g[i + j] * half * exp_ended(r[j], n[j]) * eps[lane + j]
            block, lane, i = block + BLOCKS, 0, i + count


def reparameterize(mu, logvar, key, counter):
    """mu, logvar: (n,) → z: (n,)."""
    z = np.empty_like(mu)
    in_parallel(lambda a, b: shift_and_scale(mu, logvar, z, key, counter, a, b), len(mu), grain_size=GRAIN_SIZE)
    return z


def reparameterize_backward(g, logvar, key, counter):
    """g, logvar: (n,) → g_logvar: (n,); the gradient of mu is g itself."""
    g_logvar = np.empty_like(g)
    in_parallel(lambda a, b: gradient_of_logvar(g, logvar, g_logvar, key, counter, a, b), len(g), grain_size=GRAIN_SIZE)
    return g_logvar
